"""The bench of QuickSight at a small size: every load is measured, and answers as DuckDB does."""

import json
from pathlib import Path

import pytest

from laptop.bench.quicksight_visuals import LOADS
from laptop.cli import main


@pytest.mark.restart
def test_every_visual_is_measured_and_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["bench", "quicksight", "--rows", "60000", "--runs", "1"]
    assert main([*arguments, "--scratch", str(tmp_path), "--json", str(report)]) == 0
    found = json.loads(report.read_text())["results"]
    assert [result["load"] for result in found] == ["ingestion", *(load.name for load in LOADS)]
    assert [result["difference"] for result in found] == [""] * len(found)
    assert all(result["quicksight"]["wall"] > 0 for result in found)
    assert "The slowest visual" in capsys.readouterr().out
    assert not list(tmp_path.glob("*-bench")), "the server's folder is removed"

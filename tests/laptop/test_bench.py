"""The bench runs at small sizes against every server, and reports each. No figure is asserted."""

import json
import re
from pathlib import Path

import pytest

from laptop.bench import s3, s3_client
from laptop.bench.s3_client import LOADS
from laptop.cli import main

SERVERS = ["local_aws", "rclone", "moto"]


@pytest.mark.restart
def test_every_load_is_measured_on_every_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["bench", "s3", "--quick", "--scratch", str(tmp_path), "--json", str(report)]
    assert main(arguments) == 0
    found = json.loads(report.read_text())
    measured = [(result["load"], result["server"]) for result in found["results"]]
    assert measured == [(load, server) for load in s3.DEFAULT for server in SERVERS]
    for result in found["results"]:
        assert len(result["runs"]) == 1
        assert result["cpu"] >= 0
        assert result["peak"] > 1
    assert set(found["machine"]) >= {"date", "processor", "memory", "load before", "rclone is"}
    shown = capsys.readouterr().out
    assert all(re.search(rf"{load} +run 1 of 1 +{name}", shown) for load, name in measured)
    assert not list(tmp_path.glob("*-bench")), "the servers' folders are removed"


@pytest.mark.restart
def test_what_puts_and_deletes_leave_behind_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["bench", "s3", "--only", "flat", "--servers", "local_aws", "--pairs", "20"]
    assert main([*arguments, "--scratch", str(tmp_path), "--json", str(report)]) == 0
    (result,) = json.loads(report.read_text())["results"]
    assert result["kept"]["state_bytes"] > 0
    assert "memory before → after" in capsys.readouterr().out


def test_a_wrong_answer_fails_the_load() -> None:
    with pytest.raises(s3_client.LoadFailed, match="keys: 1, not 2"):
        s3_client._expect("keys", 1, 2)


def test_every_load_has_a_title() -> None:
    assert all(s3.title(load, s3.QUICK) for load in LOADS)

"""./lake trace, rollback and collect, as a user types them."""

import json

import pytest

from laptop import cli
from tarn.aws import Aws
from tests.tarn.airlines import published, read
from tests.tarn.conftest import deploy_stages


@pytest.fixture(autouse=True)
def _over_the_lake(deployed: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.stack, "use_aws", lambda _home: None)
    published(deployed, "aaa")
    published(deployed, "bbb", rows=15)


def test_trace(deployed: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "airlines"]) == 0
    tree = capsys.readouterr().out
    assert tree.startswith("airlines all run bbb  run bbb  rows 15  at 20")
    assert f"landed s3://{deployed.settings.bucket('raw')}/airlines/run=bbb/airlines.csv" in tree
    assert "verified yes" in " ".join(tree.split())


def test_trace_as_json_says_by_its_code_that_something_is_gone(
    deployed: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "airlines/run=bbb/part-0.parquet"
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("curated"), Key=key)
    assert cli.main(["trace", "airlines", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["facts"]["run"] == "bbb"
    assert "0 bytes are at" in found["problems"][0]


def test_rollback(deployed: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rollback", "airlines"]) == 0
    said = capsys.readouterr().out
    assert "airlines all: readers see run aaa (16 rows) and no longer bbb." in said
    assert read(deployed) == 16
    assert cli.main(["rollback", "airlines"]) == 1
    assert "lake: airlines all has no former run to go back to." in capsys.readouterr().out
    assert cli.main(["rollback", "airlines", "--to", "b"]) == 0
    assert read(deployed) == 15


def test_collect(
    deployed: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["collect"]) == 0
    assert capsys.readouterr().out == "Nothing to collect\n"
    monkeypatch.setenv("TARN_RETENTION_RUNS", "0")
    monkeypatch.setenv("TARN_RETENTION_DAYS", "0")
    assert cli.main(["collect", "--dry-run"]) == 0
    assert "Would be deleted" in capsys.readouterr().out
    assert len(deployed.keys("curated", "airlines/")) == 2
    assert cli.main(["collect"]) == 0
    assert "which readers left" in " ".join(capsys.readouterr().out.split())
    assert len(deployed.keys("curated", "airlines/")) == 1


def test_restore(deployed: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["restore"]) == 0
    assert capsys.readouterr().out == "Nothing to restore\n"
    deployed.glue.delete_table(DatabaseName=deployed.settings.database, Name="airlines")
    assert cli.main(["restore"]) == 1
    assert "run ./lake deploy first" in capsys.readouterr().out
    deploy_stages(deployed, "glue:tables")
    assert cli.main(["restore", "--dry-run"]) == 0
    assert "Would be restored" in capsys.readouterr().out
    assert cli.main(["restore"]) == 0
    assert read(deployed) == 15

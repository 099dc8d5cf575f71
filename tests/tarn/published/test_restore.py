"""The catalog is lost; the ledger brings readers back, as Athena sees it."""

from typing import Any

import pytest

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.published.restore import ELSEWHERE, LOST, RESTORED, restore
from tarn.published.rollback import rollback
from tests.tarn.airlines import AIRLINES, published, read
from tests.tarn.conftest import deploy_stages


def lose(lake: Aws) -> None:
    lake.glue.delete_table(DatabaseName=lake.settings.database, Name="airlines")


def test_readers_see_what_they_saw(deployed: Aws) -> None:
    published(deployed, "aaa")
    published(deployed, "bbb", rows=15)
    assert list(restore()) == []
    rollback(AIRLINES, run_by="ann")
    assert read(deployed) == 16
    lose(deployed)
    with pytest.raises(Terminal, match=r"no table .*airlines: run ./lake deploy first"):
        list(restore())
    deploy_stages(deployed, "glue:tables")
    assert read(deployed) == 0
    assert [one.state for one in restore(dry_run=True)] == [RESTORED]
    assert read(deployed) == 0
    assert [one.state for one in restore()] == [RESTORED]
    assert read(deployed) == 16  # the run that was rolled back to, not the newest
    assert list(restore()) == []
    published(deployed, "ccc", rows=14)  # and the lake goes on
    assert read(deployed) == 14


def test_files_that_are_gone_are_told(deployed: Aws) -> None:
    published(deployed, "aaa")
    key = f"{AIRLINES.run_folder('aaa')}part-0.parquet"
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("curated"), Key=key)
    lose(deployed)
    deploy_stages(deployed, "glue:tables")
    (found,) = restore()
    assert (found.state, found.partition) == (LOST, AIRLINES)
    assert found.why.startswith("0 of its ")


def test_readers_that_are_elsewhere_are_left(deployed: Aws) -> None:
    first: Any = published(deployed, "aaa")
    published(deployed, "bbb", rows=15)
    table = deployed.glue.get_table(DatabaseName=deployed.settings.database, Name="airlines")
    wanted = {k: v for k, v in table["Table"].items() if k in ("Name", "Parameters", "TableType")}
    storage = {**table["Table"]["StorageDescriptor"], "Location": first["location"]}
    deployed.glue.update_table(
        DatabaseName=deployed.settings.database,
        TableInput={**wanted, "StorageDescriptor": storage},  # type: ignore[arg-type]
    )
    (found,) = restore()
    assert found.state == ELSEWHERE
    assert read(deployed) == 16

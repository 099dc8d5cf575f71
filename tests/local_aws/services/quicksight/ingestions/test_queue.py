"""Ingestions: their states, their failures, and what a kill leaves."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.services.quicksight.api import QuickSightApi
from local_aws.services.quicksight.errors import (
    InvalidParameter,
    QueryRefused,
    ResourceExists,
)
from local_aws.services.quicksight.spice import folder, open_data_set
from tests.local_aws.services.quicksight.data_sets.support import custom
from tests.local_aws.services.quicksight.fakes import QuickSight, data_set_request


def until(happened: Callable[[], bool]) -> None:
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def ingest(quicksight: QuickSight, name: str = "one") -> dict[str, object]:
    quicksight.create_ingestion(DataSetId="sales", IngestionId=name)
    return quicksight.wait("sales", name)


def count(quicksight: QuickSight) -> int:
    with open_data_set(quicksight.api.store, "sales") as connection:
        return int(connection.execute("SELECT count(*) FROM data").fetchall()[0][0])


def test_a_spice_data_set_is_filled_when_it_is_made(quicksight: QuickSight) -> None:
    quicksight.data_set()
    found = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert [(i["IngestionStatus"], i["RequestType"]) for i in found] == [
        ("COMPLETED", "INITIAL_INGESTION")
    ]
    assert count(quicksight) == 6


def test_a_refresh_replaces_the_rows_and_leaves_one_file(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.database.execute("DELETE FROM lake.sales WHERE region = 'north'")
    found = ingest(quicksight)
    assert found["RowInfo"] == {"RowsIngested": 4, "RowsDropped": 0, "TotalRowsInDataset": 4}
    assert count(quicksight) == 4
    assert len(list(folder(quicksight.platform).iterdir())) == 1


def test_readers_keep_the_old_rows_until_the_new_ones_are_complete(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.database.execute("DELETE FROM lake.sales")
    quicksight.athena.gate.clear()
    quicksight.create_ingestion(DataSetId="sales", IngestionId="one")
    assert count(quicksight) == 6
    quicksight.athena.gate.set()
    quicksight.wait("sales", "one")
    assert count(quicksight) == 0


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("DROP TABLE lake.sales", "SQL_TABLE_NOT_FOUND"),
        ("ALTER TABLE lake.sales DROP COLUMN units", "SQL_SCHEMA_MISMATCH_ERROR"),
    ],
)
def test_a_failure_says_what_athena_said_and_keeps_the_rows(
    quicksight: QuickSight, change: str, error: str
) -> None:
    quicksight.data_set()
    quicksight.athena.database.execute(change)
    found = ingest(quicksight)
    assert found["IngestionStatus"] == "FAILED"
    assert found["ErrorInfo"]["Type"] == error  # type: ignore[index]
    assert "line 1:8" in found["ErrorInfo"]["Message"]  # type: ignore[index]
    assert count(quicksight) == 6


def test_the_same_id_again_is_refused(quicksight: QuickSight) -> None:
    quicksight.data_set()
    ingest(quicksight)
    with pytest.raises(ResourceExists, match="one already exists"):
        quicksight.create_ingestion(DataSetId="sales", IngestionId="one")


def test_a_direct_query_data_set_has_nothing_to_ingest(quicksight: QuickSight) -> None:
    quicksight.data_set(ImportMode="DIRECT_QUERY")
    found = ingest(quicksight)
    assert found["ErrorInfo"]["Type"] == "DATA_SET_NOT_SPICE"  # type: ignore[index]
    assert count(quicksight) == 6


def test_cancel_ends_the_query(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.database.execute("DELETE FROM lake.sales")
    quicksight.athena.gate.clear()
    quicksight.create_ingestion(DataSetId="sales", IngestionId="one")
    until(lambda: len(quicksight.athena.asked) == 2)
    quicksight.cancel_ingestion(DataSetId="sales", IngestionId="one")
    # Nobody opens the gate but the interrupt.
    ended = quicksight.wait("sales", "one")
    assert ended["IngestionStatus"] == "CANCELLED"
    assert ended["ErrorInfo"]["Type"] == "INGESTION_CANCELED"
    assert count(quicksight) == 6
    until(lambda: quicksight.api.ingestions.running is None)
    assert list(quicksight.platform.scratch("spice").iterdir()) == []
    ingest(quicksight, "two")  # the queue goes on
    assert count(quicksight) == 0
    with pytest.raises(InvalidParameter, match="COMPLETED"):
        quicksight.cancel_ingestion(DataSetId="sales", IngestionId="two")


def test_one_that_waits_says_for_which(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.gate.clear()
    for name in ("one", "two"):
        quicksight.create_ingestion(DataSetId="sales", IngestionId=name)
    until(lambda: len(quicksight.athena.asked) == 2)
    waiting = quicksight.describe_ingestion(DataSetId="sales", IngestionId="two")["Ingestion"]
    assert waiting["QueueInfo"] == {"WaitingOnIngestion": "one", "QueuedIngestion": "two"}
    quicksight.cancel_ingestion(DataSetId="sales", IngestionId="two")
    quicksight.athena.gate.set()
    assert quicksight.wait("sales", "one")["IngestionStatus"] == "COMPLETED"
    assert quicksight.wait("sales", "two")["IngestionStatus"] == "CANCELLED"


def test_an_edit_supersedes_what_is_under_way(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.gate.clear()
    for name in ("runs", "waits"):
        quicksight.create_ingestion(DataSetId="sales", IngestionId=name)
    until(lambda: len(quicksight.athena.asked) == 2)
    request = data_set_request(quicksight.arn("datasource", "athena"), "sales")
    made = quicksight.update_data_set(**request)
    for name in ("runs", "waits"):
        ended = quicksight.wait("sales", name)
        assert ended["IngestionStatus"] == "FAILED"
        assert ended["ErrorInfo"]["Type"] == "INGESTION_SUPERSEDED"
    assert quicksight.wait("sales", made["IngestionId"])["IngestionStatus"] == "COMPLETED"


def test_a_scheduled_refresh_is_suppressed_by_an_edit(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.gate.clear()
    request = data_set_request(quicksight.arn("datasource", "athena"), "sales")
    made = quicksight.update_data_set(**request)
    quicksight.api.ingestions.start("sales", "scheduled", "FULL_REFRESH", "SCHEDULED")
    ended = quicksight.wait("sales", "scheduled")
    assert ended["ErrorInfo"]["Type"] == "REFRESH_SUPPRESSED_BY_EDIT"
    assert ended["RequestSource"] == "SCHEDULED"
    quicksight.athena.gate.set()
    assert quicksight.wait("sales", made["IngestionId"])["IngestionStatus"] == "COMPLETED"


@pytest.mark.parametrize("sql", ["SELECT 1 AS n, 2 AS n", 'SELECT 1 AS n, 2 AS "N"'])
def test_columns_given_twice(quicksight: QuickSight, sql: str) -> None:
    quicksight.data_set(PhysicalTableMap={"t": custom(quicksight, sql, ("n", "INTEGER"))})
    (found,) = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert found["ErrorInfo"]["Type"] == "DUPLICATE_COLUMN_NAMES_FOUND"


def test_a_data_source_that_is_gone(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.delete_data_source(DataSourceId="athena")
    assert ingest(quicksight)["ErrorInfo"]["Type"] == "DATA_SOURCE_NOT_FOUND"  # type: ignore[index]
    assert count(quicksight) == 6


def test_a_data_set_deleted_while_it_is_fetched(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.gate.clear()
    quicksight.create_ingestion(DataSetId="sales", IngestionId="one")
    until(lambda: len(quicksight.athena.asked) == 2)
    quicksight.delete_data_set(DataSetId="sales")
    until(lambda: quicksight.api.ingestions.running is None)
    assert list(folder(quicksight.platform).iterdir()) == []


def test_a_folder_of_an_earlier_version(tmp_path: Path) -> None:
    """Its tables have no column for the total, the source's types or who asked."""
    quicksight = QuickSight(tmp_path / "data")
    quicksight.source()
    quicksight.data_set()
    quicksight.api.stop()
    db = quicksight.api.store.db
    db.script(
        "ALTER TABLE extracts DROP COLUMN source_types; ALTER TABLE ingestions DROP COLUMN total;"
        "ALTER TABLE ingestions DROP COLUMN request_source;"
        "DROP TABLE refresh_schedules; DROP TABLE refresh_properties; DROP TABLE users;"
    )
    quicksight.api = QuickSightApi(quicksight.platform)
    (found,) = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert found["RowInfo"]["TotalRowsInDataset"] == 6
    assert found["RequestSource"] == "MANUAL"
    assert count(quicksight) == 6
    assert ingest(quicksight)["IngestionStatus"] == "COMPLETED"
    quicksight.api.stop()


def test_after_a_kill_what_ran_has_failed_and_what_waited_goes_on(quicksight: QuickSight) -> None:
    quicksight.data_set()
    store = quicksight.api.store
    store.add_ingestion("sales", "ran", "FULL_REFRESH")
    store.move_ingestion("sales", "ran", "RUNNING")
    store.add_ingestion("sales", "waited", "FULL_REFRESH")
    (folder(quicksight.platform) / "left.partial").write_bytes(b"half a file")
    quicksight.api.stop()
    quicksight.api = QuickSightApi(quicksight.platform)
    quicksight.api.start()
    ran = quicksight.wait("sales", "ran")
    assert (ran["IngestionStatus"], ran["ErrorInfo"]["Type"]) == (
        "FAILED", "INTERNAL_SERVICE_ERROR"
    )  # fmt: skip
    assert quicksight.wait("sales", "waited")["IngestionStatus"] == "COMPLETED"
    assert not (folder(quicksight.platform) / "left.partial").exists()
    assert count(quicksight) == 6


def test_a_deleted_data_set_takes_its_rows_along(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.delete_data_set(DataSetId="sales")
    assert list(folder(quicksight.platform).iterdir()) == []
    with pytest.raises(QueryRefused, match="does not exist"):
        open_data_set(quicksight.api.store, "sales")


def test_an_edit_fetches_the_rows_anew(quicksight: QuickSight) -> None:
    quicksight.data_set()
    request = data_set_request(quicksight.arn("datasource", "athena"), "sales")
    made = quicksight.update_data_set(**request)
    assert quicksight.wait("sales", made["IngestionId"])["RequestType"] == "EDIT"

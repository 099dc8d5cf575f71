"""Ingestions: their states, their failures, and what a kill leaves."""

import pytest

from local_aws.services.quicksight.api import QuickSightApi
from local_aws.services.quicksight.errors import (
    InvalidParameter,
    QueryRefused,
    ResourceExists,
)
from local_aws.services.quicksight.spice import folder, open_data_set
from tests.local_aws.services.quicksight.fakes import QuickSight, data_set_request


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


def test_cancel(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.athena.database.execute("DELETE FROM lake.sales")
    quicksight.athena.gate.clear()
    quicksight.create_ingestion(DataSetId="sales", IngestionId="one")
    quicksight.cancel_ingestion(DataSetId="sales", IngestionId="one")
    quicksight.athena.gate.set()
    assert quicksight.wait("sales", "one")["IngestionStatus"] == "CANCELLED"
    ingest(quicksight, "two")  # the queue goes on
    with pytest.raises(InvalidParameter, match="COMPLETED"):
        quicksight.cancel_ingestion(DataSetId="sales", IngestionId="two")


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

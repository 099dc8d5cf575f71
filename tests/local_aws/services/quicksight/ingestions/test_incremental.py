"""Incremental refreshes: what a look-back window fetches, keeps and refuses."""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.quicksight.errors import (
    InvalidParameter,
    LimitExceeded,
    ResourceNotFound,
    Unsupported,
)
from local_aws.services.quicksight.ingestions.write import window
from local_aws.services.quicksight.spice import folder
from tests.local_aws.services.quicksight.data_sets.support import custom, physical, renamed, rows
from tests.local_aws.services.quicksight.fakes import QuickSight

COLUMNS = (("seen", "DATETIME"), ("n", "INTEGER"))
NOW = "now()::TIMESTAMP"


def window_of(column: str = "seen", size: int = 2, unit: str = "DAY") -> dict[str, Any]:
    look = {"ColumnName": column, "Size": size, "SizeUnit": unit}
    return {"RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": look}}}


@pytest.fixture
def events(quicksight: QuickSight) -> QuickSight:
    """A data set of four rows: two old, one of yesterday, one without a time."""
    quicksight.athena.database.execute(
        f"CREATE TABLE lake.events AS SELECT * FROM (VALUES ({NOW} - INTERVAL 9 DAY, 1),"
        f" ({NOW} - INTERVAL 8 DAY, 2), ({NOW} - INTERVAL 1 DAY, 3), (NULL, 4)) t(seen, n)"
    )
    table = custom(quicksight, "SELECT seen, n FROM lake.events -- all of them", *COLUMNS)
    quicksight.data_set(PhysicalTableMap={"table": table})
    quicksight.put_data_set_refresh_properties(
        DataSetId="sales", DataSetRefreshProperties=window_of()
    )
    return quicksight


def refresh(quicksight: QuickSight, name: str = "one", kind: str = "INCREMENTAL_REFRESH") -> Any:
    quicksight.create_ingestion(DataSetId="sales", IngestionId=name, IngestionType=kind)
    return quicksight.wait("sales", name)


def numbers(quicksight: QuickSight) -> list[int]:
    return sorted(row[1] for row in rows(quicksight))


def test_the_window_is_replaced_and_the_rest_is_kept(events: QuickSight) -> None:
    events.athena.database.execute(
        f"DELETE FROM lake.events WHERE n IN (1, 3); INSERT INTO lake.events VALUES ({NOW}, 5),"
        f" ({NOW} - INTERVAL 3 DAY, 6), (NULL, 7)"
    )
    found = refresh(events)
    # 1 is gone at the source, before the window: kept. 3 is gone within it: gone. 6 and 7 are new
    # and outside of it: not seen.
    assert numbers(events) == [1, 2, 4, 5]
    assert found["RowInfo"] == {"RowsIngested": 1, "RowsDropped": 0, "TotalRowsInDataset": 4}
    assert found["RequestType"] == "INCREMENTAL_REFRESH"
    assert len(list(folder(events.platform).iterdir())) == 1
    refresh(events, "full", "FULL_REFRESH")
    assert numbers(events) == [2, 4, 5, 6, 7]


def test_the_source_is_asked_for_the_window_only(events: QuickSight) -> None:
    events.athena.asked.clear()
    refresh(events)
    ((sql, _),) = events.athena.asked
    assert sql.startswith("SELECT * FROM (SELECT seen, n FROM lake.events -- all of them\n)")
    assert 'WHERE "seen" >= TIMESTAMP \'' in sql


def test_again_changes_nothing(events: QuickSight) -> None:
    for name in ("one", "two", "three"):
        refresh(events, name)
        assert numbers(events) == [1, 2, 3, 4]


def test_a_renamed_column_is_asked_of_the_source_by_its_own_name(events: QuickSight) -> None:
    described = events.describe_data_set(DataSetId="sales")["DataSet"]
    made = events.update_data_set(
        DataSetId="sales", Name="Sales", ImportMode="SPICE",
        PhysicalTableMap=described["PhysicalTableMap"],
        LogicalTableMap={"t": physical("table", renamed("seen", "when"))},
    )  # fmt: skip
    events.wait("sales", made["IngestionId"])
    events.put_data_set_refresh_properties(
        DataSetId="sales", DataSetRefreshProperties=window_of("when")
    )
    events.athena.asked.clear()
    assert refresh(events)["RowInfo"]["RowsIngested"] == 1
    assert '"seen" >= TIMESTAMP' in events.athena.asked[0][0]
    assert numbers(events) == [1, 2, 3, 4]


def test_a_window_of_a_made_column_is_held_to_afterwards(events: QuickSight) -> None:
    described = events.describe_data_set(DataSetId="sales")["DataSet"]
    cast = {"ColumnName": "text", "NewColumnType": "DATETIME"}
    table = custom(events, "SELECT CAST(seen AS VARCHAR) AS text, n FROM lake.events",
                   ("text", "STRING"), ("n", "INTEGER"))  # fmt: skip
    made = events.update_data_set(
        DataSetId="sales", Name=described["Name"], ImportMode="SPICE",
        PhysicalTableMap={"table": table},
        LogicalTableMap={"t": physical("table", {"CastColumnTypeOperation": cast})},
    )  # fmt: skip
    events.wait("sales", made["IngestionId"])
    events.put_data_set_refresh_properties(
        DataSetId="sales", DataSetRefreshProperties=window_of("text")
    )
    events.athena.asked.clear()
    assert refresh(events)["RowInfo"]["RowsIngested"] == 1
    assert "TIMESTAMP '" not in events.athena.asked[0][0]
    assert numbers(events) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("change", "full_is_the_way_out"),
    [
        ("ALTER TABLE lake.events ALTER n TYPE VARCHAR", True),
        ("ALTER TABLE lake.events RENAME n TO m", False),
    ],
)
def test_a_changed_source_fails_it_until_the_data_set_is_edited(
    events: QuickSight, change: str, full_is_the_way_out: bool
) -> None:
    events.athena.database.execute(change)
    for name in ("one", "two"):
        found = refresh(events, name)
        assert found["IngestionStatus"] == "FAILED"
        assert found["ErrorInfo"]["Type"] == "SQL_SCHEMA_MISMATCH_ERROR"
    assert numbers(events) == [1, 2, 3, 4]
    full = refresh(events, "full", "FULL_REFRESH")["IngestionStatus"]
    assert full == ("COMPLETED" if full_is_the_way_out else "FAILED")
    table = custom(events, "SELECT * FROM lake.events", ("seen", "DATETIME"))
    made = events.update_data_set(
        DataSetId="sales", Name="S", ImportMode="SPICE", PhysicalTableMap={"table": table}
    )
    assert events.wait("sales", made["IngestionId"])["IngestionStatus"] == "COMPLETED"
    assert refresh(events, "three")["IngestionStatus"] == "COMPLETED"


def test_without_an_extract_it_is_a_full_one(events: QuickSight) -> None:
    events.api.store.db.execute("DELETE FROM extracts")
    found = refresh(events)
    assert found["RowInfo"]["RowsIngested"] == 4
    assert numbers(events) == [1, 2, 3, 4]


def test_an_extract_of_an_earlier_version_is_made_anew(events: QuickSight) -> None:
    events.api.store.db.execute("UPDATE extracts SET source_types = '{}'")
    assert refresh(events)["RowInfo"]["RowsIngested"] == 4


def test_a_window_longer_than_time() -> None:
    found = window(window_of(size=10**12), dt.datetime.now(dt.UTC))
    assert found.inside == "\"seen\" >= TIMESTAMP '0001-01-01 00:00:00.000000'"


def test_a_window_in_hours_and_weeks() -> None:
    now = dt.datetime(2024, 3, 10, 12, tzinfo=dt.UTC)
    assert window(window_of(size=3, unit="HOUR"), now).moment == "2024-03-10 09:00:00.000000"
    assert window(window_of(size=1, unit="WEEK"), now).moment == "2024-03-03 12:00:00.000000"


# Refresh properties


def test_properties_are_kept_given_back_and_deleted(events: QuickSight) -> None:
    found = events.describe_data_set_refresh_properties(DataSetId="sales")
    assert found["DataSetRefreshProperties"] == window_of()
    events.delete_data_set_refresh_properties(DataSetId="sales")
    with pytest.raises(ResourceNotFound):
        events.describe_data_set_refresh_properties(DataSetId="sales")
    with pytest.raises(ResourceNotFound):
        events.delete_data_set_refresh_properties(DataSetId="sales")
    with pytest.raises(InvalidParameter, match="no look-back window"):
        refresh(events)


@pytest.mark.parametrize("column", ["n", "nothing", 'seen" OR 1=1 --'])
def test_a_window_needs_a_column_of_times(events: QuickSight, column: str) -> None:
    with pytest.raises(InvalidParameter, match="no DATETIME column"):
        events.put_data_set_refresh_properties(
            DataSetId="sales", DataSetRefreshProperties=window_of(column)
        )


def test_alerts_are_refused(events: QuickSight) -> None:
    alert = {"FailureConfiguration": {"EmailAlert": {"AlertStatus": "ENABLED"}}}
    with pytest.raises(Unsupported, match="EmailAlert"):
        events.put_data_set_refresh_properties(DataSetId="sales", DataSetRefreshProperties=alert)


def test_what_is_not_in_spice_has_no_window(quicksight: QuickSight) -> None:
    quicksight.data_set(ImportMode="DIRECT_QUERY")
    with pytest.raises(InvalidParameter, match="not in SPICE"):
        quicksight.put_data_set_refresh_properties(
            DataSetId="sales", DataSetRefreshProperties=window_of("sold")
        )


def test_the_33rd_refresh_of_a_day_is_refused(quicksight: QuickSight) -> None:
    quicksight.data_set()
    for number in range(32):
        quicksight.api.store.add_ingestion("sales", f"r{number}", "FULL_REFRESH")
        quicksight.api.store.fail_ingestion("sales", f"r{number}", "SQL_EXCEPTION", "no")
    with pytest.raises(LimitExceeded, match="32 times"):
        refresh(quicksight, "one", "FULL_REFRESH")
    quicksight.api.store.db.execute("UPDATE ingestions SET created = created - 86400")
    assert refresh(quicksight, "one", "FULL_REFRESH")["IngestionStatus"] == "COMPLETED"

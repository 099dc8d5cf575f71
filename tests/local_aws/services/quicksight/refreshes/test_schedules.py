"""Refresh schedules: kept, given back, and firing."""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.quicksight.errors import (
    InvalidParameter,
    LimitExceeded,
    ResourceExists,
    ResourceNotFound,
)
from tests.local_aws.services.quicksight.fakes import QuickSight

HOUR = dt.timedelta(hours=1)
WINDOW = {"RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": {
    "ColumnName": "sold", "Size": 1, "SizeUnit": "DAY"}}}}  # fmt: skip


def schedule(name: str, interval: str = "HOURLY", kind: str = "FULL_REFRESH", **more: Any) -> Any:
    return {"ScheduleId": name, "RefreshType": kind,
            "ScheduleFrequency": {"Interval": interval} | more}  # fmt: skip


def create(quicksight: QuickSight, made: Any, data_set: str = "sales") -> Any:
    return quicksight.create_refresh_schedule(DataSetId=data_set, Schedule=made)


def test_kept_and_given_back(quicksight: QuickSight) -> None:
    quicksight.data_set()
    start = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    made = schedule("s", "WEEKLY", RefreshOnDay={"DayOfWeek": "MONDAY"}, TimeOfTheDay="08:00")
    arn = create(quicksight, made | {"StartAfterDateTime": start})["Arn"]
    assert arn.endswith(":dataset/sales/refresh-schedule/s")
    found = quicksight.describe_refresh_schedule(DataSetId="sales", ScheduleId="s")
    assert found["RefreshSchedule"] == made | {"StartAfterDateTime": start, "Arn": arn}
    changed = schedule("s", "DAILY", TimeOfTheDay="09:00")
    quicksight.update_refresh_schedule(DataSetId="sales", Schedule=changed)
    listed = quicksight.list_refresh_schedules(DataSetId="sales")["RefreshSchedules"]
    assert listed == [changed | {"Arn": arn}]
    quicksight.delete_refresh_schedule(DataSetId="sales", ScheduleId="s")
    for call in (quicksight.describe_refresh_schedule, quicksight.delete_refresh_schedule):
        with pytest.raises(ResourceNotFound):
            call(DataSetId="sales", ScheduleId="s")
    with pytest.raises(ResourceNotFound):
        quicksight.update_refresh_schedule(DataSetId="sales", Schedule=changed)


def test_limits(quicksight: QuickSight) -> None:
    quicksight.data_set()
    create(quicksight, schedule("hourly"))
    with pytest.raises(ResourceExists):
        create(quicksight, schedule("hourly", "DAILY"))
    with pytest.raises(LimitExceeded, match="a schedule HOURLY already"):
        create(quicksight, schedule("other"))
    for number in range(4):
        create(quicksight, schedule(f"d{number}", "DAILY"))
    with pytest.raises(LimitExceeded, match="5 refresh schedules"):
        create(quicksight, schedule("sixth", "DAILY"))


def test_an_incremental_one_needs_a_window(quicksight: QuickSight) -> None:
    quicksight.data_set()
    made = schedule("s", "MINUTE15", "INCREMENTAL_REFRESH")
    with pytest.raises(InvalidParameter, match="no look-back window"):
        create(quicksight, made)
    quicksight.put_data_set_refresh_properties(DataSetId="sales", DataSetRefreshProperties=WINDOW)
    create(quicksight, made)
    with pytest.raises(InvalidParameter, match="delete it"):
        quicksight.delete_data_set_refresh_properties(DataSetId="sales")


def test_a_data_set_that_is_not_in_spice_or_not_there(quicksight: QuickSight) -> None:
    quicksight.data_set(ImportMode="DIRECT_QUERY")
    with pytest.raises(InvalidParameter, match="not in SPICE"):
        create(quicksight, schedule("s"))
    with pytest.raises(ResourceNotFound):
        create(quicksight, schedule("s"), "nothing")


def test_what_is_due_fires_once(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.put_data_set_refresh_properties(DataSetId="sales", DataSetRefreshProperties=WINDOW)
    create(quicksight, schedule("s", "HOURLY", "INCREMENTAL_REFRESH"))
    scheduler, now = quicksight.api.clock.scheduler, dt.datetime.now(dt.UTC)
    scheduler.turn(now)
    assert len(quicksight.list_ingestions(DataSetId="sales")["Ingestions"]) == 1
    scheduler.turn(now + HOUR)
    scheduler.turn(now + HOUR)
    newest, _ = quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
    assert newest["RequestSource"] == "SCHEDULED"
    found = quicksight.wait("sales", newest["IngestionId"])
    assert (found["RequestType"], found["IngestionStatus"]) == ("INCREMENTAL_REFRESH", "COMPLETED")


def test_scheduled_refreshes_are_not_of_the_quota(quicksight: QuickSight) -> None:
    quicksight.data_set()
    for number in range(40):
        quicksight.api.store.add_ingestion("sales", f"s{number}", "FULL_REFRESH", "SCHEDULED")
    assert quicksight.api.store.manual_refreshes("sales") == 0


def test_a_deleted_data_set_takes_its_schedules_along(quicksight: QuickSight) -> None:
    quicksight.data_set()
    create(quicksight, schedule("s"))
    quicksight.delete_data_set(DataSetId="sales")
    assert quicksight.api.store.schedules() == []
    scheduler, now = quicksight.api.clock.scheduler, dt.datetime.now(dt.UTC)
    scheduler.turn(now)
    scheduler.turn(now + HOUR)

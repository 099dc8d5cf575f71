"""When schedules fire, through zones, months and daylight saving time."""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.refreshes.timetable import check, next_firing

MADE = dt.datetime(2024, 1, 1, 10, 7, tzinfo=dt.UTC)


def schedule(interval: str, start: str = "", kind: str = "FULL_REFRESH", **frequency: Any) -> Any:
    found = {"ScheduleId": "s", "RefreshType": kind,
             "ScheduleFrequency": {"Interval": interval} | frequency}  # fmt: skip
    moment = dt.datetime.fromisoformat(f"{start}+00:00").timestamp() if start else None
    return found | ({"StartAfterDateTime": moment} if start else {})


DAY = {"TimeOfTheDay": "02:30", "Timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        (schedule("MINUTE15"), "2024-01-01T10:07", "2024-01-01T10:22"),
        (schedule("MINUTE30"), "2024-01-01T10:37", "2024-01-01T11:07"),
        (schedule("HOURLY", "2024-01-05T08:30"), "2024-01-01T10:07", "2024-01-05T08:30"),
        (schedule("HOURLY", "2024-01-05T08:30"), "2024-01-05T08:30", "2024-01-05T09:30"),
        (schedule("DAILY", TimeOfTheDay="09:00"), "2024-01-01T10:07", "2024-01-02T09:00"),
        (schedule("DAILY", TimeOfTheDay="11:00"), "2024-01-01T10:07", "2024-01-01T11:00"),
        (schedule("DAILY"), "2024-01-01T10:07", "2024-01-02T10:07"),
        (schedule("DAILY", "2024-01-09T12:00", TimeOfTheDay="11:00"), "2024-01-01T10:07",
         "2024-01-10T11:00"),
        # In Berlin clocks go from 2:00 to 3:00 on 31 March, and back on 27 October.
        (schedule("DAILY", **DAY), "2024-03-30T00:00", "2024-03-30T01:30"),
        (schedule("DAILY", **DAY), "2024-03-30T12:00", "2024-03-31T01:30"),
        (schedule("DAILY", **DAY), "2024-03-31T12:00", "2024-04-01T00:30"),
        (schedule("DAILY", **DAY), "2024-10-27T00:30", "2024-10-28T01:30"),
        (schedule("WEEKLY", TimeOfTheDay="00:00", Timezone="Asia/Tokyo",
                  RefreshOnDay={"DayOfWeek": "SUNDAY"}), "2024-01-01T10:07", "2024-01-06T15:00"),
        (schedule("MONTHLY", TimeOfTheDay="23:00", Timezone="America/New_York",
                  RefreshOnDay={"DayOfMonth": "LAST_DAY_OF_MONTH"}), "2024-02-01T12:00",
         "2024-03-01T04:00"),
        (schedule("MONTHLY", TimeOfTheDay="00:00", RefreshOnDay={"DayOfMonth": "28"}),
         "2024-02-28T00:00", "2024-03-28T00:00"),
    ],
)  # fmt: skip
def test_the_next_firing(made: Any, now: str, expected: str) -> None:
    moment = dt.datetime.fromisoformat(f"{now}+00:00")
    assert next_firing(made, MADE, moment) == dt.datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (schedule("MINUTE15"), "for INCREMENTAL_REFRESH only"),
        (schedule("WEEKLY"), "DayOfWeek"),
        (schedule("MONTHLY", RefreshOnDay={"DayOfWeek": "MONDAY"}), "DayOfMonth"),
        (schedule("DAILY", TimeOfTheDay="24:00"), "24:00"),
        (schedule("DAILY", TimeOfTheDay="9:00"), "9:00"),
        (schedule("DAILY", Timezone="Mars/Olympus"), "Mars/Olympus"),
        (schedule("DAILY", Timezone="../../etc/passwd"), "passwd"),
        (schedule("DAILY", Timezone="/etc/localtime"), "localtime"),
    ],
)
def test_what_cannot_fire(made: Any, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        check(made)

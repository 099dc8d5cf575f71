"""Refresh schedules and refresh properties of data sets.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RefreshSchedule.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSetRefreshProperties.html
"""

import datetime as dt
from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.errors import (
    InvalidParameter,
    LimitExceeded,
    ResourceNotFound,
    Unsupported,
)
from local_aws.services.quicksight.model import DATA_SET
from local_aws.services.quicksight.operations.common import Operations, operation, when
from local_aws.services.quicksight.preparation import plan
from local_aws.services.quicksight.refreshes import timetable
from local_aws.services.quicksight.refreshes.records import KIND, PROPERTIES

INCREMENTAL = "INCREMENTAL_REFRESH"


class RefreshSchedules(Operations):
    """CreateRefreshSchedule and its like."""

    @operation()
    def create_refresh_schedule(self, request: Request) -> Response:
        """Remember it; it fires from now on."""
        data_set, schedule = request["DataSetId"], request["Schedule"]["ScheduleId"]
        self.store.add_schedule(data_set, schedule, self._document(request))
        return self._changed(data_set, schedule)

    @operation()
    def update_refresh_schedule(self, request: Request) -> Response:
        """Replace it."""
        data_set, schedule = request["DataSetId"], request["Schedule"]["ScheduleId"]
        document = self._document(request)
        self.store.update_schedule(data_set, schedule, document)
        return self._changed(data_set, schedule)

    @operation()
    def describe_refresh_schedule(self, request: Request) -> Response:
        """One schedule."""
        self.store.get(DATA_SET, request["DataSetId"])
        shown = self._shown(self.store.schedule(request["DataSetId"], request["ScheduleId"]))
        return {"RefreshSchedule": shown, "Arn": shown["Arn"]}

    @operation()
    def list_refresh_schedules(self, request: Request) -> Response:
        """A data set's schedules, by id."""
        self.store.get(DATA_SET, request["DataSetId"])
        rows = self.store.schedules(request["DataSetId"])
        return {"RefreshSchedules": [self._shown(row) for row in rows]}

    @operation()
    def delete_refresh_schedule(self, request: Request) -> Response:
        """Remove it."""
        self.store.get(DATA_SET, request["DataSetId"])
        self.store.delete_schedule(request["DataSetId"], request["ScheduleId"])
        return self._changed(request["DataSetId"], request["ScheduleId"])

    def _document(self, request: Request) -> dict[str, Any]:
        data_set, schedule = request["DataSetId"], dict(request["Schedule"])
        schedule.pop("Arn", None)
        document = self.store.get(DATA_SET, data_set)["document"]
        if document["ImportMode"] != "SPICE":
            raise InvalidParameter(f"The data set {data_set} is not in SPICE")
        timetable.check(schedule)
        if schedule["RefreshType"] == INCREMENTAL:
            require_window(self.store.refresh_properties(data_set), data_set)
        start = schedule.get("StartAfterDateTime")
        if isinstance(start, dt.datetime):
            schedule["StartAfterDateTime"] = start.timestamp()
        self._check_once_only(data_set, schedule)
        return schedule

    def _check_once_only(self, data_set: str, schedule: dict[str, Any]) -> None:
        interval = schedule["ScheduleFrequency"]["Interval"]
        others = [row["document"] for row in self.store.schedules(data_set)
                  if row["id"] != schedule["ScheduleId"]]  # fmt: skip
        same = [o for o in others if o["ScheduleFrequency"]["Interval"] == interval]
        if interval in timetable.ONCE_ONLY and same:
            raise LimitExceeded(KIND, f"{data_set} has a schedule {interval} already")

    def _changed(self, data_set: str, schedule: str) -> Response:
        self.clock.scheduler.wake()
        return {"ScheduleId": schedule, "Arn": self._arn(data_set, schedule)}

    def _arn(self, data_set: str, schedule: str) -> str:
        return f"{self.store.arn(DATA_SET, data_set)}/refresh-schedule/{schedule}"

    def _shown(self, row: Row) -> dict[str, Any]:
        start = when(row["document"].get("StartAfterDateTime"))
        shown: dict[str, Any] = row["document"] | {"Arn": self._arn(row["data_set"], row["id"])}
        return shown | ({"StartAfterDateTime": start} if start else {})


class RefreshProperties(Operations):
    """PutDataSetRefreshProperties and its like."""

    @operation()
    def put_data_set_refresh_properties(self, request: Request) -> Response:
        """The look-back window of incremental refreshes."""
        data_set, given = request["DataSetId"], request["DataSetRefreshProperties"]
        document = self.store.get(DATA_SET, data_set)["document"]
        if document["ImportMode"] != "SPICE":
            raise InvalidParameter(f"The data set {data_set} is not in SPICE")
        alert = given.get("FailureConfiguration", {}).get("EmailAlert", {})
        if alert.get("AlertStatus") == "ENABLED":
            raise Unsupported("RefreshFailureEmailAlert")
        if "RefreshConfiguration" in given:
            column = _window(given)["ColumnName"]
            if plan(document).columns.get(column) != "DATETIME":
                raise InvalidParameter(f"The look-back column {column} is no DATETIME column")
        self.store.put_refresh_properties(data_set, given)
        return {}

    @operation()
    def describe_data_set_refresh_properties(self, request: Request) -> Response:
        """What was put."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        found = self.store.refresh_properties(data_set)
        if found is None:
            raise ResourceNotFound(PROPERTIES, data_set)
        return {"DataSetRefreshProperties": found}

    @operation()
    def delete_data_set_refresh_properties(self, request: Request) -> Response:
        """Incremental refreshes are refused from now on."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        if any(row["document"]["RefreshType"] == INCREMENTAL
               for row in self.store.schedules(data_set)):  # fmt: skip
            raise InvalidParameter(f"A schedule of {data_set} refreshes incrementally: delete it")
        if not self.store.delete_refresh_properties(data_set):
            raise ResourceNotFound(PROPERTIES, data_set)
        return {}


def _window(properties: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = properties["RefreshConfiguration"]["IncrementalRefresh"][
        "LookbackWindow"
    ]
    return found


def require_window(properties: dict[str, Any] | None, data_set: str) -> None:
    """Raises InvalidParameter where there is nothing to refresh incrementally by."""
    if "RefreshConfiguration" not in (properties or {}):
        raise InvalidParameter(
            f"The data set {data_set} has no look-back window: PutDataSetRefreshProperties sets it"
        )

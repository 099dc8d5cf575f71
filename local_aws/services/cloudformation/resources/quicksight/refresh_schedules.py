"""Refresh schedules of data sets in SPICE."""

import datetime as dt
from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.calls import call, code_of, find, moment
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.quicksight.assets import (
    MISSING,
    TAKEN,
    Document,
)


class RefreshSchedules(Handler):
    """AWS::QuickSight::RefreshSchedule."""

    takes = frozenset({"AwsAccountId", "DataSetId", "Schedule"})

    def create(self, work: Work) -> Made:
        try:
            call(work.client("quicksight"), "create_refresh_schedule", **_request(work))
        except ClientError as error:
            if not work.retried or code_of(error) != TAKEN:
                raise
        return _made(work)

    def update(self, work: Work) -> Made:
        call(work.client("quicksight"), "update_refresh_schedule", **_request(work))
        return _made(work)

    def delete(self, work: Work) -> None:
        """With its data set it is gone too."""
        find(work.client("quicksight"), "delete_refresh_schedule", MISSING, **_of(work))

    def read(self, work: Work) -> Properties | None:
        shown = _describe(work)
        if shown is None:
            return None
        schedule = {k: v for k, v in shown.items() if k != "Arn"}
        frequency = dict(schedule["ScheduleFrequency"])
        if "Timezone" in frequency:
            frequency["TimeZone"] = frequency.pop("Timezone")
        if "StartAfterDateTime" in schedule:
            schedule["StartAfterDateTime"] = _written(work, schedule["StartAfterDateTime"])
        of = _of(work)
        identity = {"AwsAccountId": of["AwsAccountId"], "DataSetId": of["DataSetId"]}
        return identity | {"Schedule": schedule | {"ScheduleFrequency": frequency}}

    def identify(self, work: Work) -> Made | None:
        return _made(work) if _describe(work) else None


def _describe(work: Work) -> Document | None:
    answer = find(work.client("quicksight"), "describe_refresh_schedule", MISSING, **_of(work))
    return answer["RefreshSchedule"] if answer else None


def _written(work: Work, start: dt.datetime) -> Any:
    """A time as the template writes it, where it is the same."""
    given = (work.properties or work.before)["Schedule"].get("StartAfterDateTime")
    return given if given and moment(given) == start else start.isoformat()


def _made(work: Work) -> Made:
    of = _of(work)
    arn = f"arn:aws:quicksight:{work.region}:{work.account_id}:dataset/{of['DataSetId']}"
    identity = "|".join((of["AwsAccountId"], of["DataSetId"], of["ScheduleId"]))
    return Made(identity, {"Arn": f"{arn}/refresh-schedule/{of['ScheduleId']}"})


def _of(work: Work) -> dict[str, str]:
    properties: Any = work.properties or work.before
    return {
        "AwsAccountId": str(properties.get("AwsAccountId") or work.account_id),
        "DataSetId": properties.get("DataSetId", ""),
        "ScheduleId": properties.get("Schedule", {}).get("ScheduleId") or work.name,
    }


def _request(work: Work) -> Document:
    """A template writes the time zone's name in two words."""
    of = _of(work)
    schedule = {**work.properties.get("Schedule", {}), "ScheduleId": of.pop("ScheduleId")}
    frequency = dict(schedule.get("ScheduleFrequency", {}))
    if "TimeZone" in frequency:
        frequency["Timezone"] = frequency.pop("TimeZone")
    return of | {"Schedule": schedule | {"ScheduleFrequency": frequency}}

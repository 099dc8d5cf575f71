"""Where the lines of a run go."""

import pytest

from local_aws.context import Platform
from local_aws.services.glue.jobs.logs import CONTINUOUS, RunLog
from local_aws.services.logs.errors import ResourceNotFoundException
from local_aws.services.logs.model import Window


def test_continuous_logging_of_an_older_version_has_a_drivers_stream(platform: Platform) -> None:
    log = RunLog(platform, "jr_1", has_third=True, continuous=True)
    log.open()
    log.write(log.error, "of Spark")
    log.write(log.output, "of the script")
    events = platform.logs.events(CONTINUOUS, ["jr_1-driver"], Window())
    assert [event["message"] for event in events] == ["of Spark"]


def test_the_third_group_is_there_without_it(platform: Platform) -> None:
    for run in ("jr_1", "jr_2"):
        RunLog(platform, run, has_third=True).open()
    assert platform.logs.streams(CONTINUOUS) == []


def test_a_newer_version_has_two_groups(platform: Platform) -> None:
    RunLog(platform, "jr_1", continuous=True).open()
    with pytest.raises(ResourceNotFoundException):
        platform.logs.group(CONTINUOUS)

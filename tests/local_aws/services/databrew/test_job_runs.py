"""What DescribeJobRun, ListJobRuns and the things themselves say, member by member."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.conftest import Person, allow
from tests.local_aws.services.databrew.test_runs import GROUP, ROLE, STEPS, Lake, slow_steps

ROOT = "arn:aws:iam::123456789012:root"
ALWAYS = {
    "Attempt", "CompletedOn", "DatasetName", "ExecutionTime", "JobName", "LogGroupName",
    "LogSubscription", "Outputs", "RunId", "StartedBy", "StartedOn", "State",
}  # fmt: skip


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


def told(found: dict[str, Any]) -> set[str]:
    return set(found) - {"ResponseMetadata"}


def listed(lake: Lake, job: str) -> dict[str, Any]:
    (run,) = lake.databrew.list_job_runs(Name=job)["JobRuns"]
    return dict(run)


def test_a_recipe_run(lake: Lake) -> None:
    job = lake.recipe_job(STEPS, Format="JSON", Overwrite=True, MaxOutputFiles=2)
    before = datetime.now(UTC)
    run = lake.run(job)
    assert told(run) == ALWAYS | {"RecipeReference"}
    assert told(listed(lake, job)) == told(run)
    assert {name: run[name] for name in told(listed(lake, job))} == listed(lake, job)
    assert (run["Attempt"], run["DatasetName"], run["JobName"]) == (0, lake.name, job)
    assert (run["LogGroupName"], run["LogSubscription"]) == (GROUP, "ENABLE")
    assert run["RecipeReference"] == {"Name": lake.name, "RecipeVersion": "LATEST_PUBLISHED"}
    assert run["Outputs"] == [
        {
            "Location": {"Bucket": lake.name, "Key": "clean"},
            "Format": "JSON",
            "Overwrite": True,
            "MaxOutputFiles": 2,
        }
    ]
    assert run["StartedBy"] == ROOT
    assert before.timestamp() - 1 <= run["StartedOn"].timestamp() <= run["CompletedOn"].timestamp()
    longest = (run["CompletedOn"] - run["StartedOn"]).total_seconds()
    assert isinstance(run["ExecutionTime"], int)
    assert 0 <= run["ExecutionTime"] <= longest + 1


def test_a_profile_run(lake: Lake) -> None:
    arn = lake.databrew.describe_dataset(Name=lake.name)["ResourceArn"]
    rule = {"Name": "r", "CheckExpression": "AGG(ROWS_COUNT) > :v", "SubstitutionMap": {":v": "0"}}
    lake.databrew.create_ruleset(Name=lake.name, TargetArn=arn, Rules=[rule])
    ruleset = lake.databrew.describe_ruleset(Name=lake.name)["ResourceArn"]
    checked = [{"RulesetArn": ruleset, "ValidationMode": "CHECK_ALL"}]
    sample = {"Mode": "CUSTOM_ROWS", "Size": 2}
    configuration = {"ProfileColumns": [{"Name": "n"}]}
    job = lake.profile_job(
        JobSample=sample, ValidationConfigurations=checked, Configuration=configuration
    )
    run = lake.run(job)
    of_profiles = {"JobSample", "ValidationConfigurations"}
    assert told(run) == ALWAYS | of_profiles | {"ProfileConfiguration"}
    assert told(listed(lake, job)) == ALWAYS | of_profiles
    assert (run["JobSample"], run["ValidationConfigurations"]) == (sample, checked)
    assert run["ProfileConfiguration"] == configuration


def test_a_failed_run_says_why(lake: Lake) -> None:
    lake.s3.delete_object(Bucket=lake.name, Key="raw/in.csv")
    job = lake.recipe_job(STEPS)
    run = lake.run(job)
    assert told(run) == ALWAYS | {"RecipeReference", "ErrorMessage"}
    assert listed(lake, job)["ErrorMessage"] == run["ErrorMessage"]


def test_a_run_that_never_began_consumed_nothing(aws: LocalServer) -> None:
    lake = Lake(aws, "n,word\n" + f"1,{'a' * 4000}c\n" * 4000)
    job = lake.recipe_job(slow_steps())
    runs = [lake.start(job) for _ in range(3)]
    lake.wait(job, runs[1], ("RUNNING",))
    assert lake.databrew.describe_job_run(Name=job, RunId=runs[2])["ExecutionTime"] == 0
    for run in reversed(runs):
        lake.databrew.stop_job_run(Name=job, RunId=run)
    assert lake.wait(job, runs[2])["ExecutionTime"] == 0
    for run in runs:
        lake.wait(job, run)


def test_who_made_and_changed_what(lake: Lake, user: Callable[..., Person]) -> None:
    person = user(allow("databrew:*"), allow("iam:PassRole"))
    theirs = person.client("databrew")
    job = lake.profile_job()
    run = theirs.start_job_run(Name=job)["RunId"]
    assert lake.wait(job, run)["StartedBy"] == person.arn
    theirs.update_profile_job(
        Name=job, RoleArn=ROLE, OutputLocation={"Bucket": lake.name, "Key": "profiles/"}
    )
    found = lake.databrew.describe_job(Name=job)
    assert (found["CreatedBy"], found["LastModifiedBy"]) == (ROOT, person.arn)
    lake.databrew.create_recipe(Name=lake.name, Steps=STEPS)
    theirs.update_recipe(Name=lake.name, Description="d")
    theirs.publish_recipe(Name=lake.name)
    recipe = lake.databrew.describe_recipe(Name=lake.name)
    by = ("CreatedBy", "LastModifiedBy", "PublishedBy")
    assert [recipe[name] for name in by] == [ROOT, person.arn, person.arn]
    assert lake.databrew.describe_dataset(Name=lake.name)["LastModifiedBy"] == ROOT

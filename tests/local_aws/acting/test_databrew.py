"""A DataBrew run in its job's role: one permission less, and it fails with S3's or Glue's words."""

import time
from typing import Any

import pytest

from tests.local_aws.acting.conftest import ACCOUNT, Lake, Statement, without
from tests.local_aws.conftest import allow

pytestmark = pytest.mark.usefixtures("recipe")


def enough(lake: Lake) -> list[Statement]:
    """What a recipe job from a folder to another needs."""
    logs = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws-glue-databrew/*"
    return [
        allow(["s3:ListBucket"], lake.arn),
        allow(["s3:GetObject"], f"{lake.arn}/data/*"),
        allow(["s3:PutObject", "s3:DeleteObject"], f"{lake.arn}/clean/*"),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], logs),
    ]


@pytest.fixture
def recipe(lake: Lake) -> None:
    """Named after the lake, as its data set is, from a folder of CSV."""
    brew = lake.server.client("databrew")
    place = {"S3InputDefinition": {"Bucket": lake.bucket, "Key": "data/t/"}}
    brew.create_dataset(
        Name=lake.database,
        Format="CSV",
        FormatOptions={"Csv": {"HeaderRow": False}},
        Input=place,
    )
    step = {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "Column_2"}}}
    brew.create_recipe(Name=lake.database, Steps=[step])
    brew.publish_recipe(Name=lake.database)


def run(lake: Lake, role: str) -> dict[str, Any]:
    """The run of a new job."""
    brew, name = lake.server.client("databrew"), f"{lake.database}-{role[-8:]}"
    output = {"Location": {"Bucket": lake.bucket, "Key": "clean/"}, "Overwrite": True}
    brew.create_recipe_job(
        Name=name,
        RoleArn=role,
        DatasetName=lake.database,
        RecipeReference={"Name": lake.database},
        Outputs=[output],
    )
    run_id = brew.start_job_run(Name=name)["RunId"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = brew.describe_job_run(Name=name, RunId=run_id)
        if found["State"] not in ("STARTING", "RUNNING"):
            return found
        time.sleep(0.05)
    raise AssertionError("the run did not end")


def test_a_role_that_is_enough(lake: Lake, role_of: Any) -> None:
    found = run(lake, role_of("databrew", *enough(lake)))
    assert found["State"] == "SUCCEEDED", found


def test_one_permission_less(lake: Lake, role_of: Any) -> None:
    role = role_of("databrew", *without(enough(lake), "s3:GetObject"))
    found, name = run(lake, role), role.rpartition("/")[2]
    assert (found["State"], found["ErrorMessage"]) == (
        "FAILED",
        f"AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{found['RunId']} is not"
        f' authorized to perform: s3:GetObject on resource: "{lake.arn}/data/t/a.csv" because no'
        " identity-based policy allows the s3:GetObject action",
    )


def test_an_output_that_may_not_be_written(lake: Lake, role_of: Any) -> None:
    found = run(lake, role_of("databrew", *without(enough(lake), "s3:PutObject")))
    assert "is not authorized to perform: s3:PutObject" in found["ErrorMessage"]
    objects = lake.server.client("s3").list_objects_v2(Bucket=lake.bucket, Prefix="clean/")
    assert objects["KeyCount"] == 0


def test_a_run_goes_on_without_its_log(lake: Lake, role_of: Any) -> None:
    found = run(lake, role_of("databrew", *without(enough(lake), "logs:PutLogEvents")))
    assert found["State"] == "SUCCEEDED", found


def test_a_role_that_does_not_trust_databrew(lake: Lake, role_of: Any) -> None:
    found = run(lake, role_of("glue", *enough(lake)))
    assert found["State"] == "FAILED"
    assert "databrew.amazonaws.com is not authorized to assume the role" in found["ErrorMessage"]

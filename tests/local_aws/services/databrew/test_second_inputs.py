"""JOIN and UNION read more than the job's data set: through boto3, from data sets and locations."""

import csv
import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.databrew.test_runs import Lake

FLIGHTS = "carrier,n\nAA,1\nUA,2\nZZ,3\n"


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws, FLIGHTS)


def put(lake: Lake, key: str, text: str) -> str:
    lake.s3.put_object(Bucket=lake.name, Key=key, Body=text.encode())
    return f"s3://{lake.name}/{key}"


def dataset(lake: Lake, name: str, key: str, **options: Any) -> str:
    source = {"S3InputDefinition": {"Bucket": lake.name, "Key": key}}
    lake.databrew.create_dataset(Name=f"{lake.name}-{name}", Input=source, **options)
    return f"{lake.name}-{name}"


def join(**parameters: str) -> list[dict[str, Any]]:
    keys = {
        "joinKeys": '[{"key":"carrier","value":"code"}]',
        "joinType": "LEFT_JOIN",
        "leftColumns": '["carrier","n"]',
        "rightColumns": '["name"]',
    }
    return [{"Action": {"Operation": "JOIN", "Parameters": {**keys, **parameters}}}]


def union(**parameters: str) -> list[dict[str, Any]]:
    columns = {
        "datasetsColumns": '[["carrier","n"],["code",null]]',
        "targetColumnNames": '["who","n"]',
    }
    return [{"Action": {"Operation": "UNION", "Parameters": {**columns, **parameters}}}]


def rows(lake: Lake, steps: list[dict[str, Any]]) -> list[list[str]]:
    """What the job wrote, in an order of its own."""
    found = lake.run(lake.recipe_job(steps, Overwrite=True))
    assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
    (key,) = lake.keys("clean/")
    header, *read = csv.reader(io.StringIO(lake.read(key).decode()))
    return [header, *sorted(read)]


JOINED = [["carrier", "n", "name"], ["AA", "1", "American"], ["UA", "2", "United"], ["ZZ", "3", ""]]


def test_join_with_a_data_set_in_its_own_format(lake: Lake) -> None:
    put(lake, "names/one.csv", "code;name\nAA;American\n")
    put(lake, "names/two.csv", "code;name\nUA;United\n")
    options = {"Csv": {"Delimiter": ";", "HeaderRow": True}}
    name = dataset(lake, "names", "names/", Format="CSV", FormatOptions=options)
    assert rows(lake, join(secondaryDatasetName=name)) == JOINED


def test_join_with_a_location(lake: Lake) -> None:
    lines = '{"code":"AA","name":"American"}\n{"code":"UA","name":"United"}\n'
    location = put(lake, "names.json", lines)
    assert rows(lake, join(secondInputLocation=location, secondaryDatasetName="gone")) == JOINED


def test_a_location_counts_with_the_format_of_the_data_set(lake: Lake) -> None:
    options = {"Csv": {"Delimiter": ";", "HeaderRow": True}}
    name = dataset(lake, "names", "old/", Format="CSV", FormatOptions=options)
    location = put(lake, "new/names.csv", "code;name\nAA;American\nUA;United\n")
    steps = join(secondInputLocation=location, secondaryDatasetName=name)
    assert rows(lake, steps) == JOINED


def test_union_of_three(lake: Lake) -> None:
    put(lake, "b.csv", "code,x\nDL,9\n")
    put(lake, "c.csv", "code\nAA\n")
    name = dataset(lake, "b", "b.csv")
    third = {"S3InputDefinition": {"Bucket": lake.name, "Key": "c.csv"}}
    second = {"S3InputDefinition": {"Bucket": lake.name, "Key": "b.csv"}}
    steps = union(
        datasetsColumns='[["carrier","n"],["code",null],["code",null]]',
        secondaryDatasetNames=json.dumps([name, "c"]),
        secondaryInputs=json.dumps([second, third]),
    )
    assert rows(lake, steps) == [
        ["who", "n"], ["AA", ""], ["AA", "1"], ["DL", ""], ["UA", "2"], ["ZZ", "3"],
    ]  # fmt: skip


def test_a_second_data_set_that_is_missing(lake: Lake) -> None:
    job = lake.recipe_job(join(secondaryDatasetName="no-such"))
    with pytest.raises(ClientError, match="no-such") as error:
        lake.start(job)
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_second_path_that_is_missing(lake: Lake) -> None:
    location = f"s3://{lake.name}/nothing/"
    found = lake.run(lake.recipe_job(join(secondInputLocation=location)))
    assert (found["State"], found["ErrorMessage"]) == (
        "FAILED",
        f"AnalysisException: 'Path does not exist: {location};'",
    )


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        (join(), r"Step 1 \(JOIN\) has no secondary input"),
        (join(secondInputLocation="names.csv"), "secondInputLocation is no S3 address: names.csv"),
        (union(secondaryInputs="{"), "Step 1: UNION: secondaryInputs is no JSON"),
        (union(secondaryInputs='[{"S3InputDefinition":{}}]'), "needs an S3InputDefinition"),
        (
            union(secondaryInputs='[{"DataCatalogInputDefinition":{}}]'),
            "DataCatalogInputDefinition",
        ),
    ],
)
def test_a_second_input_that_cannot_be(lake: Lake, steps: list[dict[str, Any]], named: str) -> None:
    job = lake.recipe_job(steps)
    with pytest.raises(ClientError, match=named) as error:
        lake.start(job)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_an_error_among_the_rows_names_its_step_and_column(lake: Lake) -> None:
    pattern = {"sourceColumn": "carrier", "pattern": "A", "value": "x" * 50}
    upper = {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "carrier"}}}
    repeat = {"sourceColumn": "carrier", "count": str(10**9), "targetColumn": "t"}
    steps = [
        upper,
        {"Action": {"Operation": "REPLACE_TEXT", "Parameters": pattern}},
        {"Action": {"Operation": "REPEAT_STRING", "Parameters": repeat}},
    ]
    found = lake.run(lake.recipe_job(steps))
    assert found["State"] == "FAILED"
    assert found["ErrorMessage"].startswith("Step 3 (REPEAT_STRING), column `t`: ")

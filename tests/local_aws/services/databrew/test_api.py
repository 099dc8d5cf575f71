"""DataBrew through boto3: what is kept, what is refused, and with which error."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/lake"
RENAME = {
    "Action": {"Operation": "RENAME", "Parameters": {"sourceColumn": "a", "targetColumn": "b"}}
}


@pytest.fixture
def databrew(aws: Any) -> Any:
    return aws.client("databrew")


@pytest.fixture
def name() -> Iterator[str]:
    return iter([f"thing-{uuid.uuid4().hex[:8]}"]).__next__()


@pytest.fixture
def dataset(databrew: Any, name: str) -> str:
    databrew.create_dataset(
        Name=name,
        Format="CSV",
        FormatOptions={"Csv": {"Delimiter": ";", "HeaderRow": True}},
        Input={"S3InputDefinition": {"Bucket": "raw", "Key": "a/"}},
        Tags={"team": "lake"},
    )
    return name


@pytest.fixture
def recipe(databrew: Any, name: str) -> str:
    databrew.create_recipe(Name=name, Description="first", Steps=[RENAME])
    return name


def code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response: Any = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def message(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Message"])


def test_dataset(databrew: Any, dataset: str) -> None:
    found = databrew.describe_dataset(Name=dataset)
    assert found["Source"] == "S3"
    assert found["FormatOptions"]["Csv"]["Delimiter"] == ";"
    assert found["ResourceArn"].endswith(f":dataset/{dataset}")
    databrew.update_dataset(
        Name=dataset, Format="JSON", Input={"S3InputDefinition": {"Bucket": "raw", "Key": "b/"}}
    )
    changed = databrew.describe_dataset(Name=dataset)
    assert (changed["Format"], changed["Tags"]) == ("JSON", {"team": "lake"})
    assert changed["CreateDate"] == found["CreateDate"]
    assert dataset in [d["Name"] for d in databrew.list_datasets()["Datasets"]]
    databrew.delete_dataset(Name=dataset)
    with pytest.raises(ClientError) as error:
        databrew.describe_dataset(Name=dataset)
    assert code(error) == ("ResourceNotFoundException", 404)


def test_a_name_that_is_taken(databrew: Any, dataset: str, recipe: str) -> None:
    for create in (
        lambda: databrew.create_dataset(
            Name=dataset, Input={"S3InputDefinition": {"Bucket": "raw"}}
        ),
        lambda: databrew.create_recipe(Name=recipe, Steps=[RENAME]),
    ):
        with pytest.raises(ClientError) as error:
            create()
        assert code(error) == ("ConflictException", 409)


S3_INPUT: dict[str, Any] = {"S3InputDefinition": {"Bucket": "raw"}}
NO_TABLE = {"DataCatalogInputDefinition": {"DatabaseName": "nowhere", "TableName": "flights"}}
CONNECTION = {"DatabaseInputDefinition": {"GlueConnectionName": "c"}}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"Format": "EXCEL"}, "EXCEL"),
        ({"Format": "ORC"}, "ORC"),
        ({"FormatOptions": {"Excel": {"HeaderRow": True}}}, "Excel"),
        ({"Input": {}}, "one of S3InputDefinition"),
        ({"Input": S3_INPUT | NO_TABLE}, "one of S3InputDefinition"),
        ({"Input": NO_TABLE}, "nowhere not found"),
        ({"Input": NO_TABLE, "Format": "CSV"}, "Format is not for"),
        ({"Input": CONNECTION}, "DatabaseInputDefinition"),
        ({"Input": {"S3InputDefinition": {"Bucket": "raw", "Key": "<(>/"}}}, "regular expression"),
        ({"Input": {"S3InputDefinition": {"Bucket": "raw", "Key": "{d}/"}}}, "d is not defined"),
    ],
)
def test_a_dataset_that_is_not_supported(
    databrew: Any, name: str, options: dict[str, Any], named: str
) -> None:
    wanted = {"Input": {"S3InputDefinition": {"Bucket": "raw"}}} | options
    with pytest.raises(ClientError, match=named) as error:
        databrew.create_dataset(Name=name, **wanted)
    assert code(error) == ("ValidationException", 400)


def test_recipe_versions(databrew: Any, recipe: str) -> None:
    with pytest.raises(ClientError, match="LATEST_PUBLISHED"):
        databrew.describe_recipe(Name=recipe)
    databrew.publish_recipe(Name=recipe, Description="one")
    databrew.update_recipe(Name=recipe, Steps=[])
    databrew.publish_recipe(Name=recipe)
    assert databrew.describe_recipe(Name=recipe)["RecipeVersion"] == "2.0"
    assert databrew.describe_recipe(Name=recipe, RecipeVersion="1.0")["Steps"] == [RENAME]
    working = databrew.describe_recipe(Name=recipe, RecipeVersion="LATEST_WORKING")
    assert (working["Steps"], working["Description"]) == ([], "first")
    versions = databrew.list_recipe_versions(Name=recipe)["Recipes"]
    assert [v["RecipeVersion"] for v in versions] == ["2.0", "1.0"]
    listed = databrew.list_recipes(MaxResults=100)["Recipes"]
    assert [r["RecipeVersion"] for r in listed if r["Name"] == recipe] == ["2.0"]
    with pytest.raises(ClientError, match="working version"):
        databrew.delete_recipe_version(Name=recipe, RecipeVersion="LATEST_WORKING")
    databrew.delete_recipe_version(Name=recipe, RecipeVersion="2.0")
    errors = databrew.batch_delete_recipe_version(
        Name=recipe, RecipeVersions=["1.0", "7.0", "LATEST_WORKING"]
    )["Errors"]
    assert [(e["RecipeVersion"], e["ErrorCode"]) for e in errors] == [
        ("7.0", "ResourceNotFoundException")
    ]
    with pytest.raises(ClientError) as error:
        databrew.describe_recipe(Name=recipe, RecipeVersion="LATEST_WORKING")
    assert code(error) == ("ResourceNotFoundException", 404)


def test_an_operation_that_is_not_supported(databrew: Any, name: str, recipe: str) -> None:
    session = {"Action": {"Operation": "GET_ACTION_RESULT", "Parameters": {}}}
    for refused in (
        lambda: databrew.create_recipe(Name=f"{name}-2", Steps=[RENAME, session]),
        lambda: databrew.update_recipe(Name=recipe, Steps=[session]),
    ):
        with pytest.raises(ClientError) as error:
            refused()
        assert code(error) == ("ValidationException", 400)
        assert message(error).endswith("not supported by local_aws: GET_ACTION_RESULT")


def test_an_operation_that_does_not_exist(databrew: Any, name: str) -> None:
    typo = {"Action": {"Operation": "RENAM", "Parameters": {}}}
    with pytest.raises(ClientError, match="No such recipe operations: RENAM"):
        databrew.create_recipe(Name=name, Steps=[typo])


def test_ruleset(databrew: Any, dataset: str) -> None:
    arn = databrew.describe_dataset(Name=dataset)["ResourceArn"]
    rule = {
        "Name": "rows",
        "CheckExpression": "AGG(ROWS_COUNT) > :v",
        "SubstitutionMap": {":v": "0"},
    }
    databrew.create_ruleset(Name=dataset, TargetArn=arn, Rules=[rule])
    found = databrew.describe_ruleset(Name=dataset)
    assert (found["Rules"], found["TargetArn"]) == ([rule], arn)
    databrew.update_ruleset(Name=dataset, Rules=[rule, rule | {"Name": "again"}])
    (listed,) = databrew.list_rulesets(TargetArn=arn)["Rulesets"]
    assert (listed["Name"], listed["RuleCount"]) == (dataset, 2)
    with pytest.raises(ClientError, match=":w is not in the SubstitutionMap"):
        databrew.update_ruleset(Name=dataset, Rules=[rule | {"CheckExpression": ":w > :v"}])
    databrew.delete_ruleset(Name=dataset)
    with pytest.raises(ClientError) as error:
        databrew.describe_ruleset(Name=dataset)
    assert code(error) == ("ResourceNotFoundException", 404)


def recipe_job(databrew: Any, name: str, **options: Any) -> None:
    databrew.create_recipe_job(
        Name=name,
        **{
            "DatasetName": name,
            "RecipeReference": {"Name": name, "RecipeVersion": "1.0"},
            "RoleArn": ROLE,
            "Outputs": [{"Format": "PARQUET", "Location": {"Bucket": "clean", "Key": "x"}}],
            **options,
        },
    )


def test_recipe_job(databrew: Any, dataset: str, recipe: str) -> None:
    with pytest.raises(ClientError) as error:
        recipe_job(databrew, dataset)
    assert code(error) == ("ResourceNotFoundException", 404)
    databrew.publish_recipe(Name=recipe)
    recipe_job(databrew, dataset, Tags={"a": "b"}, Timeout=5)
    found = databrew.describe_job(Name=dataset)
    assert (found["Type"], found["Timeout"], found["MaxRetries"]) == ("RECIPE", 5, 0)
    assert found["RecipeReference"] == {"Name": recipe, "RecipeVersion": "1.0"}
    databrew.update_recipe_job(
        Name=dataset,
        RoleArn=ROLE,
        Outputs=[{"Format": "CSV", "Location": {"Bucket": "clean"}}],
    )
    changed = databrew.describe_job(Name=dataset)
    assert (changed["Outputs"][0]["Format"], changed["Tags"]) == ("CSV", {"a": "b"})
    with pytest.raises(ClientError) as error:
        databrew.delete_recipe_version(Name=recipe, RecipeVersion="1.0")
    assert code(error) == ("ConflictException", 409)
    with pytest.raises(ClientError, match="is a recipe job"):
        databrew.update_profile_job(Name=dataset, RoleArn=ROLE, OutputLocation={"Bucket": "ops"})
    assert [j["Name"] for j in databrew.list_jobs(DatasetName=dataset)["Jobs"]] == [dataset]
    databrew.delete_job(Name=dataset)
    with pytest.raises(ClientError) as error:
        databrew.start_job_run(Name=dataset)
    assert code(error) == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"ProjectName": "p"}, "project"),
        ({"Outputs": [{"Format": "XML", "Location": {"Bucket": "clean"}}]}, "output format XML"),
        (
            {"Outputs": [{"CompressionFormat": "LZO", "Location": {"Bucket": "clean"}}]},
            "compression LZO for CSV",
        ),
        (
            {
                "DatabaseOutputs": [
                    {"GlueConnectionName": "c", "DatabaseOptions": {"TableName": "t"}}
                ]
            },
            "DatabaseOutputs",
        ),
    ],
)
def test_a_job_that_is_not_supported(
    databrew: Any, dataset: str, recipe: str, options: dict[str, Any], named: str
) -> None:
    databrew.publish_recipe(Name=recipe)
    with pytest.raises(ClientError, match=named) as error:
        recipe_job(databrew, dataset, **options)
    assert code(error) == ("ValidationException", 400)


def test_profile_job(databrew: Any, dataset: str) -> None:
    options = {"RoleArn": ROLE, "OutputLocation": {"Bucket": "ops", "Key": "p/"}}
    databrew.create_profile_job(Name=dataset, DatasetName=dataset, **options)
    databrew.update_profile_job(Name=dataset, JobSample={"Mode": "FULL_DATASET"}, **options)
    found = databrew.describe_job(Name=dataset)
    assert found["JobSample"] == {"Mode": "FULL_DATASET"}
    assert found["Outputs"] == [{"Location": {"Bucket": "ops", "Key": "p/"}}]
    with pytest.raises(ClientError, match="The entity type USA_ALL"):
        databrew.update_profile_job(
            Name=dataset,
            Configuration={"EntityDetectorConfiguration": {"EntityTypes": ["USA_ALL"]}},
            **options,
        )
    with pytest.raises(ClientError) as error:
        databrew.create_profile_job(
            Name=f"{dataset}-2",
            DatasetName=dataset,
            ValidationConfigurations=[
                {"RulesetArn": f"arn:aws:databrew:us-east-1:123456789012:ruleset/{dataset}"}
            ],
            **options,
        )
    assert code(error) == ("ResourceNotFoundException", 404)


def test_tags(databrew: Any, dataset: str, recipe: str) -> None:
    for arn in (
        databrew.describe_dataset(Name=dataset)["ResourceArn"],
        databrew.describe_recipe(Name=recipe, RecipeVersion="LATEST_WORKING")["ResourceArn"],
    ):
        databrew.tag_resource(ResourceArn=arn, Tags={"x": "1", "y": "2"})
        databrew.untag_resource(ResourceArn=arn, TagKeys=["y", "team"])
        assert databrew.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"x": "1"}


def test_pages(databrew: Any, dataset: str) -> None:
    databrew.create_dataset(Name=f"{dataset}-2", Input={"S3InputDefinition": {"Bucket": "raw"}})
    pages = databrew.get_paginator("list_datasets").paginate(PaginationConfig={"PageSize": 1})
    names = [d["Name"] for page in pages for d in page["Datasets"]]
    assert {dataset, f"{dataset}-2"} <= set(names)
    assert len(names) == len(set(names))
    with pytest.raises(ClientError) as error:
        databrew.list_datasets(NextToken="nonsense")
    assert code(error) == ("ValidationException", 400)


def test_projects_are_refused_by_name(databrew: Any) -> None:
    with pytest.raises(ClientError, match="databrew:ListProjects is not supported") as error:
        databrew.list_projects()
    assert code(error)[0] == "UnknownOperationException"


def test_what_a_job_uses_stays(databrew: Any, dataset: str) -> None:
    arn = databrew.describe_dataset(Name=dataset)["ResourceArn"]
    rule = {"Name": "r", "CheckExpression": "AGG(ROWS_COUNT) > :v", "SubstitutionMap": {":v": "0"}}
    databrew.create_ruleset(Name=dataset, TargetArn=arn, Rules=[rule])
    ruleset = databrew.describe_ruleset(Name=dataset)["ResourceArn"]
    databrew.create_profile_job(
        Name=dataset,
        DatasetName=dataset,
        RoleArn=ROLE,
        OutputLocation={"Bucket": "ops"},
        ValidationConfigurations=[{"RulesetArn": ruleset}],
    )
    for delete in (databrew.delete_dataset, databrew.delete_ruleset):
        with pytest.raises(ClientError, match="is used by the job") as error:
            delete(Name=dataset)
        assert code(error) == ("ConflictException", 409)
    databrew.delete_job(Name=dataset)
    databrew.delete_ruleset(Name=dataset)
    databrew.delete_dataset(Name=dataset)

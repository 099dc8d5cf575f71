"""AWS::DataBrew's types."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import handler_of
from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import (
    ACCOUNT,
    Resource,
    Stack,
)

DATASET, RECIPE = "AWS::DataBrew::Dataset", "AWS::DataBrew::Recipe"
JOB, RULESET, SCHEDULE = "AWS::DataBrew::Job", "AWS::DataBrew::Ruleset", "AWS::DataBrew::Schedule"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/databrew"
TAGS = [{"Key": "team", "Value": "data"}]
INPUT = {"S3InputDefinition": {"Bucket": "lake", "Key": "raw/"}}
UPPER = {"Action": {"Operation": "UPPER_CASE", "Parameters": {"SourceColumn": "city"}}}


@pytest.fixture
def dataset(resource: Stack, name: str) -> Iterator[Resource]:
    made = resource(DATASET, env="dev")
    made.create(Name=name, Input=INPUT, Format="CSV", Tags=TAGS)
    yield made
    made.delete()


@pytest.fixture
def recipe(resource: Stack, name: str) -> Iterator[Resource]:
    made = resource(RECIPE)
    made.create(Name=name, Steps=[UPPER], Description="capitals", Tags=TAGS)
    yield made
    made.delete()


def test_a_dataset_is_made_changed_and_read(aws: LocalServer, dataset: Resource, name: str) -> None:
    assert dataset.made.physical_id == name
    shown = aws.client("databrew").describe_dataset(Name=name)
    assert shown["Tags"] == {"team": "data", "env": "dev"}
    assert dataset.read() == {
        "Name": name,
        "Input": INPUT,
        "Format": "CSV",
        "Source": "S3",
        "Tags": TAGS,
    }
    assert dataset.retry() == dataset.identify() == dataset.made
    options = {"Json": {"MultiLine": "true"}}
    dataset.update(Name=name, Input=INPUT, Format="JSON", FormatOptions=options)
    assert dataset.read() == {
        "Name": name,
        "Input": INPUT,
        "Format": "JSON",
        "FormatOptions": {"Json": {"MultiLine": True}},
        "Source": "S3",
    }


def test_a_datasets_path_options_are_lists_in_a_template(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    made = resource(DATASET)
    given = {
        "LastModifiedDateCondition": {
            "Expression": "AFTER :d",
            "ValuesMap": [{"ValueReference": ":d", "Value": "2026-01-01T00:00:00Z"}],
        },
        "Parameters": [
            {
                "PathParameterName": "day",
                "DatasetParameter": {
                    "Name": "day",
                    "Type": "String",
                    "CreateColumn": "true",
                    "Filter": {
                        "Expression": "starts_with :p",
                        "ValuesMap": [{"ValueReference": ":p", "Value": "2026"}],
                    },
                },
            }
        ],
    }
    files = {"S3InputDefinition": {"Bucket": "lake", "Key": "raw/{day}.csv"}}
    made.create(Name=name, Input=files, Format="CSV", PathOptions=given)
    shown = aws.client("databrew").describe_dataset(Name=name)["PathOptions"]
    assert shown["Parameters"]["day"]["Filter"]["ValuesMap"] == {":p": "2026"}
    given["Parameters"][0]["DatasetParameter"]["CreateColumn"] = True  # type: ignore[index]
    assert made.read()["PathOptions"] == given
    made.delete()


def test_a_recipes_parameters_have_capitals_in_a_template(
    aws: LocalServer, recipe: Resource, name: str
) -> None:
    shown = aws.client("databrew").describe_recipe(Name=name, RecipeVersion="LATEST_WORKING")
    assert shown["Steps"][0]["Action"]["Parameters"] == {"sourceColumn": "city"}
    assert recipe.read() == {
        "Name": name,
        "Steps": [UPPER],
        "Description": "capitals",
        "Tags": TAGS,
    }
    assert recipe.retry() == recipe.identify() == recipe.made
    kept = {
        "Action": {"Operation": "REMOVE_VALUES", "Parameters": {"sourceColumn": "city"}},
        "ConditionExpressions": [{"Condition": "IS_MISSING", "TargetColumn": "city"}],
    }
    recipe.update(Name=name, Steps=[kept])
    read = recipe.read()
    assert set(read) == {"Name", "Steps"}
    assert read["Steps"][0]["ConditionExpressions"] == kept["ConditionExpressions"]
    assert read["Steps"][0]["Action"]["Parameters"] == {"SourceColumn": "city"}


def test_a_recipes_inputs_are_structures_in_a_template(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    made = resource(RECIPE)
    others = [{"S3InputDefinition": {"Bucket": "lake", "Key": "more/"}}]
    union = {"Operation": "UNION", "Parameters": {"SecondaryInputs": others}}
    made.create(Name=name, Steps=[{"Action": union}])
    shown = aws.client("databrew").describe_recipe(Name=name, RecipeVersion="LATEST_WORKING")
    assert isinstance(shown["Steps"][0]["Action"]["Parameters"]["secondaryInputs"], str)
    assert made.read()["Steps"] == [{"Action": union}]
    made.delete()


def test_a_stack_publishes_no_recipe_and_deletes_no_published_one(
    aws: LocalServer, recipe: Resource, name: str
) -> None:
    databrew = aws.client("databrew")
    assert databrew.list_recipe_versions(Name=name)["Recipes"] == []
    databrew.publish_recipe(Name=name)
    with pytest.raises(ClientError, match="published"):
        recipe.delete()
    databrew.batch_delete_recipe_version(Name=name, RecipeVersions=["1.0"])
    recipe.delete()
    assert recipe.gone


def test_a_recipe_of_unknown_operations_is_not_made(resource: Stack, name: str) -> None:
    made = resource(RECIPE)
    with pytest.raises(ClientError, match="MAKE_COFFEE"):
        made.create(Name=name, Steps=[{"Action": {"Operation": "MAKE_COFFEE"}}])
    with pytest.raises(ResourceFailed, match="Parameters"):
        made.create(Name=name, Steps=[{"Action": {"Operation": "UPPER_CASE", "Parameters": "x"}}])
    assert made.identify() is None


def recipe_job(name: str, **more: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": "RECIPE",
        "RoleArn": ROLE,
        "DatasetName": name,
        "Recipe": {"Name": name, "Version": "LATEST_WORKING"},
        "Outputs": [{"Location": {"Bucket": "lake", "Key": "clean/"}, "Format": "PARQUET"}],
        **more,
    }


@pytest.mark.usefixtures("dataset", "recipe")
def test_a_recipe_job(aws: LocalServer, resource: Stack, name: str) -> None:
    job = resource(JOB)
    job.create(**recipe_job(name, MaxCapacity="2", Timeout="60", MaxRetries="1", Tags=TAGS))
    assert job.retry() == job.identify() == job.made
    shown = aws.client("databrew").describe_job(Name=name)
    assert (shown["MaxCapacity"], shown["Timeout"], shown["MaxRetries"]) == (2, 60, 1)
    read = job.read()
    assert {k: read[k] for k in ("Recipe", "DatasetName", "Tags")} == {
        "Recipe": {"Name": name, "Version": "LATEST_WORKING"},
        "DatasetName": name,
        "Tags": TAGS,
    }
    job.update(**recipe_job(name))
    shown = aws.client("databrew").describe_job(Name=name)
    assert (shown["MaxCapacity"], shown["Timeout"], shown["MaxRetries"]) == (5, 2880, 0)
    assert shown["Tags"] == {}
    job.delete()
    job.delete()
    assert job.gone


@pytest.mark.usefixtures("dataset", "recipe")
def test_a_jobs_recipe_cannot_change_without_a_word(resource: Stack, name: str) -> None:
    job = resource(JOB)
    job.create(**recipe_job(name))
    other = recipe_job(name) | {"Recipe": {"Name": name, "Version": "1.0"}}
    with pytest.raises(ResourceFailed, match="cannot change the RecipeReference of the job"):
        job.update(**other)
    job.update(**recipe_job(name))  # the stack's way back
    assert job.read()["Recipe"]["Version"] == "LATEST_WORKING"
    job.delete()


@pytest.fixture
def ruleset(resource: Stack, dataset: Resource) -> Iterator[Resource]:
    made = resource(RULESET)
    made.create(**rules(dataset.made.physical_id), Description="not empty", Tags=TAGS)
    yield made
    made.delete()


def rules(name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "TargetArn": f"arn:aws:databrew:us-east-1:{ACCOUNT}:dataset/{name}",
        "Rules": [
            {
                "Name": "rows",
                "Disabled": False,
                "CheckExpression": "AGG(ROWS_COUNT) > :val",
                "SubstitutionMap": [{"ValueReference": ":val", "Value": "0"}],
            }
        ],
    }


def test_a_rulesets_substitutions_are_lists_in_a_template(
    aws: LocalServer, ruleset: Resource, name: str
) -> None:
    shown = aws.client("databrew").describe_ruleset(Name=name)
    assert shown["Rules"][0]["SubstitutionMap"] == {":val": "0"}
    assert ruleset.read() == rules(name) | {"Description": "not empty", "Tags": TAGS}
    assert ruleset.retry() == ruleset.identify() == ruleset.made
    ruleset.update(**rules(name))
    assert ruleset.read() == rules(name)


@pytest.mark.usefixtures("ruleset")
def test_a_profile_job(aws: LocalServer, resource: Stack, name: str) -> None:
    job = resource(JOB)
    smallest = {
        "Name": name,
        "Type": "PROFILE",
        "RoleArn": ROLE,
        "DatasetName": name,
        "OutputLocation": {"Bucket": "lake", "Key": "profiles/"},
    }
    arn = f"arn:aws:databrew:us-east-1:{ACCOUNT}:ruleset/{name}"
    beside = {
        "JobSample": {"Mode": "CUSTOM_ROWS", "Size": 100},
        "ProfileConfiguration": {
            "DatasetStatisticsConfiguration": {"IncludedStatistics": ["DUPLICATE_ROWS_COUNT"]}
        },
        "ValidationConfigurations": [{"RulesetArn": arn, "ValidationMode": "CHECK_ALL"}],
    }
    job.create(**smallest, **beside)
    read = job.read()
    assert {k: read[k] for k in (*smallest, *beside)} == smallest | beside
    job.update(**smallest)
    assert not beside.keys() & job.read().keys()
    shown = aws.client("databrew").describe_job(Name=name)
    assert "ProfileConfiguration" not in shown
    job.delete()


@pytest.mark.usefixtures("dataset", "recipe")
def test_a_schedule(aws: LocalServer, resource: Stack, name: str) -> None:
    job, schedule = resource(JOB), resource(SCHEDULE)
    job.create(**recipe_job(name))
    given = {"Name": name, "CronExpression": "Cron(0 3 * * ? *)", "JobNames": [name]}
    schedule.create(**given, Tags=TAGS)
    assert schedule.read() == given | {"Tags": TAGS}
    assert schedule.retry() == schedule.identify() == schedule.made
    schedule.update(Name=name, CronExpression="Cron(0 4 * * ? *)")
    assert schedule.read() == {"Name": name, "CronExpression": "Cron(0 4 * * ? *)"}
    assert aws.client("databrew").describe_schedule(Name=name)["JobNames"] == []
    schedule.delete()
    schedule.delete()
    assert schedule.gone
    job.delete()


def test_what_databrew_here_has_not_is_refused_beforehand(resource: Stack) -> None:
    assert handler_of("AWS::DataBrew::Project") is None
    assert not {"DatabaseOutputs", "ProjectName"} & resource(JOB).handler.takes
    assert "Input.DatabaseInputDefinition" in resource(DATASET).handler.refuses

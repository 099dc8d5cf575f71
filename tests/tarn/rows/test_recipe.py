"""What a recipe may do to a record, told from its steps alone."""

from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.load import dataset_names, load_contract
from tarn.deploy import stage
from tarn.rows.recipe import Origin, declared_steps, digest, follow, published_steps
from tarn.settings import Settings

HEADER = ("id", "name", "miles")


def step(operation: str, *conditions: dict[str, str], **parameters: str) -> dict[str, Any]:
    found: dict[str, Any] = {"Action": {"Operation": operation, "Parameters": parameters}}
    return found | ({"ConditionExpressions": list(conditions)} if conditions else {})


def origins(*steps: dict[str, Any]) -> dict[str, Origin]:
    return follow(steps, HEADER).origins


def test_without_steps_each_column_is_its_own() -> None:
    assert origins() == {name: Origin(name) for name in HEADER}


@pytest.mark.parametrize(
    ("steps", "name", "origin"),
    [
        ([step("CHANGE_DATA_TYPE", sourceColumn="miles", columnDataType="int")],
         "miles", Origin("miles", "int")),
        ([step("RENAME", sourceColumn="Name", targetColumn="who")], "who", Origin("name")),
        ([step("RENAME", sourceColumn="name", targetColumn="who")], "name", None),
        ([step("DUPLICATE", sourceColumn="name")], "name_copy", Origin("name")),
        ([step("DELETE", sourceColumns='["name", "id"]')], "name", None),
        ([step("SORT", expressions="[]")], "name", Origin("name")),
        ([step("REMOVE_COMBINED", sourceColumn="name", removeLeadingAndTrailingWhitespace="true",
               removeNumbers="false")], "name", Origin("name")),
        ([step("REMOVE_COMBINED", sourceColumn="name", removeNumbers="true")], "name", None),
        ([step("UPPER_CASE", sourceColumn="name")], "name", None),
        ([step("UPPER_CASE", sourceColumn="name")], "id", Origin("id")),
        ([step("ADD", sourceColumn1="id", sourceColumn2="miles", targetColumn="name")],
         "name", None),
        ([step("FILL_WITH_NULL", {"Condition": "IS", "Value": '["NA"]', "TargetColumn": "name"},
               sourceColumn="name")], "name", Origin("name", emptied=frozenset({"NA"}))),
        ([step("FILL_WITH_NULL", {"Condition": "CONTAINS", "Value": "N", "TargetColumn": "name"},
               sourceColumn="name")], "name", Origin("name", emptied=None)),
        ([step("FILL_WITH_NULL", sourceColumn="name")], "name", Origin("name", emptied=None)),
        ([step("A_NEW_OPERATION", sourceColumn="name")], "id", None),
    ],
)  # fmt: skip
def test_what_a_step_leaves(steps: list[dict[str, Any]], name: str, origin: Origin | None) -> None:
    assert origins(*steps).get(name) == origin


@pytest.mark.parametrize(
    ("one", "dropping", "countable"),
    [
        (step("UPPER_CASE", sourceColumn="name"), [], True),
        (step("REMOVE_MISSING", sourceColumn="name"), ["REMOVE_MISSING"], True),
        (step("REMOVE_MISSING", sourceColumn="made"), ["REMOVE_MISSING"], False),
        (step("REMOVE_VALUES", sourceColumn="name"), ["REMOVE_VALUES"], False),
        (step("DELETE_DUPLICATE_ROWS"), ["DELETE_DUPLICATE_ROWS"], False),
        (step("REMOVE_OUTLIERS", sourceColumn="miles", removeType="DELETE_ROWS"),
         ["REMOVE_OUTLIERS"], False),
        (step("REMOVE_OUTLIERS", sourceColumn="miles", removeType="CLEAR"), [], True),
        (step("CATEGORICAL_MAPPING", sourceColumn="name", deleteOtherRows="true"),
         ["CATEGORICAL_MAPPING"], False),
        (step("CATEGORICAL_MAPPING", sourceColumn="name", deleteOtherRows="false"), [], True),
        (step("GROUP_BY", sourceColumn="name"), [], False),
        (step("A_NEW_OPERATION"), [], False),
    ],
)  # fmt: skip
def test_what_drops_rows(one: dict[str, Any], dropping: list[str], countable: bool) -> None:
    trail = follow([one], HEADER)
    assert (trail.dropping, trail.countable) == (dropping, countable)


def test_what_mixes_rows_is_named() -> None:
    trail = follow([step("JOIN"), step("GROUP_BY")], HEADER)
    assert (trail.mixing, trail.origins) == ("JOIN", {})


@pytest.mark.parametrize("name", dataset_names())
def test_the_lakes_own_recipes_are_known(name: str) -> None:
    contract = load_contract(name)
    trail = follow(declared_steps(name, Settings()), contract.source_columns)
    assert trail.countable
    assert {c.name for c in contract.columns} - trail.origins.keys() <= {
        "flight_date", "observed_date"
    }  # fmt: skip


def test_a_version_stays_when_another_is_published(lake: Aws) -> None:
    list(stage("recipes:recipes")(lake))
    first = published_steps("airlines", "1.0", lake)
    name = lake.settings.databrew("airlines")
    lake.databrew.update_recipe(Name=name, Steps=first[:1])  # type: ignore[arg-type]
    lake.databrew.publish_recipe(Name=name)
    assert len(first) > len(published_steps("airlines", "2.0", lake)) == 1
    assert published_steps("airlines", "1.0", lake) == first
    assert digest(first) == digest(declared_steps("airlines", lake.settings))

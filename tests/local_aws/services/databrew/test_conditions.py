"""Conditions: each is in a fixture, and one that is unknown is named."""

from pathlib import Path

import duckdb
import pytest

from local_aws.services.databrew.engine.conditions import CONDITIONS, condition
from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame

FIXTURES = Path(__file__).parents[3] / "fixtures" / "databrew"


def test_every_condition_is_in_a_fixture() -> None:
    text = "".join(path.read_text() for path in FIXTURES.glob("*.json"))
    assert [name for name in CONDITIONS if f'"Condition": "{name}"' not in text] == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MATCHES", "x", "The condition MATCHES is not supported"),
        ("IS_BETWEEN", '["1"]', "IS_BETWEEN needs two values"),
        ("IS_INVALID", "shoe", "shoe is not a data type"),
    ],
)
def test_conditions_that_cannot_be(name: str, value: str, message: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE input (a VARCHAR)")
        frame = Frame.of(connection, "input")
        raw = {"Condition": name, "Value": value, "TargetColumn": "a"}
        with pytest.raises(InvalidStep, match=message):
            condition(frame, raw)

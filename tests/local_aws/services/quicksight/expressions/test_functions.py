"""Every function of the registry, by its fixture: expressions, rows, what comes out."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from local_aws.services.quicksight.expressions import FUNCTIONS, ExpressionError
from tests.local_aws.services.quicksight.expressions.evaluated import Table

FIXTURES = Path(__file__).parents[4] / "fixtures/quicksight/functions"
NAMES = sorted(function.name for function in FUNCTIONS.values())


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return found


def test_every_function_has_a_fixture_and_the_other_way_round() -> None:
    assert sorted(path.stem for path in FIXTURES.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_function(name: str) -> None:
    found = fixture(name)
    table = Table(found["columns"], found["rows"])
    for case in found["cases"]:
        case = dict(case)
        text = case.pop("expression")
        if "error" in case:
            with pytest.raises(ExpressionError, match=re.escape(case.pop("error"))):
                table.evaluate(text, **case)
        else:
            expected = case.pop("expected")
            assert table.evaluate(text, **case) == expected, text


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_calls_its_function(name: str) -> None:
    cases = fixture(name)["cases"]
    assert all(f"{name}(" in case["expression"] + case.get("where", "") for case in cases)

"""A recipe's own test: a difference is told with its row, its column and the steps behind it."""

from pathlib import Path
from typing import Any

import pytest

from local_aws.services.databrew.trial import trial


def step(operation: str, **parameters: str) -> dict[str, Any]:
    return {"Action": {"Operation": operation, "Parameters": parameters}}


STEPS = [
    step("UPPER_CASE", sourceColumn="b"),
    step("CHANGE_DATA_TYPE", sourceColumn="a", columnDataType="int"),
    step("REMOVE_MISSING", sourceColumn="a"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "input.csv").write_text('a,b\n1.5,x\n?,y\n3,"z, z"\n')
    return tmp_path


def expecting(folder: Path, text: str, steps: list[dict[str, Any]] = STEPS) -> list[str]:
    (folder / "expected.csv").write_text(text)
    return trial(steps, folder)


def test_the_same(folder: Path) -> None:
    assert expecting(folder, 'a,b\n1,X\n3,"Z, Z"\n') == []


def test_a_value_names_its_row_and_the_steps_that_made_it(folder: Path) -> None:
    assert expecting(folder, 'a,b\n2,X\n3,"z, z"\n') == [
        "row 1, column a: '1', expected '2' (step 2 (CHANGE_DATA_TYPE) made it '1')",
        "row 2, column b: 'Z, Z', expected 'z, z' (step 1 (UPPER_CASE) made it 'Z, Z')",
    ]


def test_rows_that_are_gone_name_the_step(folder: Path) -> None:
    assert expecting(folder, 'a,b\n1,X\n2,Y\n3,"Z, Z"\n') == [
        "there are 2 rows, expected 3",
        "step 3 (REMOVE_MISSING) took away the input's row 2",
        "row 2, column a: '3', expected '2' (no step changed it)",
        "row 2, column b: 'Z, Z', expected 'Y' (step 1 (UPPER_CASE) made it 'Z, Z')",
    ]


def test_other_columns(folder: Path) -> None:
    assert expecting(folder, "a\n1\n") == ["the columns are ['a', 'b'], expected ['a']"]


def test_a_step_that_drops_the_rows_numbers_is_no_obstacle(folder: Path) -> None:
    found = expecting(folder, "b\nX\n", [step("DELETE", sourceColumn="a")])
    assert found[:1] == ["there are 3 rows, expected 1"]


def test_an_expected_row_of_another_width_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="row 1 has 3 fields, its header 2"):
        expecting(folder, "a,b\n1,2,3\n")

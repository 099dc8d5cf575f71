"""Every kind of filter over one small table: which rows a visual keeps.

One file a kind in tests/fixtures/quicksight/filters. A case has a ``title``, the filter's options
(``filter``; or ``filters``, alternatives of one group), and the ids of the rows that are kept
(``expect``) or what is refused (``refused``). It may have ``choose`` (what the reader chose in the
filter's control), ``parameters`` (by name: type and values) and ``choices`` of them.
"""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.definition import Definition
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.expressions import Compiled
from local_aws.services.quicksight.filters import groups
from local_aws.services.quicksight.query.stages import Selection, statement

FIXTURES = Path(__file__).parents[4] / "fixtures" / "quicksight" / "filters"
KINDS = sorted(path.stem for path in FIXTURES.glob("*.json"))
NOW = dt.datetime(2024, 3, 31, 15, 30)
ROWS = """
CREATE TABLE data AS SELECT * FROM (VALUES
    (1, 'north', 'tea',    10,   2.5,  TIMESTAMP '2024-03-31 09:00:00'),
    (2, 'north', 'coffee', 30,   4.0,  TIMESTAMP '2024-03-30 23:59:59'),
    (3, 'south', 'tea',    20,   2.0,  TIMESTAMP '2024-02-29 00:00:00'),
    (4, 'south', 'milk',   5,    1.0,  TIMESTAMP '2024-01-31 12:00:00'),
    (5, 'east',  'tea',    1,    NULL, TIMESTAMP '2023-12-31 12:00:00'),
    (6, NULL,    'coffee', NULL, 4.5,  TIMESTAMP '2024-04-01 00:00:00'),
    (7, 'O''x',  '100%',   7,    0.5,  NULL)
) AS t(id, region, product, units, price, sold)
"""
CALCULATED = [
    {"DataSetIdentifier": "sales", "Name": "total", "Expression": "sum({units})"},
    {"DataSetIdentifier": "sales", "Name": "double", "Expression": "{units} * 2"},
]


def cases() -> Iterator[Any]:
    for kind in KINDS:
        for case in json.loads((FIXTURES / f"{kind}.json").read_text()):
            yield pytest.param(kind, case, id=f"{kind}: {case['title']}")


@pytest.fixture(scope="module")
def table() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        yield connection


def column(name: str) -> dict[str, Any]:
    return {"DataSetIdentifier": "sales", "ColumnName": name}


def document(kind: str, case: dict[str, Any]) -> dict[str, Any]:
    given = case.get("filters") or [case["filter"]]
    filters = [{f.pop("kind", kind): {"FilterId": f"f{n}"} | f} for n, f in enumerate(given)]
    group = {
        "FilterGroupId": "g",
        "Filters": filters,
        "ScopeConfiguration": {"AllSheets": {}},
        "CrossDataset": "SINGLE_DATASET",
    }
    by = case.get("by", ["region"])
    fields = [{"CategoricalDimensionField": {"FieldId": n, "Column": column(n)}} for n in by]
    value = {"NumericalMeasureField": {"FieldId": "units-m", "Column": column("units")}}
    wells = {"TableAggregatedFieldWells": {"GroupBy": fields, "Values": [value]}}
    chart = {"VisualId": "v", "ChartConfiguration": {"FieldWells": wells}}
    found = {
        "DataSetIdentifierDeclarations": [{"Identifier": "sales", "DataSetArn": "arn"}],
        "Sheets": [{"SheetId": "s", "Visuals": [{"TableVisual": chart}]}],
        "CalculatedFields": CALCULATED,
        "FilterGroups": [group, *case.get("groups", [])],
        "ParameterDeclarations": [
            declared(name, p) for name, p in case.get("parameters", {}).items()
        ],
    }
    return resolved(found)


def declared(name: str, given: dict[str, Any]) -> dict[str, Any]:
    options = {k: v for k, v in given.items() if k != "type"}
    single = {"Name": name, "ParameterValueType": "SINGLE_VALUED"}
    return {f"{given['type']}ParameterDeclaration": single | options}


def resolved(part: Any) -> Any:
    """``"@region"`` as the column of that name."""
    if isinstance(part, dict):
        return {key: resolved(value) for key, value in part.items()}
    if isinstance(part, list):
        return [resolved(value) for value in part]
    return column(part[1:]) if isinstance(part, str) and part.startswith("@") else part


def kept(table: duckdb.DuckDBPyConnection, kind: str, case: dict[str, Any]) -> list[int]:
    chosen = {"f0": case["choose"]} if "choose" in case else {}
    choices = Choices(chosen, case.get("choices", {}), now=NOW)
    definition = Definition(document(kind, case), choices)
    visual = definition.visual("s", "v")
    assert visual is not None
    found, row = definition.conditions(visual, lambda _column: True), Compiled("id")
    sql = statement(Selection([], [row], found, [(row, "ASC")], grouped=False))
    return [row[0] for row in table.execute(sql).fetchall()]


@pytest.mark.parametrize(("kind", "case"), cases())
def test_a_filter(table: duckdb.DuckDBPyConnection, kind: str, case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(QueryRefused, match=case["refused"]):
            kept(table, kind, case)
    else:
        assert kept(table, kind, case) == case["expect"]


def test_every_kind_has_its_cases() -> None:
    assert set(KINDS) == set(groups.KINDS)

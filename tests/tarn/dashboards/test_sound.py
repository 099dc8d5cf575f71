"""A view's column that a dashboard uses cannot go: what is told names the visual."""

import json
import shutil
from pathlib import Path

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import ContractErrors
from tarn.dashboards.sound import problems
from tarn.dashboards.uses import Use, columns_of, missing, uses
from tarn.deploy.check import refuse_unsound

ROOT = Path(__file__).parent.parent.parent.parent
VIEW = "sql/lake/worst_routes.sql"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The lake's own dashboards and views, to be changed."""
    for folder in ("dashboards", "sql"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def told(root: Path) -> str:
    return "\n".join(f"{file}: {sentence}" for file, sentence in problems(root))


def test_what_is_declared_holds() -> None:
    assert told(ROOT) == ""


def test_a_view_s_column_that_a_visual_uses(root: Path) -> None:
    for use in uses(json.loads((root / "dashboards/flights.json").read_text())["Definition"]):
        if use.data_set == "worst_routes" and "visual" in use.where:
            break
    import sqlglot

    tree = sqlglot.parse_one((root / VIEW).read_text(), read="athena")
    kept = [column for column in tree.selects if column.alias_or_name != use.column]
    tree.set("expressions", kept)
    (root / VIEW).write_text(tree.sql(dialect="athena"))
    found = told(root)
    assert f"dashboards/data_sets/worst_routes.json: {VIEW} has no column {use.column}." in found
    assert f"{use.where[4:]} uses {use.column}, which {VIEW} does not give." in found


def test_a_deploy_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("datasets", "recipes", "expectations", "glue_jobs"):
        shutil.copytree(ROOT / folder, root / folder)
    monkeypatch.setenv("TARN_HOME", str(root))
    refuse_unsound(Aws())
    path = root / "dashboards" / "flights.json"
    replace(path, '"ColumnName": "carrier_name"', '"ColumnName": "carier_name"')
    with pytest.raises(
        ContractErrors, match=r"visual '.*' \(.*\) uses carier_name, which sql/lake"
    ):
        refuse_unsound(Aws())


def test_a_data_set_that_is_not_declared(root: Path) -> None:
    (root / "dashboards" / "data_sets" / "cancellations.json").unlink()
    assert "There is no data set tarn-cancellations in dashboards/data_sets." in told(root)


def test_what_a_data_set_makes_of_its_columns(root: Path) -> None:
    path = root / "dashboards" / "data_sets" / "worst_routes.json"
    document = json.loads(path.read_text())
    steps = [{"RenameColumnOperation": {"ColumnName": "flights", "NewColumnName": "trips"}}]
    source = {"PhysicalTableId": "view"}
    document["LogicalTableMap"] = {"one": {"Alias": "a", "Source": source, "DataTransforms": steps}}
    path.write_text(json.dumps(document))
    assert "uses flights, which sql/lake/worst_routes.sql does not give" in told(root)


COLUMN = {"DataSetIdentifier": "d", "ColumnName": "gone"}
PLACES = {
    "the bar chart visual 'Title' (v)": {
        "Sheets": [
            {
                "SheetId": "s",
                "Visuals": [
                    {
                        "BarChartVisual": {
                            "VisualId": "v",
                            "Title": {"FormatText": {"RichText": "<b>Title</b>"}},
                            "ChartConfiguration": {"SortConfiguration": [{"Column": COLUMN}]},
                        }
                    }
                ],
            }
        ]
    },
    "the filter f": {
        "FilterGroups": [
            {"FilterGroupId": "f", "Filters": [{"CategoryFilter": {"Column": COLUMN}}]}
        ]
    },
    "a control of the sheet s": {
        "Sheets": [{"SheetId": "s", "ParameterControls": [{"Dropdown": {"Values": COLUMN}}]}]
    },
    "ParameterDeclarations": {"ParameterDeclarations": [{"StringParameterDeclaration": COLUMN}]},
}


@pytest.mark.parametrize("where", PLACES)
def test_each_place_of_a_definition(where: str) -> None:
    assert list(missing(PLACES[where], {"d": ["there"]})) == [Use("d", "gone", where)]


def test_calculated_fields() -> None:
    fields = [
        {"DataSetIdentifier": "d", "Name": "rate", "Expression": "sum({late}) / sum({all})"},
        {"DataSetIdentifier": "d", "Name": "shown", "Expression": "{rate} * ${times}"},
    ]
    found = list(missing({"CalculatedFields": fields}, {"d": ["late"]}))
    assert found == [Use("d", "all", "the calculated field rate")]


@pytest.mark.parametrize(
    ("expression", "columns"),
    [
        ("", []),
        ("{a} + {a b}", ["a", "a b"]),
        ("'{no}' || \"{nor}\" /* {this}\n */ + {yes}", ["yes"]),
        (r"'it\'s {no}' + {yes}", ["yes"]),
        ("{a} // {no}\n+ 'http://{no}' + {b}", ["a", "b"]),
        ("${parameter}", []),
        ("{unclosed", []),
    ],
)
def test_columns_of_an_expression(expression: str, columns: list[str]) -> None:
    assert columns_of(expression) == columns

"""The dashboard's files: what AWS's model takes, over columns that the views have."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import sqlglot
from botocore.validate import ParamValidator

from local_aws.services.quicksight.definition import Definition, check

ROOT = Path(__file__).parent.parent.parent
DATA_SETS = sorted((ROOT / "dashboards" / "data_sets").glob("*.json"))
DASHBOARD = ROOT / "dashboards" / "flights.json"


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def invalid(operation: str, request: dict[str, Any]) -> str:
    model = botocore.session.get_session().get_service_model("quicksight")
    shape = model.operation_model(operation).input_shape
    report: str = ParamValidator().validate(
        {"AwsAccountId": "123456789012"} | request, shape
    ).generate_report()  # fmt: skip
    return report


def columns_of(view: str) -> list[str]:
    text = (ROOT / "sql" / "lake" / f"{view}.sql").read_text()
    return list(sqlglot.parse_one(text, read="athena").named_selects)


@pytest.mark.parametrize("path", DATA_SETS, ids=lambda path: path.stem)
def test_a_data_set_has_its_view_s_columns(path: Path) -> None:
    request = read(path)
    assert invalid("CreateDataSet", request) == ""
    assert request["DataSetId"] == "tarn-" + path.stem.replace("_", "-")
    table = request["PhysicalTableMap"]["view"]["RelationalTable"]
    assert (table["Schema"], table["Name"]) == ("lake", path.stem)
    assert [column["Name"] for column in table["InputColumns"]] == columns_of(path.stem)


def test_every_view_is_a_data_set() -> None:
    assert {p.stem for p in DATA_SETS} == {p.stem for p in (ROOT / "sql" / "lake").glob("*.sql")}


def test_the_dashboard_is_what_aws_takes_and_what_is_drawn_here() -> None:
    request = read(DASHBOARD)
    assert invalid("CreateDashboard", request) == ""
    check(request["Definition"])
    assert Definition(request["Definition"]).refusals() == []


def test_every_visual_has_its_place() -> None:
    for sheet in Definition(read(DASHBOARD)["Definition"]).sheets:
        elements = sheet["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
        visuals = {next(iter(v.values()))["VisualId"] for v in sheet["Visuals"]}
        assert {element["ElementId"] for element in elements} == visuals
        assert all(e["ColumnIndex"] + e["ColumnSpan"] <= 36 for e in elements)

"""Values that a dashboard is made with, and those that it gives to its data sets."""

from typing import Any

import pytest

from local_aws.services.quicksight.choices import Choices
from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.page.payload import Board
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    definition,
    filter_group,
    measure,
    parameter,
    visual,
)

PLACE = {
    "CustomFilterConfiguration": {
        "MatchOperator": "EQUALS",
        "NullOption": "NON_NULLS_ONLY",
        "ParameterName": "place",
    }
}


def filtered(quicksight: QuickSight) -> dict[str, Any]:
    group = filter_group("CategoryFilter", "region", Configuration=PLACE)
    return definition(quicksight, bars("v", measure("units")), FilterGroups=[group],
                      ParameterDeclarations=[parameter("String", "place", "north")])  # fmt: skip


def rows(quicksight: QuickSight, **chosen: list[str]) -> list[str]:
    board = Board(quicksight.api.store, "board", Choices(parameters=chosen))
    return board.csv("one", "v").splitlines()[1:]


def given(*values: str) -> dict[str, Any]:
    return {"StringParameters": [{"Name": "place", "Values": list(values)}]}


def test_a_dashboard_s_own_value_is_its_default(quicksight: QuickSight) -> None:
    quicksight.data_set()
    document = filtered(quicksight)
    quicksight.create_dashboard(
        DashboardId="board", Name="Board", Definition=document, Parameters=given("south")
    )
    assert rows(quicksight) == ["south,25"]
    assert rows(quicksight, place=["east"]) == ["east,1"]
    described = quicksight.describe_dashboard_definition(DashboardId="board")
    assert described["Definition"] == document


@pytest.mark.parametrize("wrong", [
    given("a", "b"),
    {"StringParameters": [{"Name": "other", "Values": ["a"]}]},
    {"IntegerParameters": [{"Name": "place", "Values": [1]}]},
    {"StringParameters": given("a")["StringParameters"] * 2},
])  # fmt: skip
def test_a_value_of_no_parameter(quicksight: QuickSight, wrong: dict[str, Any]) -> None:
    quicksight.data_set()
    request = {"Name": "x", "Definition": filtered(quicksight), "Parameters": wrong}
    with pytest.raises(InvalidParameter, match="parameter"):
        quicksight.create_dashboard(DashboardId="board", **request)
    with pytest.raises(InvalidParameter, match="parameter"):
        quicksight.create_analysis(AnalysisId="a", **request)


def asking(quicksight: QuickSight, mode: str = "DIRECT_QUERY", name: str = "least") -> None:
    sql = "SELECT * FROM lake.sales WHERE units >= <<$least>>"
    columns = [{"Name": "region", "Type": "STRING"}, {"Name": "units", "Type": "INTEGER"}]
    table = {"DataSourceArn": quicksight.arn("datasource", "athena"), "Name": "q",
             "SqlQuery": sql.replace("*", "region, units"), "Columns": columns}  # fmt: skip
    declared = {"Id": "p", "Name": "least", "ValueType": "SINGLE_VALUED",
                "DefaultValues": {"StaticValues": [0]}}  # fmt: skip
    quicksight.data_set(ImportMode=mode, PhysicalTableMap={"t": {"CustomSql": table}},
                        DatasetParameters=[{"IntegerDatasetParameter": declared}])  # fmt: skip
    mapped = [{"DataSetIdentifier": "sales", "DataSetParameterName": name}]
    wanted = parameter("Integer", "wanted", 20, MappedDataSetParameters=mapped)
    quicksight.dashboard(bars("v", measure("units")), ParameterDeclarations=[wanted])


def test_a_parameter_goes_into_a_data_set_s_query(quicksight: QuickSight) -> None:
    asking(quicksight)
    assert rows(quicksight) == ["north,30", "south,20"]
    assert rows(quicksight, wanted=["30"]) == ["north,30"]
    assert len(rows(quicksight, wanted=["[ALL]"])) == 4  # the data set's own default
    assert Board(quicksight.api.store, "board").outline()["refused"] == []


def test_a_parameter_goes_into_no_parameter(quicksight: QuickSight) -> None:
    asking(quicksight, name="other")
    found = Board(quicksight.api.store, "board").figures("one", "v")
    assert "other" in found["message"]


def test_an_extract_has_what_the_default_asked_for(quicksight: QuickSight) -> None:
    asking(quicksight, mode="SPICE")
    found = Board(quicksight.api.store, "board").figures("one", "v")
    assert (found["state"], "SPICE" in found["message"]) == ("refused", True)


def calculated(expression: str, *wells: dict[str, Any]) -> dict[str, Any]:
    field = {"CalculatedMeasureField": {"FieldId": "c", "Expression": expression}}
    return bars("v", field, *wells)


def test_a_calculated_field_in_a_well(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(calculated("sum({units}) / count({units})"))
    board = Board(quicksight.api.store, "board")
    head, *found = board.csv("one", "v").splitlines()
    assert head == "Region,sum({units}) / count({units})"
    assert sorted(found) == [",4.0", "east,1.0", "north,20.0", "south,12.5"]
    assert board.figures("one", "v")["state"] == "ok"


@pytest.mark.parametrize("expression", ["{units} * 2", "sum({nothing})", "sum((", "exec('x')"])
def test_a_calculated_field_that_is_none(quicksight: QuickSight, expression: str) -> None:
    quicksight.data_set()
    quicksight.dashboard(calculated(expression))
    assert Board(quicksight.api.store, "board").figures("one", "v")["state"] in (
        "refused",
        "failed",
    )


def test_a_calculated_field_of_no_data_set(quicksight: QuickSight) -> None:
    quicksight.data_set()
    field = {"CalculatedMeasureField": {"FieldId": "c", "Expression": "sum({units})"}}
    quicksight.dashboard(visual("KPIVisual", "v", {"Values": [field]}))
    found = Board(quicksight.api.store, "board").figures("one", "v")
    assert "CalculatedMeasureField" in found["message"]


def test_a_visual_without_fields_is_empty(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(visual("KPIVisual", "v", {}))
    assert Board(quicksight.api.store, "board").figures("one", "v")["state"] == "empty"


def test_sources_are_found(quicksight: QuickSight) -> None:
    quicksight.source("other source")
    for operator, value in (("StringEquals", "other source"), ("StringLike", "OTHER")):
        item = {"Name": "DATASOURCE_NAME", "Operator": operator, "Value": value}
        found = quicksight.search_data_sources(Filters=[item])["DataSourceSummaries"]
        assert [(each["DataSourceId"], each["Type"]) for each in found] == [
            ("other source", "ATHENA")
        ]

"""Parameters: where their values come from, and where they go."""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.quicksight.choices import Choices, read_choices
from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.page.payload import Board
from local_aws.services.quicksight.parameters import Values, read_parameters
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    filter_group,
    measure,
    parameter,
)

NOW = dt.datetime(2024, 3, 31, 15, 30)


def value(declaration: dict[str, Any], *given: str) -> Any:
    choices = Choices(parameters={"p": list(given)} if given else {}, now=NOW)
    return Values(read_parameters([declaration]), choices, lambda _dynamic, _reader: ())["p"]


MANY = {"ParameterValueType": "MULTI_VALUED"}
ROLLING = {"DefaultValues": {"RollingDate": {"Expression": "addDateTime(-1, 'MM', now())"}}}


@pytest.mark.parametrize(
    ("declaration", "given", "expected"),
    [
        (parameter("String", "p", "a"), [], ("a",)),
        (parameter("String", "p", "a"), ["b"], ("b",)),
        (parameter("String", "p", "a"), ["[ALL]"], None),
        (parameter("String", "p", "a"), ["\0"], ()),
        (parameter("String", "p"), [], None),
        (parameter("String", "p", ValueWhenUnset={"ValueWhenUnsetOption": "NULL"}), [], ()),
        (parameter("String", "p", ValueWhenUnset={"CustomValue": "c"}), [], ("c",)),
        (parameter("String", "p", "a", "b", **MANY), [], ("a", "b")),
        (parameter("String", "p", **MANY), ["x", "y"], ("x", "y")),
        (parameter("Integer", "p", 3), [" 42 "], (42,)),
        (parameter("Integer", "p", 3), ["-9223372036854775807"], (-9223372036854775807,)),
        (parameter("Decimal", "p", 1.5), ["2.25"], (2.25,)),
        (parameter("DateTime", "p"), ["2018-09-30 08:01"], (dt.datetime(2018, 9, 30, 8, 1),)),
        (parameter("DateTime", "p"), ["Wed Apr 04 2018 22:51 GMT+0000"],
         (dt.datetime(2018, 4, 4, 22, 51),)),
        (parameter("DateTime", "p", TimeGranularity="MONTH"), ["2018-09-30"],
         (dt.datetime(2018, 9, 1),)),
        (parameter("DateTime", "p", **ROLLING), [], (dt.datetime(2024, 2, 29, 15, 30),)),
    ],
)  # fmt: skip
def test_a_value(declaration: dict[str, Any], given: list[str], expected: Any) -> None:
    assert value(declaration, *given) == expected


@pytest.mark.parametrize(
    ("declaration", "given", "message"),
    [
        (parameter("Integer", "p"), ["1.5"], "'1.5' is no Integer"),
        (parameter("Integer", "p"), ["9" * 5000], "is no Integer"),
        (parameter("Integer", "p"), ["9223372036854775808"], "is no Integer"),
        (parameter("Decimal", "p"), ["nan"], "is no Decimal"),
        (parameter("Decimal", "p"), ["1e999"], "is no Decimal"),
        (parameter("DateTime", "p"), ["2024-02-30"], "is no DateTime"),
        (parameter("DateTime", "p"), [""], "is no DateTime"),
        (parameter("String", "p"), ["a\0b"], "is no String"),
        (parameter("String", "p"), ["a", "b"], "takes one value, not 2"),
        (parameter("String", "p", **MANY), ["x"] * 50_001, "at most 50,000 values"),
    ],
)
def test_a_wrong_value_is_named(
    declaration: dict[str, Any], given: list[str], message: str
) -> None:
    with pytest.raises(QueryRefused, match=message):
        value(declaration, *given)


def board(quicksight: QuickSight, *query: tuple[str, str], reader: str | None = None) -> Board:
    return Board(quicksight.api.store, "board", read_choices(query, reader))


def figures(quicksight: QuickSight, *query: tuple[str, str], reader: str | None = None) -> Any:
    return board(quicksight, *query, reader=reader).figures("one", "b")


def shown(payload: Any) -> dict[str, Any]:
    trace = payload["figure"]["data"][0]
    return dict(zip(trace["x"], trace["y"], strict=True))


CUSTOM = {"MatchOperator": "EQUALS", "ParameterName": "p", "NullOption": "NON_NULLS_ONLY"}
BY_PARAMETER = filter_group("CategoryFilter", "region",
                            Configuration={"CustomFilterConfiguration": CUSTOM})  # fmt: skip


def test_a_parameter_of_the_address_in_a_filter_a_formula_and_a_title(
    quicksight: QuickSight,
) -> None:
    quicksight.data_set()
    item = bars("b", measure("scaled"))
    rich = "<visual-title>Sales of <expression>${p}</expression> &amp; &lt;&lt;$n&gt;&gt;<br/>"
    item["BarChartVisual"]["Title"] = {"FormatText": {"RichText": rich}}
    quicksight.dashboard(
        item,
        CalculatedFields=[{"DataSetIdentifier": "sales", "Name": "scaled",
                           "Expression": "{units} * ${n}"}],
        FilterGroups=[BY_PARAMETER],
        ParameterDeclarations=[parameter("String", "p", "south"), parameter("Integer", "n", 2)],
        sheet={"TextBoxes": [{"SheetTextBoxId": "t", "Content": "<text-box>${p} ${q}</text-box>"}]},
    )  # fmt: skip
    assert shown(figures(quicksight)) == {"south": 50}
    query = (("p.p", "north"), ("p.n", "3"), ("p.unknown", "x"))
    assert shown(figures(quicksight, *query)) == {"north": 120}
    items = board(quicksight, *query).outline()["sheets"][0]["items"]
    assert items[0]["title"] == "Sales of north & 3"
    assert "north ${q}" in str(items[1]["nodes"])


def test_what_is_in_a_value_stays_a_value(quicksight: QuickSight) -> None:
    quicksight.data_set()
    quicksight.dashboard(
        bars("b", measure("units")),
        FilterGroups=[BY_PARAMETER],
        ParameterDeclarations=[parameter("String", "p", **MANY)],
    )
    for hostile in ("' OR 1=1 --", "{units}", "${p}", "]]>", '"; DROP TABLE data', "x" * 100_000):
        assert figures(quicksight, ("p.p", hostile))["state"] == "empty", hostile
    many = [("p.p", f"v{number}") for number in range(10_000)]
    assert shown(figures(quicksight, *many, ("p.p", "north"))) == {"north": 40}
    assert figures(quicksight, ("p.p", "a\0"))["state"] == "failed"


def test_a_wrong_value_is_told_where_it_is_used_and_the_page_stays(quicksight: QuickSight) -> None:
    quicksight.data_set()
    field = {"DataSetIdentifier": "sales", "Name": "scaled", "Expression": "{units} * ${n}"}
    item = bars("b", measure("scaled"))
    item["BarChartVisual"]["Title"] = {"FormatText": {"PlainText": "Times ${n}"}}
    quicksight.dashboard(item, bars("c", measure("units")), CalculatedFields=[field],
                         ParameterDeclarations=[parameter("Integer", "n", 2)])  # fmt: skip
    wrong = board(quicksight, ("p.n", "many"))
    assert wrong.figures("one", "b") == {
        "state": "failed", "message": "'many' is no Integer value for the parameter n.",
    }  # fmt: skip
    assert wrong.figures("one", "c")["state"] == "ok"
    assert wrong.outline()["sheets"][0]["items"][0]["title"] == "Times ${n}"


def test_a_reader_s_own_default(quicksight: QuickSight) -> None:
    quicksight.data_set()
    dynamic = {"UserNameColumn": column("product"), "DefaultValueColumn": column("region")}
    declaration = parameter("String", "p", "east", **MANY)
    declaration["StringParameterDeclaration"]["DefaultValues"]["DynamicValue"] = dynamic
    quicksight.dashboard(bars("b", measure("units")), FilterGroups=[BY_PARAMETER],
                         ParameterDeclarations=[declaration])  # fmt: skip
    assert shown(figures(quicksight)) == {"east": 1}
    assert shown(figures(quicksight, reader="milk")) == {"south": 25}
    assert shown(figures(quicksight, reader="tea' OR '1'='1")) == {"east": 1}
    assert shown(figures(quicksight, ("p.p", "north"), reader="milk")) == {"north": 40}


def test_a_rolling_default_that_is_not_done_refuses_only_what_uses_it(
    quicksight: QuickSight,
) -> None:
    quicksight.data_set()
    rolling = {"DefaultValues": {"RollingDate": {"Expression": "max({sold})"}}}
    dates = filter_group("TimeEqualityFilter", "sold", ParameterName="d", TimeGranularity="DAY")
    dates["ScopeConfiguration"] = {"SelectedSheets": {"SheetVisualScopingConfigurations": [
        {"SheetId": "one", "Scope": "SELECTED_VISUALS", "VisualIds": ["b"]}]}}  # fmt: skip
    quicksight.dashboard(bars("b", measure("units")), bars("c", measure("units")),
                         FilterGroups=[dates],
                         ParameterDeclarations=[parameter("DateTime", "d", **rolling)])  # fmt: skip
    assert "rolling date 'max({sold})'" in figures(quicksight)["message"]
    assert figures(quicksight)["state"] == "refused"
    assert board(quicksight).figures("one", "c")["state"] == "ok"


def test_an_address_is_read_as_far_as_it_means_something() -> None:
    query = [("f.a", "1"), ("f.a", ""), ("p.n", "[ALL]"), ("x.v", "field:a:b"), ("d.v", "field"),
             ("utm_source", "x"), ("f", "y"), (".", ":"), ("x.", "")]  # fmt: skip
    found = read_choices(query, reader="ann")
    assert found.filters == {"a": ["1", ""], "": ["y"]}
    assert found.parameters == {"n": ["[ALL]"]}
    assert found.marks == {"v": [("field", "a:b")], "": [("", "")]}
    assert found.drills == {"v": [("field", "")]}
    assert (bool(found), bool(Choices(now=NOW)), found.reader) == (True, False, "ann")

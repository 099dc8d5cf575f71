"""Dataset parameters: their values in custom SQL, in filters, and given by a child."""

from typing import Any

import pytest

from local_aws.services.quicksight.data_sets.parameters import Parameters
from local_aws.services.quicksight.errors import InvalidParameter, QueryRefused
from tests.local_aws.services.quicksight.data_sets.support import custom, physical, rows, table
from tests.local_aws.services.quicksight.fakes import QuickSight

COLUMNS = (("region", "STRING"), ("units", "INTEGER"))


def parameter(name: str, *values: Any, kind: str = "String", many: bool = True) -> dict[str, Any]:
    options = {"Id": name, "Name": name, "ValueType": "MULTI_VALUED" if many else "SINGLE_VALUED"}
    return {f"{kind}DatasetParameter": options | {"DefaultValues": {"StaticValues": list(values)}}}


def made(quicksight: QuickSight, sql: str, *parameters: dict[str, Any], **more: Any) -> None:
    quicksight.data_set(
        PhysicalTableMap={"t": custom(quicksight, sql, *COLUMNS)},
        DatasetParameters=list(parameters),
        **more,
    )


SQL = "SELECT region, units FROM lake.sales WHERE region IN (<<$where>>) AND units > <<$least>>; "
LEAST = parameter("least", 5, kind="Integer", many=False)


def test_defaults_in_custom_sql(quicksight: QuickSight) -> None:
    made(quicksight, SQL, parameter("where", "north", "south"), LEAST)
    assert rows(quicksight) == [("north", 10), ("north", 30), ("south", 20)]


def test_values_for_a_direct_query(quicksight: QuickSight) -> None:
    made(quicksight, SQL, parameter("where", "north"), LEAST, ImportMode="DIRECT_QUERY")
    assert rows(quicksight, where=["south"], least=[1]) == [("south", 5), ("south", 20)]


@pytest.mark.parametrize(
    "value", ["x' OR '1'='1", "'", "''", "\\' OR 1=1 --", "north' UNION SELECT 'a', 1 --"]
)
def test_no_value_is_more_than_a_text(quicksight: QuickSight, value: str) -> None:
    made(quicksight, SQL, parameter("where", "north"), LEAST, ImportMode="DIRECT_QUERY")
    assert rows(quicksight, where=[value]) == []


def test_a_text_that_sql_cannot_hold_is_refused(quicksight: QuickSight) -> None:
    made(quicksight, SQL, parameter("where", "north"), LEAST, ImportMode="DIRECT_QUERY")
    with pytest.raises(QueryRefused, match="no value of the parameter where"):
        rows(quicksight, where=["a\0"])


@pytest.mark.parametrize("value", ["1; DROP TABLE lake.sales", "1 OR 1=1", None, "x"])
def test_a_number_is_a_number(quicksight: QuickSight, value: Any) -> None:
    made(quicksight, SQL, parameter("where", "north"), LEAST, ImportMode="DIRECT_QUERY")
    with pytest.raises(QueryRefused, match="no value of the parameter least"):
        rows(quicksight, least=[value])


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT region, units FROM lake.sales WHERE region = '<<$where>>'", "in quotes"),
        ('SELECT region, units AS "<<$where>>" FROM lake.sales', "in quotes"),
        ("SELECT region, units FROM lake.sales WHERE region = <<$nothing>>", "nothing is not"),
    ],
)
def test_places_where_a_parameter_cannot_be(quicksight: QuickSight, sql: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        made(quicksight, sql, parameter("where", "north"), ImportMode="DIRECT_QUERY")


def test_a_parameter_in_a_comment_is_left_there() -> None:
    text = "SELECT 1 -- <<$nothing>>\n/* '<<$nothing>> */ + 1"
    assert Parameters([]).in_sql(text) == text


@pytest.mark.parametrize(
    "text", ["/*" * 84_000, "'" + "''" * 80_000, '"' * 167_999, "<<$" * 50_000, "-" * 160_000]
)
def test_a_long_query_takes_no_longer_for_what_is_not_closed(text: str) -> None:
    assert Parameters([]).in_sql(text) == text


@pytest.mark.parametrize("text", ["'" + "\\'" * 120_000, "{" * 250_000, "${" * 120_000, "'\\"])
def test_a_long_expression_too(text: str) -> None:
    assert Parameters([]).in_expression(text) == text


def test_a_single_valued_one_takes_one() -> None:
    with pytest.raises(InvalidParameter, match="takes one value, not 2"):
        Parameters([parameter("least", 1, 2, kind="Integer", many=False)])


def test_in_an_expression() -> None:
    known = Parameters([parameter("a", "it's \\ {x}", many=False), parameter("b", 1.5, 2,
                        kind="Decimal")])  # fmt: skip
    assert known.in_expression("{a} = ${a} AND '${a}' <> 'x' OR in({n}, ${b})") == (
        "{a} = 'it\\'s \\\\ {x}' AND '${a}' <> 'x' OR in({n}, [1.5, 2.0])"
    )


def test_a_filter_by_a_parameter(quicksight: QuickSight) -> None:
    condition = {"FilterOperation": {"ConditionExpression": "{region} = ${where}"}}
    quicksight.data_set(
        DatasetParameters=[parameter("where", "east", many=False)],
        LogicalTableMap={"t": physical("table", condition)},
    )
    assert [row[0] for row in rows(quicksight)] == ["east"]


def test_a_child_gives_its_parent_values(quicksight: QuickSight) -> None:
    made(quicksight, SQL, parameter("where", "north"), LEAST, ImportMode="DIRECT_QUERY")
    override = {"ParameterName": "where", "NewParameterName": "place",
                "NewDefaultValues": {"StringStaticValues": ["south"]}}  # fmt: skip
    source = {"DataSetArn": quicksight.arn("dataset", "sales")}
    quicksight.data_set(
        "child",
        ImportMode="DIRECT_QUERY",
        PhysicalTableMap={},
        LogicalTableMap={"t": table(source, {"OverrideDatasetParameterOperation": override})},
        DatasetParameters=[parameter("place", "south")],
    )
    assert rows(quicksight, "child") == [("south", 20)]
    assert rows(quicksight, "child", place=["north"]) == [("north", 10), ("north", 30)]

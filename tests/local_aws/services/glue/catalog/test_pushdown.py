"""SQL narrows and Python decides: together they must choose what Python alone chooses."""

import pytest

from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.expressions import NULL_PARTITION, compile_expression

KEYS = [
    {"Name": "year", "Type": "int"},
    {"Name": "site", "Type": "string"},
    {"Name": "day", "Type": "date"},
    {"Name": "price", "Type": "decimal(5,2)"},
]
VALUES = [
    [year, site, day, price]
    for year in ("2013", "02013", "-1", "+7", "99999999999999999999", NULL_PARTITION)
    for site in ("a*b", "A*B", "a?b", "[x]", "ä'b", "100%", NULL_PARTITION)
    for day in ("2013-03-01", "20130301", NULL_PARTITION)
    for price in ("9.50", "10")
]
CONDITIONS = [
    "year = 2013",
    "year <> 2013",
    "year < 0",
    "year > 99999999999999999998",
    "year IN (7, 2013)",
    "year BETWEEN -1 AND 7",
    "year LIKE '%13'",
    "year IS NULL",
    "site = 'a*b'",
    "site >= 'a'",
    "site LIKE 'a*_'",
    "site LIKE '[%'",
    "site LIKE '_?_'",
    "site LIKE '%''b'",
    "site IN ('100%', '[x]')",
    "site IS NOT NULL",
    "day = '2013-03-01'",
    "day > '2013-02-28'",
    "day IN ('2013-03-01')",
    "price = 9.5",
    "price < 10",
]
EXPRESSIONS = [
    *CONDITIONS,
    *(f"NOT {one}" for one in CONDITIONS),
    *(f"{a} AND NOT {b}" for a, b in zip(CONDITIONS, CONDITIONS[8:], strict=False)),
    *(f"NOT ({a} OR {b})" for a, b in zip(CONDITIONS, CONDITIONS[8:], strict=False)),
    *(f"({a} OR {b}) AND {a}" for a, b in zip(CONDITIONS, CONDITIONS[12:], strict=False)),
]


@pytest.fixture
def sites(catalog: Catalog) -> Catalog:
    catalog.create_table("found", {"Name": "sites", "PartitionKeys": KEYS})
    catalog.create_partitions("found", "sites", [{"Values": values} for values in VALUES])
    return catalog


def test_every_expression_chooses_what_it_says(sites: Catalog) -> None:
    chosen = 0
    for expression in EXPRESSIONS:
        fits = compile_expression(expression, KEYS)
        found = [p["Values"] for p in sites.get_partitions("found", "sites", expression)]
        assert sorted(found) == sorted(v for v in VALUES if fits(v)), expression
        chosen += len(found)
    assert len(EXPRESSIONS) < chosen < len(EXPRESSIONS) * len(VALUES)


def test_more_keys_than_sql_sees(catalog: Catalog) -> None:
    keys = [{"Name": f"k{i}", "Type": "string"} for i in range(9)]
    catalog.create_table("found", {"Name": "wide", "PartitionKeys": keys})
    inputs = [{"Values": [*"abcdefgh", last]} for last in "xyz"]
    catalog.create_partitions("found", "wide", inputs)
    for expression in ("k8 = 'y'", "k0 = 'a' AND k8 = 'y'", "NOT (k8 <> 'y' OR k5 = 'x')"):
        (found,) = catalog.get_partitions("found", "wide", expression)
        assert found["Values"][-1] == "y"


@pytest.mark.parametrize("expression", ["(" * 1000 + "year = 1", "NOT " * 500 + "year = 1"])
def test_too_deep(sites: Catalog, expression: str) -> None:
    with pytest.raises(InvalidInputException, match="nested more than"):
        sites.get_partitions("found", "sites", expression)


def test_a_long_chain(sites: Catalog) -> None:
    chain = " OR ".join(["year=1"] * 200 + ["year=2013"])
    assert len(chain) < 2048
    assert sites.get_partitions("found", "sites", chain)
    marks = ",".join("1" for _ in range(1000))
    assert sites.get_partitions("found", "sites", f"year NOT IN ({marks})")


def test_types_that_aws_does_not_filter(catalog: Catalog) -> None:
    key = {"Name": "ratio", "Type": "double"}
    catalog.create_table("found", {"Name": "odd", "PartitionKeys": [key]})
    with pytest.raises(InvalidInputException, match="double cannot be filtered"):
        catalog.get_partitions("found", "odd", "ratio = 1")

"""The compiler: types, levels, parameters, and that nothing hostile gets through."""

import datetime as dt

import duckdb
import pytest

from local_aws.services.quicksight.expressions import (
    Compiled,
    ExpressionError,
    Kind,
    Level,
    compile_expression,
    literal,
    quote,
)
from tests.local_aws.services.quicksight.expressions.evaluated import Table

COLUMNS = {"x": "INTEGER", "y": "INTEGER", "name": "STRING", "day": "DATETIME", "a b": "DECIMAL"}
ROWS = [
    [1, 4, "a", "2024-01-01", 0.5],
    [2, 0, "b", "2024-01-02", 1.5],
    [3, 5, None, None, None],
]


@pytest.fixture(scope="module")
def table() -> Table:
    return Table(COLUMNS, ROWS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4", [3, 3, 3]),
        ("(1 + 2) * 3", [9, 9, 9]),
        ("10 - 4 - 3", [3, 3, 3]),
        ("2 ^ 3 ^ 2 * 2", [128.0, 128.0, 128.0]),
        ("-2 ^ 2", [-4.0, -4.0, -4.0]),
        ("- - {x}", [1, 2, 3]),
        ("-{x} + 1", [0, -1, -2]),
        ("7 % 4 / 2", [1.5, 1.5, 1.5]),
        ("{x} / {y}", [0.25, None, 0.6]),
        ("8 / 4 / 2", [1.0, 1.0, 1.0]),
        ("0.1 + 0.2", [0.3, 0.3, 0.3]),
        ("{a b} * 2", [1.0, 3.0, None]),
        ("NOT {x} = 1 AND {y} = 0 OR {x} = 3", [False, True, True]),
        ("not ({x} = 1 or {x} = 2)", [False, False, True]),
        ("{x} != 2", [True, False, True]),
        ("{x} == 2", [False, True, False]),
        ("name <> 'a'", [False, True, None]),
        ("{day} > '2024-01-01'", [False, True, None]),
        ("'2024-01-01T12:00:00+01:00' > {day}", [True, False, None]),
        ("/* of x */ {x} /* and */ + 1 /* one */", [2, 3, 4]),
        ("// it's {x \\\n{x} // and\n+ 1 //", [2, 3, 4]),
        (r"'it\'s'", ["it's"] * 3),
        (r"'a\d'", ["a\\d"] * 3),
        ("\"double 'quotes'\"", ["double 'quotes'"] * 3),
    ],
)
def test_values(table: Table, text: str, expected: list[object]) -> None:
    assert table.evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 +", "'the end' is not expected (position 4)"),
        ("(1", "')' is missing before 'the end' (position 3)"),
        ("1 2", "'2' is not expected after a whole expression (position 3)"),
        ("", "The expression is empty"),
        ("  /* nothing */ ", "The expression is empty"),
        ("1 /* open", "a comment without its closing */ (position 3)"),
        ("{x} & 1", "'& 1' cannot be read (position 5)"),
        ("concat('a, 'b')", "a text without its closing ' (position 14)"),
        ("{x + 1", "a field without its closing } (position 1)"),
        ("sum({x},)", "')' is not expected (position 9)"),
        ("[{x}]", "A list in brackets is not expected (position 1)"),
        ("{x} < 2 < 3", "Comparisons do not follow each other"),
        ("{x} + {name}", "'+' takes DECIMAL or INTEGER, not STRING (position 5)"),
        ("{name} + {x}", "'+' takes DECIMAL or INTEGER, not STRING"),
        ("{x} AND {y} = 1", "'AND' takes CONDITION, not INTEGER"),
        ("NOT {x}", "'NOT' takes CONDITION, not INTEGER (position 1)"),
        ("-{name}", "'-' takes DECIMAL or INTEGER, not STRING"),
        ("{x} = 'one'", "'=' compares INTEGER with STRING (position 5)"),
        ("{day} > 'yesterday'", "'>' compares DATETIME with STRING"),
        ("{z} + 1", "The field z is not found in the data set (position 1)"),
        ("1 + nothing", "The field nothing is not found in the data set (position 5)"),
        ("${limit} + 1", "The parameter limit is not declared (position 1)"),
        ("read_csv('/etc/passwd')", "The function read_csv is not known (position 1)"),
        ("sum({x}) + {y}", "Mismatched aggregation"),
        ("toUpper({x})", "toUpper: argument 1 is INTEGER, it takes STRING (position 1)"),
        ("1 + toUpper({name}, 2)", "toUpper: 2 argument(s) are given, it takes 1 (position 5)"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(table: Table, text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        table.evaluate(text)
    assert message in str(raised.value)
    assert str(raised.value).startswith("The calculated field the expression: ")


def test_a_constant_with_a_string_kind_is_no_row() -> None:
    compiled = compile_expression("sum({a}) / 2", lambda name: Compiled(quote(name)))
    assert (compiled.level, compiled.kind) == (Level.AGGREGATE, Kind.DECIMAL)
    assert compiled.aggregate
    assert compile_expression("1 + 2", lambda name: Compiled(quote(name))).constant


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ((2,), "{x} >= ${p}", [False, True, True]),
        ((1.5,), "{a b} = ${p}", [False, True, None]),
        (("a",), "{name} = ${p}", [True, False, None]),
        ((dt.datetime(2024, 1, 2),), "{day} >= ${p}", [False, True, None]),
        ((), "coalesce(${p}, {x})", [1, 2, 3]),
        (("O'Brien; --",), "concat(${p}, '!')", ["O'Brien; --!"] * 3),
    ],
)
def test_parameters(
    table: Table, value: tuple[object, ...], text: str, expected: list[object]
) -> None:
    assert table.evaluate(text, parameters={"p": value}) == expected


def test_a_parameter_of_several_values_is_for_lists(table: Table) -> None:
    with pytest.raises(ExpressionError, match="The parameter p has several values"):
        table.evaluate("{x} = ${p}", parameters={"p": (1, 2)})
    assert table.evaluate("in({x}, ${p})", parameters={"p": (1, 2)}) == [True, True, False]


def test_hostile_names_and_texts_stay_what_they_are() -> None:
    name = 'a"; DROP TABLE data; --'
    text = "'; DROP TABLE data; --"
    table = Table({"x": "STRING"}, [["v"]])
    table.connection.execute(f"ALTER TABLE data RENAME x TO {quote(name)}")
    table.columns = {name: "STRING"}
    assert table.evaluate(f'concat({{{name}}}, "{text}")') == [f"v{text}"]
    assert duckdb.execute(f"SELECT {literal(text)}").fetchone() == (text,)
    assert table.evaluate(f"count({{{name}}}, [{{{name}}}])", by=[], function="MAX") == [[1]]


@pytest.mark.parametrize("bomb", ["({})", "-{}", "NOT ({})", "abs({})", "ifelse(1 = 1, {}, 1)"])
def test_a_bomb_of_depth_is_refused_before_the_stack_is(table: Table, bomb: str) -> None:
    before, after = bomb.split("{}")
    with pytest.raises(ExpressionError, match="nested too deeply"):
        table.evaluate(before * 1000 + "1" + after * 1000)
    assert table.evaluate(f"{'abs(' * 90}{{x}}{')' * 90}") == [1, 2, 3]


def test_long_expressions(table: Table) -> None:
    assert table.evaluate(" + ".join(["{x}"] * 120)) == [120, 240, 360]
    assert table.evaluate(" OR ".join(["{x} = 2"] * 500)) == [False, True, False]
    assert table.evaluate("concat('" + "a" * 5000 + "', {name})")[0] == "a" * 5001
    with pytest.raises(ExpressionError, match="characters, 250000 are allowed"):
        table.evaluate("1 + " * 100_000 + "1")


def test_fields_upon_fields(table: Table) -> None:
    chain = {f"f{n}": f"{{f{n - 1}}} + 1" for n in range(1, 2000)} | {"f0": "{x}"}
    assert table.evaluate("{f60}", fields=chain) == [61, 62, 63]
    for name in ("{f400}", "{f1999}", " + ".join(["{x}"] * 302)):
        with pytest.raises(ExpressionError, match="More than 300 operators lie in each other"):
            table.evaluate(name, fields=chain)


def test_fields_that_double_are_refused_before_they_fill_the_memory(table: Table) -> None:
    doubling = {f"f{n}": f"{{f{n - 1}}} + {{f{n - 1}}}" for n in range(1, 60)} | {"f0": "{x}"}
    with pytest.raises(ExpressionError, match="becomes too long"):
        table.evaluate("{f59}", fields=doubling)


def test_a_circle_of_fields_is_named(table: Table) -> None:
    circle = {"a": "{b} + 1", "b": "abs({c})", "c": "{a}"}
    with pytest.raises(ExpressionError, match="field a uses itself: a → b → c → a"):
        table.evaluate("{a} * 2", fields=circle)


def test_an_error_names_the_field_that_it_is_in(table: Table) -> None:
    fields = {"inner": "1 + toLower({x})", "outer": "{inner} * 2"}
    with pytest.raises(ExpressionError) as raised:
        table.evaluate("{outer}", fields=fields)
    assert str(raised.value) == (
        "The calculated field inner: toLower: argument 1 is INTEGER, it takes STRING (position 5)"
    )

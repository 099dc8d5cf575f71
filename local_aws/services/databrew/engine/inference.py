"""The types of text columns, as DataBrew finds them.

A column becomes a number, a date, a timestamp or a boolean when every value of it is one, as
Spark's inferSchema does; all else stays text. A profile asks for less: the type of most values,
over its counts of the distinct ones.

A table's first rows tell what a column may be. All rows confirm it, in one scan, by the plainest
casts that decide: DuckDB's own for whole numbers as they are usually written, ours for the rest.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import SQL_TYPES, convert, identifier, literal, select

FIRST_LOOK = 2000
INT = (-(2**31), 2**31 - 1)
# What a text column's values seem to be, the narrowest first.
LOOKS = {
    "there": "{} <> ''",
    "boolean": "lower({}) IN ('true', 'false')",
    "long": "TRY_CAST({} AS BIGINT) IS NOT NULL AND NOT regexp_matches({}, '[.eExX_]')",
    "double": "TRY_CAST({} AS DOUBLE) IS NOT NULL",
    "date": "length({}) = 10 AND {}[5] = '-' AND {}[8] = '-'",
    "timestamp": "length({}) >= 16 AND {}[5] = '-' AND {}[14] = ':'",
}
EACH = "count(*)"
# Of a table of distinct values v, each with the number n of rows that have it.
COUNTED = "sum(n)"
# Of a text of these alone DuckDB's cast makes a whole number just where ours does: there is no
# point, no exponent, no other base and no ``1_000``.
DIGITS = "[-+ 0-9]*"


@dataclass(frozen=True)
class Found:
    """A column's type; `plain`: DuckDB's own cast gives each of its values."""

    kind: str
    plain: bool = False


def typed(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    kinds: Mapping[str, str] | None = None,
    *,
    told: bool = False,
) -> Frame:
    """The table with each column in its type, timestamps in UTC without a zone.

    ``kinds``: the types that are known; the others are inferred, or are the table's own where its
    files have ``told`` them. Whatever is asked, each row of text is read.
    """
    frame = Frame.of(connection, table)
    known = {name: Found(kind) for name, kind in (kinds or {}).items()}
    found = ({} if told else _found(frame, known)) | known
    return frame.select({name: _typed(frame, name, found.get(name)) for name in frame.names})


def _typed(frame: Frame, name: str, found: Found | None) -> str:
    column, sql_type = frame.column(name)
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column})"
    if sql_type.startswith("TIMESTAMP_"):
        return f"CAST({column} AS TIMESTAMP)"
    if found is None:
        return column
    if found.plain:
        return f"TRY_CAST({column} AS {SQL_TYPES[found.kind]})"
    return convert(column, sql_type, found.kind)


def majority(connection: duckdb.DuckDBPyConnection, table: str, share: float) -> str:
    """The DataBrew type that ``share`` of a column's texts are of; "string" if none.

    ``table`` holds the column's distinct texts as ``v``, and as ``n`` how many rows have each.
    """
    column = identifier("v")
    looks = {look: _rows(template, column, COUNTED) for look, template in LOOKS.items()}
    counts = _row(connection, looks, table)
    kind = _likely(counts, share)
    if kind is None:
        return "string"
    answer = _row(connection, _questions("v", kind, COUNTED), table)
    return (
        _width(kind, answer["low"], answer["high"]) if _holds(kind, share, **answer) else "string"
    )


def _found(frame: Frame, known: Container[str] = ()) -> dict[str, Found]:
    texts = [
        name
        for name, sql_type in frame.columns.items()
        if sql_type == "VARCHAR" and name not in known
    ]
    if "VARCHAR" not in frame.columns.values():
        return {}
    first = select({name: identifier(name) for name in texts}, frame.current, f"LIMIT {FIRST_LOOK}")
    seen = _counts(frame, texts, f"({first})")
    found = _settled(frame, {name: _likely(counts, 1.0) for name, counts in seen.items()})
    # All values have to be of a type: one in the first rows that is not decides.
    open_ = [name for name in texts if name not in found and not seen[name]["there"]]
    if not open_:
        return found
    every = _counts(frame, open_, frame.current)
    return found | _settled(frame, {name: _likely(counts, 1.0) for name, counts in every.items()})


def _counts(frame: Frame, names: list[str], table: str) -> dict[str, dict[str, int]]:
    """How many values of each column look like what: the casts are quicker than exact."""
    if not names:
        return {}
    columns = {
        f"{look}_{i}": _rows(template, identifier(name), EACH)
        for i, name in enumerate(names)
        for look, template in LOOKS.items()
    }
    row = frame.connection.execute(select(columns, table)).fetchone() or ()
    counts = iter(row)
    return {name: {look: next(counts) for look in LOOKS} for name in names}


def _rows(condition: str, column: str, rows: str) -> str:
    """How many rows a condition holds for."""
    return f"coalesce({rows} FILTER ({condition.replace('{}', column)}), 0)"


def _row(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, str], table: str
) -> dict[str, Any]:
    found = connection.execute(select(columns, table)).fetchone() or ()
    return dict(zip(columns, found, strict=True))


def _likely(counts: dict[str, int], share: float) -> str | None:
    needed = max(1, share * counts["there"])
    kinds = [kind for kind in LOOKS if kind != "there" and counts[kind] >= needed]
    if "long" in kinds and counts["double"] > counts["long"]:
        kinds.remove("long")
    return kinds[0] if kinds else None


def _settled(frame: Frame, likely: dict[str, str | None]) -> dict[str, Found]:
    """The likely types that hold over all rows, exactly; whole numbers as narrow as they fit."""
    kinds = {name: kind for name, kind in likely.items() if kind}
    whole = [name for name, kind in kinds.items() if kind == "long"]
    questions = (
        _plain_questions(name) if kind == "long" else _questions(name, kind, EACH)
        for name, kind in kinds.items()
    )
    every, *answers = _asked(frame, [_digits(whole), *questions])
    plain = every["digits"] == every["rows"]
    found = _held(kinds, answers, plain)
    again = [name for name in whole if not (plain and name in found)]
    if not again:
        return found
    sure = {name: one for name, one in found.items() if name not in again}
    return sure | _exactly(frame, again)


def _exactly(frame: Frame, names: list[str]) -> dict[str, Found]:
    """Those of whole numbers, however they are written, and those that have others too."""
    kinds = ("double", "long")  # the last that holds
    asked = [_questions(name, kind, EACH) for kind in kinds for name in names]
    answers = _asked(frame, asked)
    found = [
        _held(dict.fromkeys(names, kind), answers[i * len(names) : (i + 1) * len(names)])
        for i, kind in enumerate(kinds)
    ]
    return found[0] | found[1]


def _held(
    kinds: Mapping[str, str], answers: Iterable[dict[str, Any]], plain: bool = False
) -> dict[str, Found]:
    """The columns whose values all are of the type."""
    return {
        name: Found(_width(kind, answer["low"], answer["high"]), plain and kind == "long")
        for (name, kind), answer in zip(kinds.items(), answers, strict=True)
        if _holds(kind, 1.0, **answer)
    }


def _digits(names: list[str]) -> dict[str, str]:
    """In how many rows these columns' texts are digits, signs and spaces alone."""
    texts = ", ".join(map(identifier, names))
    alone = f"regexp_full_match(concat_ws(' ', {texts}), {literal(DIGITS)})" if names else "true"
    return {"rows": EACH, "digits": f"{EACH} FILTER ({alone})"}


def _plain_questions(name: str) -> dict[str, str]:
    """What to ask of whole numbers, of which DuckDB's own cast is quick."""
    column = identifier(name)
    value = f"TRY_CAST({column} AS BIGINT)"
    sure = f"count({value})"
    return {
        "there": f"count(nullif({column}, ''))",
        "sure": sure,
        "number": sure,
        "low": f"min({value})",
        "high": f"max({value})",
    }


def _questions(name: str, kind: str, rows: str) -> dict[str, str]:
    column = identifier(name)
    value = convert(column, "VARCHAR", kind)
    number = "0"
    if kind == "long":
        # A conversion cuts a fraction off; a column with fractions is not one of whole numbers.
        value = f"CASE WHEN contains({column}, '.') THEN NULL ELSE {value} END"
        number = _rows(f"{convert(column, 'VARCHAR', 'double')} IS NOT NULL", column, rows)
    return {
        "there": _rows(LOOKS["there"], column, rows),
        "sure": _rows(f"{value} IS NOT NULL", column, rows),
        "number": number,
        "low": f"min({value})",
        "high": f"max({value})",
    }


def _asked(frame: Frame, questions: Iterable[dict[str, str]]) -> list[dict[str, Any]]:
    """The answers to each one's questions, all in one scan."""
    asked = list(questions)
    columns = {f"{name}_{i}": sql for i, one in enumerate(asked) for name, sql in one.items()}
    values = iter(frame.connection.execute(select(columns, frame.current)).fetchone() or ())
    return [{name: next(values) for name in one} for one in asked]


def _holds(kind: str, share: float, there: int, sure: int, number: int, **_: Any) -> bool:
    enough = sure > 0 and sure >= share * there
    return enough and (kind != "long" or sure == number)


def _width(kind: str, low: Any, high: Any) -> str:
    return "int" if kind == "long" and INT[0] <= low and high <= INT[1] else kind

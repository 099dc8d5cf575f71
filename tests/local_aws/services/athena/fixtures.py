"""Reads tests/fixtures/athena/<rewrite>.sql, and those in analysis/.

A case is a title, a query in Trino's SQL, its answer as the result file has it, and the
translation:

    --- integers divide to an integer
    SELECT 7 / 2
    --> 3
    --# SELECT (7 // 2) AS "_col0"
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "fixtures" / "athena"


@dataclass(frozen=True)
class Case:
    """`answer` is one line: values with | between, rows with /, or ! and a part of the error."""

    rewrite: str
    title: str
    sql: str
    answer: str
    translation: str


def cases(rewrite: str) -> list[Case]:
    """Every case of a rewrite, in the file's order."""
    text = (FOLDER / f"{rewrite}.sql").read_text(encoding="utf-8")
    return [_case(rewrite, part) for part in text.split("--- ")[1:]]


def _case(rewrite: str, text: str) -> Case:
    lines = text.strip().splitlines()
    body = [line for line in lines[1:] if not line.startswith(("-->", "--#"))]
    [answer] = [line.removeprefix("-->").strip() for line in lines if line.startswith("-->")]
    translation = [line.removeprefix("--#").strip() for line in lines if line.startswith("--#")]
    return Case(rewrite, lines[0], "\n".join(body).strip(), answer, "\n".join(translation))


def page_cases(page: str) -> list[tuple[str, str]]:
    """The cases of one page of functions, functions/<page>.sql: a query or an expression, and its
    answer: | between columns, / between rows, ! and a part of the error.

        array_max(ARRAY[3, 1]) --> 3
    """
    text = (FOLDER / "functions" / f"{page}.sql").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("--")]
    return [_page_case(line) for line in lines]


def _page_case(line: str) -> tuple[str, str]:
    sql, arrow, expected = line.partition(" -->")
    assert arrow, f"no answer: {line}"
    word = sql.split(maxsplit=1)[0].upper()
    return (sql if word in ("SELECT", "WITH") else f"SELECT {sql}"), expected.removeprefix(" ")

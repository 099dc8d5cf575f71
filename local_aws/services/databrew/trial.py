"""A recipe's own test: the rows of ``input.csv`` have to come out as those of ``expected.csv``.

``python -m local_aws.services.databrew.trial RECIPE FOLDER``. Rows are compared in their order and
as a job's CSV would have them; a missing value is an empty field. A difference is told with the
row, the column, and the steps that made the value what it is.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.recipe import apply, each, read
from local_aws.services.databrew.engine.source import Source, load

Steps = Sequence[dict[str, Any]]
Row = tuple[str, ...]
MARK = "__input_row"
MOST_TOLD = 20


@dataclass(frozen=True)
class Table:
    """Names and rows, as text."""

    names: list[str]
    rows: list[Row]


def trial(steps: Steps, folder: Path) -> list[str]:
    """What differs, in a sentence each; nothing where all rows are as expected."""
    expected = _read(folder / "expected.csv")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone='UTC'")
        file = str(folder / "input.csv")
        load(connection, Source(file, "CSV", (file,)), lambda _: None, None)
        frame = typed(connection, "raw")
        found = _rows(apply(frame, steps))
        return list(_differences(found, expected, _Followed(frame, steps)))[:MOST_TOLD]


def _differences(found: Table, expected: Table, followed: "_Followed") -> Iterator[str]:
    if found.names != expected.names:
        yield f"the columns are {found.names}, expected {expected.names}"
        return
    pairs = enumerate(zip(found.rows, expected.rows, strict=False), 1)
    wrong = [(number, row, wanted) for number, (row, wanted) in pairs if row != wanted]
    if len(found.rows) != len(expected.rows):
        yield f"there are {len(found.rows)} rows, expected {len(expected.rows)}"
        yield from followed.gone()
        wrong = wrong[:1]  # those below have only moved up or down
    for number, row, wanted in wrong:
        for name, value, want in zip(found.names, row, wanted, strict=True):
            if value != want:
                steps = followed.of(number, name)
                yield f"row {number}, column {name}: {value!r}, expected {want!r}{steps}"


class _Followed:
    """The rows after each step, with the number of the input's row beside them."""

    def __init__(self, frame: Frame, steps: Steps) -> None:
        self._frame = frame.select({**frame.same(), MARK: "row_number() OVER ()"})
        self._steps = steps
        self._tables: list[tuple[str, Table]] | None = None

    def gone(self) -> Iterator[str]:
        """Which rows of the input each step took away."""
        tables = self._after_each()
        for (_, before), (title, after) in pairwise(tables):
            left = {row[after.names.index(MARK)] for row in after.rows}
            lost = [row[before.names.index(MARK)] for row in before.rows]
            numbers = [number for number in lost if number not in left]
            if numbers:
                yield f"{title} took away the input's row {', '.join(numbers[:10])}"

    def of(self, number: int, name: str) -> str:
        """How the value of a row that came out was made."""
        tables = self._after_each()
        if len(tables) <= len(self._steps):
            return ""
        last = tables[-1][1]
        mark = last.rows[number - 1][last.names.index(MARK)]
        told, before = [], None
        for title, table in tables:
            value = _value(table, mark, name)
            if value is not None and value != before and title:
                told.append(f"{title} made it {value!r}")
            before = value if value is not None else before
        return f" ({'; '.join(told) if told else 'no step changed it'})"

    def _after_each(self) -> list[tuple[str, Table]]:
        """The input and the rows after every step, as far as the marks last."""
        if self._tables is None:
            self._tables = [("", _rows(self._frame))]
            for number, step, frame in each(self._frame, self._steps, {}):
                if MARK not in frame.names:
                    break
                self._tables.append((f"step {number} ({step.operation})", _rows(frame)))
        return self._tables


def _value(table: Table, mark: str, name: str) -> str | None:
    if name not in table.names:
        return None
    found = [row for row in table.rows if row[table.names.index(MARK)] == mark]
    return found[0][table.names.index(name)] if found else None


def _rows(frame: Frame) -> Table:
    """The frame's rows as a job's CSV has them."""
    rows = frame.connection.execute(frame.sql()).fetchall()
    return Table(frame.names, [tuple(map(_text, row)) for row in rows])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _read(file: Path) -> Table:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        names, *rows = list(csv.reader(stream)) or [[]]
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise ValueError(f"{file}: row {number} has {len(row)} fields, its header {len(names)}")
    return Table(names, [tuple(row) for row in rows])


def main() -> int:
    parser = argparse.ArgumentParser(description="Test a DataBrew recipe by rows.")
    parser.add_argument("recipe", type=Path, help="the recipe's JSON file")
    parser.add_argument("folder", type=Path, help="holds input.csv and expected.csv")
    given = parser.parse_args()
    try:
        found = trial(read(given.recipe), given.folder)
    except (RunFailed, OSError, ValueError, duckdb.Error) as error:
        found = [str(error)]
    for line in found or ["all rows are as expected"]:
        sys.stdout.write(f"{given.folder}: {line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

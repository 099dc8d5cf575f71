"""A recipe step by step: what each step asks for and the queries that it became."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.recipe import each
from local_aws.services.databrew.engine.steps import Step
from local_aws.services.databrew.printing.carry import DUCKDB_TYPE, NotPrinted
from local_aws.services.databrew.printing.macros import spelled_out

# Their columns are named by the values that they find: code would name those of one file.
OF_VALUES = {"ONE_HOT_ENCODING", "PIVOT", "SPLIT_COLUMN_WITH_INTERVALS", "TRANSPOSE"}
OF_TWO = {"JOIN", "UNION"}
PARTS = ("where", "group", "having", "qualify", "order", "joins", "laterals", "distinct", "limit")
COLUMNS = ("sourceColumn", "sourceColumns")
SHOWN = 60  # letters of a parameter's value in a comment


@dataclass(frozen=True)
class Query:
    """One of a step's queries, in DuckDB's terms: `before` are the columns of what it reads."""

    name: str
    tree: exp.Select
    before: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def sources(self) -> list[str]:
        """The names of what it reads, each once."""
        return list(dict.fromkeys(table.name for table in self.tree.find_all(exp.Table)))

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but a select list over the query before."""
        by_rows = not any(self.tree.args.get(part) for part in PARTS) and not self._has_figures
        return by_rows and len(self.sources) == 1 and not self.tree.is_star

    @property
    def _has_figures(self) -> bool:
        """Whether it makes one row of all: aggregates without a window around them."""
        return any(f.find_ancestor(exp.Window) is None for f in self.tree.find_all(exp.AggFunc))

    @property
    def changed(self) -> dict[str, exp.Expression]:
        """What it selects by its name, but for columns that stay as they are."""
        selected = {item.alias_or_name: item.unalias() for item in self.tree.expressions}
        return {name: value for name, value in selected.items() if not _is_column(value, name)}


@dataclass(frozen=True)
class Stage:
    """One step and the queries that it became."""

    number: int
    step: Step
    queries: tuple[Query, ...]

    def title(self) -> str:
        """``3. FILL_WITH_NULL carrier where carrier IS ["NA"]``, without what is not asked for."""
        given = sorted(self.step.parameters.items(), key=lambda item: item[0] not in COLUMNS)
        said = [_said(name, value) for name, value in given]
        tests = [
            f"{c.get('TargetColumn')} {c.get('Condition')} {_short(c.get('Value', ''))}".rstrip()
            for c in self.step.conditions
        ]
        where = f"where {' and '.join(tests)}" if tests else ""
        parts = [f"{self.number}. {self.step.operation}", *said, where]
        return " ".join(part for part in parts if part)


def stages(frame: Frame, steps: Sequence[dict[str, Any]]) -> list[Stage]:
    """Every step. Raises NotPrinted, and what `apply` raises, which names the step."""
    for number, raw in enumerate(steps, 1):
        operation = Step.parse(raw).operation
        with named(number, operation):
            _refuse(operation)
    known = {frame.source: dict(frame.columns)}
    found, done = [], 0
    for number, step, after in each(frame, steps, {}):
        with named(number, step.operation):
            queries = tuple(_queries(after, done, known))
        found.append(Stage(number, step, queries))
        done = len(after.steps)
    return found


@contextmanager
def named(number: int, operation: str) -> Iterator[None]:
    """What is not printed within is said with its step."""
    try:
        yield
    except NotPrinted as error:
        raise NotPrinted(f"Step {number} ({operation}): {error}") from error


def _refuse(operation: str) -> None:
    if operation in OF_VALUES:
        raise NotPrinted("its columns are named by the data's values")
    if operation in OF_TWO:
        raise NotPrinted("it reads a second data set")
    if operation == "FORMAT_PHONE_NUMBER":
        raise NotPrinted("it is Python's: which numbers there are is libphonenumber's data")


def _queries(after: Frame, done: int, known: dict[str, dict[str, str]]) -> Iterator[Query]:
    """A step's queries; `known` are the columns and types of all before it."""
    for number, body in enumerate(after.steps[done:], done + 1):
        tree = spelled_out(sqlglot.parse_one(body, read="duckdb"))
        if not isinstance(tree, exp.Select):
            raise NotPrinted(f"it is no single SELECT: {body}")
        sources = [known.get(table.name, {}) for table in tree.find_all(exp.Table)]
        types = {name: kind for source in sources for name, kind in source.items()}
        for column in tree.find_all(exp.Column):
            column.meta[DUCKDB_TYPE] = types.get(column.name, "")
        columns = tuple(_names(tree, [tuple(source) for source in sources]))
        last = after.columns if number == len(after.steps) else {}
        known[f"step_{number}"] = {n: last.get(n) or types.get(n, "") for n in columns}
        yield Query(f"step_{number}", tree, tuple(sources[0]) if sources else (), columns)


def _names(tree: exp.Select, sources: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for item in tree.expressions:
        if isinstance(item, exp.Star):
            yield from (name for source in sources for name in source)
        else:
            yield item.alias_or_name


def _said(name: str, value: Any) -> str:
    text = _short(value)
    if name in COLUMNS:
        return text
    if text.lower() in ("", "false"):
        return ""
    return name if text.lower() == "true" else f"{name}={text}"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _is_column(value: exp.Expression, name: str) -> bool:
    return isinstance(value, exp.Column) and value.name == name

"""A recipe step by step: what each step asks for and the queries that it became."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.recipe import apply
from local_aws.services.databrew.engine.steps import Step

COLUMNS = ("sourceColumn", "sourceColumns")
SHOWN = 60  # letters of a parameter's value in a comment


@dataclass(frozen=True)
class Stage:
    """One step, from the frame before it to the frame after."""

    number: int
    step: Step
    before: Frame
    after: Frame

    def queries(self) -> Iterator[tuple[str, exp.Select]]:
        """Its queries by their names, in DuckDB's terms."""
        start = len(self.before.steps)
        for index, body in enumerate(self.after.steps[start:], start + 1):
            query = sqlglot.parse_one(body, read="duckdb")
            assert isinstance(query, exp.Select)
            yield f"step_{index}", query

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
    """Every step. Raises what `apply` raises, which names the step."""
    apply(frame, steps)
    found = []
    for number, raw in enumerate(steps, 1):
        after = apply(frame, [raw])
        found.append(Stage(number, Step.parse(raw), frame, after))
        frame = after
    return found


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


def changed(query: exp.Select) -> dict[str, exp.Expression]:
    """What a query selects by its name, but for columns that stay as they are."""
    selected = {item.alias_or_name: item.unalias() for item in query.expressions}
    return {name: value for name, value in selected.items() if not _is_column(value, name)}


def _is_column(value: exp.Expression, name: str) -> bool:
    return isinstance(value, exp.Column) and value.name == name


def is_plain(query: exp.Select) -> bool:
    """Whether it is nothing but a select list over the step before."""
    return not any(
        query.args.get(part)
        for part in ("where", "group", "having", "qualify", "order", "joins", "distinct", "limit")
    ) and isinstance(query.args["from_"].this, exp.Table)


def names(query: exp.Select) -> list[str]:
    """The columns that come out, in order."""
    return [item.alias_or_name for item in query.expressions]

"""A recipe as one SQL query: a common table expression for each step that changes something."""

import re
import textwrap
from collections.abc import Sequence

from sqlglot import exp

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import select_all
from local_aws.services.databrew.printing.carry import Target
from local_aws.services.databrew.printing.stages import Query, Stage, named

WIDTH = 100
_SIMPLE = re.compile(r"[a-z_][a-z0-9_]*")


def sql_text(title: str, table: str, columns: Frame, stages: Sequence[Stage], to: Target) -> str:
    """The whole query, with what it reads and each step's words in comments."""
    writer = _Writer(table, to)
    parts = [part for stage in stages for part in writer.stage(stage)]
    shape = ", ".join(f"{writer.name(n)} {to.type_name(t)}" for n, t in columns.columns.items())
    head = [*_comment(title), *_comment(f"Reads {writer.name(table)} ({shape})")]
    named = ["WITH", ",\n".join(parts)] if parts else []
    return "\n".join([*head, *named, *writer.untold(), select_all(writer.last), ""])


class _Writer:
    def __init__(self, table: str, target: Target) -> None:
        self.target = target
        self.last = self.name(table)
        self._known = {"input": self.last}
        self._words: list[str] = []

    def name(self, name: str) -> str:
        """Quoted only where it must be."""
        quoted = not _SIMPLE.fullmatch(name)  # sqlglot quotes what the dialect reserves
        return str(exp.to_identifier(name, quoted=quoted).sql(dialect=self.target.dialect))

    def untold(self) -> list[str]:
        """The words of steps at the end that changed nothing."""
        return self._words

    def stage(self, stage: Stage) -> list[str]:
        """The expressions of one step; a step without effect is only told of."""
        self._words += _comment(stage.title())
        parts = []
        for query in stage.queries:
            if query.is_plain and not query.changed and query.columns == query.before:
                source = query.sources[0]
                self._known[query.name] = self._known.get(source, source)
                continue
            with named(stage.number, stage.step.operation):
                parts.append(self._expression(query))
        return parts

    def _expression(self, query: Query) -> str:
        words, self._words = self._words, []
        body = self._query(query.tree)
        self.last = query.name
        return "\n".join([*words, f"{query.name} AS (", textwrap.indent(body, "  "), ")"])

    def _query(self, query: exp.Select) -> str:
        carried = self.target.carried(query.copy())
        for table in carried.find_all(exp.Table):
            if table.name in self._known:
                table.replace(exp.maybe_parse(self._known[table.name], into=exp.Table))
        for identifier in carried.find_all(exp.Identifier):
            identifier.set("quoted", not _SIMPLE.fullmatch(identifier.name))
        assert isinstance(carried, exp.Select)
        items = [item.sql(dialect=self.target.dialect) for item in carried.expressions]
        carried.set("expressions", [exp.Star()])
        tail = carried.sql(dialect=self.target.dialect).removeprefix("SELECT *").strip()
        return f"SELECT\n{textwrap.indent(_wrapped(items), '  ')}\n{tail}"


def _wrapped(items: Sequence[str]) -> str:
    """Columns as they are share lines; what is computed has one of its own."""
    lines, line = [], ""
    for number, item in enumerate(items, 1):
        piece = item if number == len(items) else f"{item},"
        plain = len(piece) <= 40 and " " not in item
        if line and (not plain or len(line) + len(piece) + 5 > WIDTH):
            lines.append(line)
            line = ""
        if plain:
            line = f"{line} {piece}".strip()
        else:
            lines.append(piece)
    return "\n".join([*lines, *([line] if line else [])])


def _comment(text: str) -> list[str]:
    return [f"-- {line}" for line in textwrap.wrap(text, WIDTH - 3, break_long_words=False)]

"""A recipe as a PySpark function: a statement for each step that changes something."""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.printing.spark import SPARK
from local_aws.services.databrew.printing.stages import Query, Stage, named

WIDTH = 100
HEAD = '''"""{title}

Set the session's time zone to UTC: spark.conf.set("spark.sql.session.timeZone", "UTC")
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

INPUT = (
{schema}
)


def recipe(df: DataFrame) -> DataFrame:
    """From the columns of INPUT to the recipe's."""
'''


def pyspark_text(title: str, columns: Frame, stages: Sequence[Stage]) -> str:
    """A module with the input's schema and the function ``recipe``."""
    shape = [f"`{name}` {SPARK.type_name(kind)}" for name, kind in columns.columns.items()]
    listed = [f"    {_text(item + ', ')}" for item in shape[:-1]] + [f"    {_text(shape[-1])}"]
    head = HEAD.format(
        title=title.replace("\\", "/").replace('"""', "'''"), schema="\n".join(listed)
    )
    kept = _kept(stages)
    lines = ["input = df"] if "input" in kept else []
    lines += [line for stage in stages for line in _stage(stage, kept)]
    return head + textwrap.indent("\n".join([*lines, "return df"]), "    ") + "\n"


def _kept(stages: Sequence[Stage]) -> set[str]:
    """The queries that a later one than the next reads: they get a name of their own."""
    queries = [query for stage in stages for query in stage.queries]
    before = ["input", *(query.name for query in queries)]
    return {
        source
        for last, query in zip(before, queries, strict=False)
        for source in query.sources
        if source != last
    }


def _stage(stage: Stage, kept: Collection[str]) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(stage.title(), WIDTH - 6))
    for query in stage.queries:
        with named(stage.number, stage.step.operation):
            yield from _statements(query, kept)
        if query.name in kept:
            yield f"{query.name} = df"


def _statements(query: Query, kept: Collection[str]) -> Iterator[str]:
    where = query.tree.args.get("where")
    if query.is_plain:
        yield from _selected(query, kept)
    elif where and not query.changed and query.columns == query.before and _only_where(query):
        yield f"df = df.where({_quoted(where.this)})"
    else:
        yield _queried(query, kept)


def _only_where(query: Query) -> bool:
    rest = query.tree.copy()
    rest.set("where", None)
    return replace(query, tree=rest).is_plain


def _selected(query: Query, kept: Collection[str]) -> Iterator[str]:
    before, after, new = list(query.before), list(query.columns), query.changed
    same = [name for name in after if name not in new]
    gone = [name for name in before if name not in after]
    if after == before + [name for name in after if name not in before]:
        yield from ([_with_columns(new)] if new else [])
    elif not new and same == [name for name in before if name in same]:
        yield f"df = df.drop({', '.join(map(_text, gone))})"
    elif _is_renaming(before, after, new):
        yield from (
            f"df = df.withColumnRenamed({_text(v.name)}, {_text(n)})" for n, v in new.items()
        )
    else:
        yield _queried(query, kept)


def _is_renaming(
    before: Sequence[str], after: Sequence[str], new: Mapping[str, exp.Expression]
) -> bool:
    old = {name: value.name for name, value in new.items() if isinstance(value, exp.Column)}
    return len(old) == len(new) and [old.get(name, name) for name in after] == list(before)


def _with_columns(new: Mapping[str, exp.Expression]) -> str:
    if len(new) == 1:
        (name, value), *_ = new.items()
        return f"df = df.withColumn({_text(name)}, F.expr({_quoted(value)}))"
    items = "".join(
        f"    {_text(name)}: F.expr({_quoted(value)}),\n" for name, value in new.items()
    )
    return f"df = df.withColumns({{\n{items}}})"


def _quoted(value: exp.Expression) -> str:
    return _text(SPARK.sql(SPARK.carried(value.copy())))


def _queried(query: Query, kept: Collection[str]) -> str:
    """What DataFrame's methods have no short word for stays SQL, over DataFrames by their names."""
    carried = SPARK.carried(query.tree.copy())
    frames = {name: name if name in kept else "df" for name in query.sources}
    for table in list(carried.find_all(exp.Table)):
        table.set("this", exp.to_identifier(f"__{table.name}__"))
    text = SPARK.sql(carried).replace("{", "{{").replace("}", "}}")
    for name, frame in frames.items():
        text = text.replace(f"__{name}__", f"{{{frame}}}")
    given = ", ".join(f"{frame}={frame}" for frame in dict.fromkeys(frames.values()))
    return f"df = df.sparkSession.sql({_text(text)}, {given})"


def _text(text: str) -> str:
    """A string in Python, raw where that spares backslashes."""
    if '"' in text or not text.isprintable() or text.endswith("\\"):
        return repr(text)
    return f'r"{text}"' if "\\" in text else f'"{text}"'

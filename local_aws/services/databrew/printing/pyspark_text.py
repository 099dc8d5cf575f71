"""A recipe as a PySpark function: a statement for each step that changes something."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.printing.carry import NotPrinted
from local_aws.services.databrew.printing.spark import SPARK
from local_aws.services.databrew.printing.stages import Stage, changed, is_plain, names

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
    lines = [line for stage in stages for line in _stage(stage)]
    return head + textwrap.indent("\n".join([*lines, "return df"]), "    ") + "\n"


def _stage(stage: Stage) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(stage.title(), WIDTH - 6))
    before = list(stage.before.columns)
    for _, query in stage.queries():
        try:
            yield from _statements(query, before)
        except NotPrinted as error:
            raise NotPrinted(f"Step {stage.number} ({stage.step.operation}): {error}") from error
        before = names(query)


def _statements(query: exp.Select, before: list[str]) -> Iterator[str]:
    after, new = names(query), changed(query)
    if is_plain(query):
        yield from _selected(query, before, after, new)
    elif query.args.get("where") and not new and after == before and _only_where(query):
        yield f"df = df.where({_quoted(query.args['where'].this)})"
    else:
        yield _queried(query)


def _only_where(query: exp.Select) -> bool:
    rest = query.copy()
    rest.set("where", None)
    return is_plain(rest)


def _selected(
    query: exp.Select, before: list[str], after: list[str], new: Mapping[str, exp.Expression]
) -> Iterator[str]:
    kept = [name for name in after if name not in new]
    gone = [name for name in before if name not in after]
    if after == before + [name for name in after if name not in before]:
        yield from ([_with_columns(new)] if new else [])
    elif not new and kept == [name for name in before if name in kept]:
        yield f"df = df.drop({', '.join(map(_text, gone))})"
    elif _is_renaming(before, after, new):
        yield from (
            f"df = df.withColumnRenamed({_text(v.name)}, {_text(n)})" for n, v in new.items()
        )
    else:
        yield _queried(query)


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


def _queried(query: exp.Select) -> str:
    """What DataFrame's methods have no short word for stays SQL."""
    carried = SPARK.carried(query.copy())
    for table in carried.find_all(exp.Table):
        table.replace(exp.to_table("__df__"))
    text = SPARK.sql(carried).replace("{", "{{").replace("}", "}}").replace("__df__", "{df}")
    return f"df = df.sparkSession.sql({_text(text)}, df=df)"


def _text(text: str) -> str:
    """A string in Python, raw where that spares backslashes."""
    if '"' in text or not text.isprintable() or text.endswith("\\"):
        return repr(text)
    return f'r"{text}"' if "\\" in text else f'"{text}"'

"""Data structure: groups, pivots, joins and unions.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-structure.html
"""

from typing import Any

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.formula import NOTHING, aligned, common
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.grouping import aggregate
from local_aws.services.databrew.engine.operations.registry import Value, operation
from local_aws.services.databrew.engine.sql import (
    SQL_TYPES,
    convert,
    identifier,
    is_number,
    literal,
    select,
    select_all,
    text,
)
from local_aws.services.databrew.engine.steps import Step

MOST_PIVOTED = 10
# What Spark allows, and so TRANSPOSE, for which the guide has no limit.
MOST_TRANSPOSED = 10_000
JOINS = {
    "INNER_JOIN": "INNER JOIN",
    "LEFT_JOIN": "LEFT JOIN",
    "RIGHT_JOIN": "RIGHT JOIN",
    "OUTER_JOIN": "FULL JOIN",
    "LEFT_EXCLUDING_JOIN": "LEFT JOIN",
    "RIGHT_EXCLUDING_JOIN": "RIGHT JOIN",
    "OUTER_EXCLUDING_JOIN": "FULL JOIN",
}


@operation("GROUP_BY")
def group_by(frame: Frame, step: Step) -> Frame:
    """``useNewDataFrame``: a row for each group, in their order; else new columns on every row.

    A missing key is a group of its own.
    """
    keys = {name: identifier(name) for name in map(frame.resolve, step.sources())}
    listed = ", ".join(keys.values())
    options = [_option(step, raw) for raw in step.listed("groupByAggFunctionOptions")]
    window = "" if step.flag("useNewDataFrame") else f"OVER ({_partition(listed)})"
    found = {o["targetColumnName"]: _aggregation(frame, o, window) for o in options}
    if step.flag("useNewDataFrame"):
        _refuse_same(step, [*keys, *(option["targetColumnName"] for option in options)])
        return _typed(step, frame.select({**keys, **found}, _grouped(list(keys.values()))), options)
    _refuse_same(step, [*frame.names, *(option["targetColumnName"] for option in options)])
    return _typed(step, frame.select({**frame.same(), **found}), options)


def _partition(keys: str) -> str:
    return f"PARTITION BY {keys}" if keys else ""


def _grouped(keys: list[str]) -> str:
    """A row for each combination of the keys, in their order: the same input, the same bytes."""
    order = ", ".join(f"{key} NULLS FIRST" for key in keys)
    return f"GROUP BY {', '.join(keys)} ORDER BY {order}" if keys else ""


def _option(step: Step, raw: Any) -> dict[str, str]:
    needed = ("sourceColumnName", "functionName")
    if not isinstance(raw, dict) or not all(isinstance(raw.get(name), str) for name in needed):
        raise InvalidStep(f"{step.operation}: an aggregation needs {', '.join(needed)}: {raw}")
    column, function = raw["sourceColumnName"], raw["functionName"]
    return {"targetColumnName": f"{column}_{function.lower()}", "targetColumnDataType": "", **raw}


def _aggregation(frame: Frame, option: dict[str, str], window: str) -> str:
    column, sql_type = frame.column(option["sourceColumnName"])
    return aggregate(option["functionName"], column, sql_type, over=window)


def _typed(step: Step, frame: Frame, options: list[dict[str, str]]) -> Frame:
    """The results in the types that the step names; ``number`` is any type of number."""
    columns = frame.same()
    for option in options:
        name, wanted = option["targetColumnName"], option["targetColumnDataType"].lower()
        column, sql_type = frame.column(name)
        if sql_type == "HUGEINT":
            column, sql_type = convert(column, sql_type, "long"), "BIGINT"
        if wanted == "number" and is_number(sql_type):
            wanted = ""
        if wanted and not sql_type.endswith("[]"):
            if wanted not in SQL_TYPES:
                raise InvalidStep(f"{step.operation}: the data type {wanted} is unknown")
            column = convert(column, sql_type, wanted)
        columns[name] = column
    return frame.select(columns)


def _refuse_same(step: Step, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise InvalidStep(f"{step.operation}: there is a column `{name}` already")
        seen.add(name.lower())


@operation("PIVOT")
def pivot(frame: Frame, step: Step) -> Frame:
    """A column for each value of ``sourceColumn``; the other columns make the rows.

    The page allows ten values for ``valueColumn`` too, and shows a column of votes: that limit is
    not held. A missing value makes a column ``null``, as in Spark.
    """
    source, value = (frame.resolve(step.text(name)) for name in ("sourceColumn", "valueColumn"))
    keys = [name for name in frame.names if name not in (source, value)]
    columns = _pivoted(frame, step, [source], value, MOST_PIVOTED)
    return _rows_of(step, frame, keys, columns)


def _pivoted(frame: Frame, step: Step, sources: list[str], value: str, most: int) -> dict[str, str]:
    """The aggregate of a column for each combination of the sources' values, by its name."""
    texts = [text(*frame.column(name)) for name in sources]
    names = {f"v{i}": sql for i, sql in enumerate(texts)}
    found = frame.rows(names, f"{_grouped(list(names))} LIMIT {most + 1}")
    if len(found) > most:
        raise InvalidStep(
            f"{step.operation}: `{', '.join(sources)}` has more than {most} distinct values"
        )
    function = step.text("aggregateFunction")
    columns = {}
    for values in found:
        same = " AND ".join(
            f"{sql} IS NULL" if item is None else f"{sql} = {literal(item)}"
            for sql, item in zip(texts, values, strict=True)
        )
        name = "_".join("null" if item is None else item for item in values)
        columns[name] = aggregate(function, *frame.column(value), only=same)
    return columns


def _rows_of(step: Step, frame: Frame, keys: list[str], columns: dict[str, str]) -> Frame:
    """A row for each combination of the keys, in their order."""
    _refuse_same(step, [*keys, *columns])
    names = {key: identifier(key) for key in keys}
    if not {**names, **columns}:
        raise InvalidStep(f"{step.operation}: no columns are left")
    made = frame.select({**names, **columns}, _grouped(list(names.values())))
    whole = {
        name: convert(*made.column(name), "long")
        for name, sql_type in made.columns.items()
        if sql_type == "HUGEINT"
    }
    return made.select({**made.same(), **whole}) if whole else made


@operation("UNPIVOT")
def unpivot(frame: Frame, step: Step) -> Frame:
    """A row for each of ``sourceColumns``: its name in ``unpivotColumn``, its value in
    ``valueColumn``. Missing values keep their rows."""
    sources = [frame.resolve(name) for name in step.sources()]
    kept = [name for name in frame.names if name not in sources]
    targets = step.text("unpivotColumn"), step.text("valueColumn")
    _refuse_same(step, [*kept, *targets])
    return _unpivot(frame, kept, sources, targets)


def _unpivot(frame: Frame, kept: list[str], sources: list[str], targets: tuple[str, str]) -> Frame:
    values, _ = common([frame.column(name) for name in sources])
    pairs = ", ".join(
        f"struct_pack(name := {literal(name)}, value := {value})"
        for name, value in zip(sources, values, strict=True)
    )
    same = {name: identifier(name) for name in kept}
    pair = frame.free("pair")
    wide = frame.select({**same, pair: f"unnest([{pairs}])"})
    parts = {
        target: f"struct_extract({identifier(pair)}, '{part}')"
        for target, part in zip(targets, ("name", "value"), strict=True)
    }
    return wide.select({**same, **parts})


@operation("TRANSPOSE")
def transpose(frame: Frame, step: Step) -> Frame:
    """``valueColumns`` become the rows, named in ``newColumn``, in their order; the values of
    ``pivotColumns`` become the columns. No other column is part of the result."""
    pivots = [frame.resolve(str(name)) for name in step.listed("pivotColumns")]
    values = [frame.resolve(str(name)) for name in step.listed("valueColumns")]
    target = step.text("newColumn")
    _refuse_same(step, [*pivots, *values])
    if not pivots or not values:
        raise InvalidStep(f"{step.operation}: pivotColumns and valueColumns name no column")
    name, value = frame.free("name"), frame.free("value")
    long = _unpivot(frame, pivots, values, (name, value))
    columns = _pivoted(long, step, pivots, value, MOST_TRANSPOSED)
    made = _rows_of(step, long, [name], columns)
    _refuse_same(step, [target, *columns])
    places = " ".join(f"WHEN {literal(v)} THEN {i}" for i, v in enumerate(values))
    order = f"ORDER BY CASE {identifier(name)} {places} END"
    renamed = {target: identifier(name), **{column: identifier(column) for column in columns}}
    return made.select(renamed, order)


@operation("JOIN")
def join(frame: Frame, step: Step) -> Frame:
    """Columns of both sides, matched by ``joinKeys``; the *excluding* joins keep what has no match.

    ``leftColumns`` chooses among the data set's own columns: those that earlier steps made stay.
    A right column whose name the left has too gets its data set's name in front, as in
    ``votes_state_code``: the page is silent.
    """
    kind = step.choice("joinType", JOINS)
    right = _input(step, 0)
    keys = [_join_key(step, frame, right, raw) for raw in step.listed("joinKeys")]
    if not keys:
        raise InvalidStep(f"{step.operation}: joinKeys is empty")
    columns, types = _joined(frame, right, step)
    matched = " AND ".join(f"{one} = {other}" for one, other in map(_aligned, keys))
    body = select(
        columns,
        f"{frame.current} AS own {JOINS[kind]} ({right.sql()}) AS other ON {matched}",
        _excluding(kind, *keys[0]),
    )
    return frame.then(types, body)


def _aligned(key: tuple[Value, Value]) -> tuple[str, str]:
    return aligned(*key)


def _excluding(kind: str, own: Value, other: Value) -> str:
    """Rows without a match: on their missing side even the key is NULL."""
    sides = {"LEFT": [other], "RIGHT": [own], "OUTER": [own, other]}
    missing = " OR ".join(f"{sql} IS NULL" for sql, _ in sides.get(kind.split("_")[0], []))
    return f"WHERE {missing}" if "EXCLUDING" in kind else ""


def _join_key(step: Step, left: Frame, right: Frame, raw: Any) -> tuple[Value, Value]:
    if not isinstance(raw, dict) or not {"key", "value"} <= set(raw):
        raise InvalidStep(f"{step.operation}: a join key needs key and value: {raw}")
    own, own_type = left.column(str(raw["key"]))
    other, other_type = right.column(str(raw["value"]))
    return (f"own.{own}", own_type), (f"other.{other}", other_type)


def _joined(left: Frame, right: Frame, step: Step) -> tuple[dict[str, str], dict[str, str]]:
    """The result's columns as SQL, and their types."""
    chosen = {left.resolve(str(name)) for name in _listed(step, "leftColumns", left)}
    columns, types = {}, {}
    for name, sql_type in left.columns.items():
        if name in chosen or name not in left.loaded:
            columns[name], types[name] = f"own.{identifier(name)}", sql_type
    taken = {name.lower() for name in columns}
    prefix = step.text("secondaryDatasetName", "right")
    for name in (right.resolve(str(name)) for name in _listed(step, "rightColumns", right)):
        target = f"{prefix}_{name}" if name.lower() in taken else name
        columns[target] = f"other.{identifier(name)}"
        types[target] = right.columns[name]
    return columns, types


def _listed(step: Step, name: str, frame: Frame) -> list[Any]:
    return step.listed(name) if step.has(name) else frame.names


def _input(step: Step, index: int) -> Frame:
    if index >= len(step.inputs):
        raise InvalidStep(f"{step.operation} needs a secondary data set or location")
    return step.inputs[index]


@operation("UNION")
def union(frame: Frame, step: Step) -> Frame:
    """The rows of all data sets under ``targetColumnNames``; ``datasetsColumns`` says, for the
    current one first, which column goes where, and null leaves it empty. Types meet as in
    NEST_TO_ARRAY. Nothing that is there twice is lost."""
    targets = [str(name) for name in step.listed("targetColumnNames")]
    _refuse_same(step, targets)
    frames = [frame, *step.inputs]
    chosen = step.listed("datasetsColumns")
    if len(chosen) != len(frames) or any(len(names) != len(targets) for names in chosen):
        raise InvalidStep(
            f"{step.operation}: datasetsColumns needs {len(targets)} columns for each of "
            f"{len(frames)} data sets"
        )
    rows = [
        [NOTHING if name is None else source.column(str(name)) for name in names]
        for source, names in zip(frames, chosen, strict=True)
    ]
    parts, types = zip(*(common(list(values)) for values in zip(*rows, strict=True)), strict=True)
    bodies = [
        select(dict(zip(targets, (part[i] for part in parts), strict=True)), _from(source, i))
        for i, source in enumerate(frames)
    ]
    united = select_all(f"({' UNION ALL '.join(bodies)}) AS united")
    return frame.then(dict(zip(targets, types, strict=True)), united)


def _from(frame: Frame, index: int) -> str:
    return f"({frame.sql()}) AS other_{index}" if index else frame.current

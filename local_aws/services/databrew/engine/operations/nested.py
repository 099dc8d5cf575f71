"""Data structure: columns into arrays, maps and structs, and back.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-structure.html
"""

import json
import re
from typing import Any

import duckdb

from local_aws.services.databrew.engine.conditions import all_conditions
from local_aws.services.databrew.engine.errors import AnalysisException, InvalidStep
from local_aws.services.databrew.engine.formula import common
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import Value, add, operation
from local_aws.services.databrew.engine.sql import identifier, literal, text
from local_aws.services.databrew.engine.steps import Step

Field = tuple[str, str]
TEXTS = ("VARCHAR", "JSON")


def kind(sql_type: str) -> str:
    """``struct``, ``list`` or ``map``, or another type's id."""
    return str(duckdb.sqltype(sql_type).id)


def fields(sql_type: str) -> list[Field]:
    """The names and types inside a nested type."""
    return [(str(name), str(child)) for name, child in duckdb.sqltype(sql_type).children]


def nested(frame: Frame, name: str, wanted: str) -> Value:
    """A column of that nested type."""
    column, sql_type = frame.column(name)
    if kind(sql_type) != wanted:
        spark = "array" if wanted == "list" else wanted
        raise AnalysisException(
            f"cannot resolve '`{name}`' due to data type mismatch: "
            f"it should be of {spark} type, not {sql_type};"
        )
    return column, sql_type


@operation("NEST_TO_ARRAY")
def nest_to_array(frame: Frame, step: Step) -> Frame:
    """The values in a type that holds them all."""
    values, _ = common([frame.column(name) for name in step.sources()])
    return _nest(frame, step, f"[{', '.join(values)}]")


@operation("NEST_TO_MAP")
def nest_to_map(frame: Frame, step: Step) -> Frame:
    """Column names are the keys, the values in a type that holds them all."""
    names = [frame.resolve(name) for name in step.sources()]
    values, _ = common([frame.column(name) for name in names])
    return _nest(frame, step, f"map([{', '.join(map(literal, names))}], [{', '.join(values)}])")


@operation("NEST_TO_STRUCT")
def nest_to_struct(frame: Frame, step: Step) -> Frame:
    columns = [identifier(frame.resolve(name)) for name in step.sources()]
    return _nest(frame, step, f"struct_pack({', '.join(f'{c} := {c}' for c in columns)})")


def _nest(frame: Frame, step: Step, expression: str) -> Frame:
    """The nested column at the end; ``removeSourceColumns`` takes what went into it away."""
    target = step.text("targetColumn")
    made = add(frame, step, expression)
    if not step.flag("removeSourceColumns"):
        return made
    gone = {frame.resolve(name) for name in step.sources()} - {made.resolve(target)}
    return made.select({name: sql for name, sql in made.same().items() if name not in gone})


@operation("UNNEST_ARRAY")
def unnest_array(frame: Frame, step: Step) -> Frame:
    """A row for each element. A row without elements stays, as does one that no condition chose.

    The page has no ``removeSourceColumn``; the other UNNEST operations do, so it counts here too.
    """
    name = step.text("sourceColumn")
    column, sql_type = nested(frame, name, "list")
    target = step.text("targetColumn", name)
    return _explode(frame, step, column, sql_type, target)


def _explode(frame: Frame, step: Step, array: str, sql_type: str, target: str) -> Frame:
    chosen = " AND ".join(filter(None, [f"len({array}) > 0", all_conditions(frame, step)]))
    exploded = f"unnest(CASE WHEN {chosen} THEN {array} ELSE CAST([NULL] AS {sql_type}) END)"
    same = {column.lower(): column for column in frame.names}
    columns = {**frame.same(), same.get(target.lower(), target): exploded}
    return frame.select(_without_source(frame, step, columns))


def _without_source(frame: Frame, step: Step, columns: dict[str, str]) -> dict[str, str]:
    """The columns but for the source, when the step removes it and did not replace it."""
    if not step.flag("removeSourceColumn"):
        return columns
    gone = {frame.resolve(name) for name in _sources(frame, step)}
    return {n: sql for n, sql in columns.items() if n not in gone or sql != identifier(n)}


def _sources(frame: Frame, step: Step) -> list[str]:
    """``sourceColumn(s)``, or the columns whose whole name ``regexColumnSelector`` matches."""
    if not step.has("regexColumnSelector"):
        return [frame.resolve(name) for name in step.sources()]
    pattern = step.text("regexColumnSelector")
    try:
        return [name for name in frame.names if re.fullmatch(pattern, name)]
    except re.error as error:
        raise InvalidStep(f"{step.operation}: regexColumnSelector {pattern}: {error}") from error


@operation("UNNEST_MAP")
def unnest_map(frame: Frame, step: Step) -> Frame:
    """A row for each pair, in ``<prefix>_key`` and ``<prefix>_value``.

    The prefix is ``targetColumn``, or the source's name. The page does not show the names.
    """
    name = step.text("sourceColumn")
    column, sql_type = nested(frame, name, "map")
    (_, key), (_, value) = fields(sql_type)
    entry = frame.free("entry")
    pairs = f"STRUCT(key {key}, value {value})[]"
    wide = _explode(frame, step, f"map_entries({column})", pairs, entry)
    prefix = step.text("targetColumn", frame.resolve(name))
    parts = {f"{prefix}_{part}": f"struct_extract({identifier(entry)}, '{part}')" for part in KEYS}
    _refuse_taken(step, wide, parts)
    kept = {n: sql for n, sql in wide.same().items() if n != entry}
    return wide.select({**kept, **parts})


KEYS = ("key", "value")


def _refuse_taken(step: Step, frame: Frame, added: dict[str, str]) -> None:
    taken = {name.lower() for name in frame.names}
    for name in added:
        if name.lower() in taken:
            raise InvalidStep(f"{step.operation}: there is a column `{name}` already")


@operation("UNNEST_STRUCT")
def unnest_struct(frame: Frame, step: Step) -> Frame:
    """A column ``<prefix>_<field>`` for each field; the prefix is as in UNNEST_MAP."""
    name = frame.resolve(step.text("sourceColumn"))
    prefix = step.text("targetColumn", name)
    column, sql_type = nested(frame, name, "struct")
    found = {f"{prefix}_{field}": sql for field, sql, _ in _members(column, sql_type)}
    return _flattened(frame, step, found)


@operation("UNNEST_STRUCT_N")
def unnest_struct_n(frame: Frame, step: Step) -> Frame:
    """The fields down to ``unnestLevel`` levels (1 unless said), named ``user.address.state``."""
    levels, delimiter = step.integer("unnestLevel", 1), step.text("delimiter", ".")
    if levels < 1:
        raise InvalidStep(f"{step.operation}: unnestLevel must be at least 1, got {levels}")
    found: dict[str, str] = {}
    for name in _sources(frame, step):
        column, sql_type = nested(frame, name, "struct")
        found |= _leaves(name, column, sql_type, levels, delimiter)
    return _flattened(frame, step, found)


def _members(value: str, sql_type: str) -> list[tuple[str, str, str]]:
    """A struct's fields: name, SQL, type."""
    return [
        (name, f"struct_extract({value}, {literal(name)})", child)
        for name, child in fields(sql_type)
    ]


def _leaves(name: str, value: str, sql_type: str, levels: int, delimiter: str) -> dict[str, str]:
    if levels == 0 or kind(sql_type) != "struct":
        return {name: value}
    found: dict[str, str] = {}
    for field, member, child in _members(value, sql_type):
        found |= _leaves(f"{name}{delimiter}{field}", member, child, levels - 1, delimiter)
    return found


def _flattened(frame: Frame, step: Step, found: dict[str, str]) -> Frame:
    condition = all_conditions(frame, step)
    if condition:
        found = {name: f"CASE WHEN {condition} THEN {sql} END" for name, sql in found.items()}
    _refuse_taken(step, frame, found)
    return frame.select(_without_source(frame, step, {**frame.same(), **found}))


@operation("JSON_TO_STRUCTS")
def json_to_structs(frame: Frame, step: Step) -> Frame:
    """The schema that holds every value of the column; deeper objects stay JSON text.

    The page has no name for the result: it takes the source's place where the source is removed,
    and stands in ``<source>_struct`` where it is kept. What is no JSON becomes NULL.
    """
    levels, kept = step.integer("unnestLevel", 1), not step.flag("removeSourceColumn")
    if levels < 1:
        raise InvalidStep(f"{step.operation}: unnestLevel must be at least 1, got {levels}")
    for name in _sources(frame, step):
        value = _json(*frame.column(name))
        schema = _pruned(_schema(frame, value), levels)
        parsed = f"json_transform({value}, {literal(json.dumps(schema))})"
        target = f"{name}_struct" if kept else name
        if kept:
            _refuse_taken(step, frame, {target: parsed})
        condition = all_conditions(frame, step)
        parsed = f"CASE WHEN {condition} THEN {parsed} END" if condition else parsed
        frame = frame.select({**frame.same(), target: parsed})
    return frame


def _json(column: str, sql_type: str) -> str:
    """A text as JSON, NULL where it is none."""
    if sql_type == "JSON":
        return column
    value = text(column, sql_type)
    return f"CASE WHEN json_valid({value}) THEN CAST({value} AS JSON) END"


def _schema(frame: Frame, value: str) -> Any:
    ((found,),) = frame.rows({"schema": f"json_group_structure({value})"})
    return json.loads(found) if found else "NULL"


def _pruned(schema: Any, levels: int) -> Any:
    """DuckDB's words for the types as Spark's types; objects below the last level as text."""
    if isinstance(schema, dict):
        if levels == 0:
            return "VARCHAR"
        return {name: _pruned(child, levels - 1) for name, child in schema.items()}
    if isinstance(schema, list):
        return [_pruned(child, levels) for child in schema]
    return {"UBIGINT": "BIGINT", "NULL": "VARCHAR", "JSON": "VARCHAR"}.get(schema, schema)


_piece = re.compile(r"`((?:[^`]|``)+)`|\[(\d+)\]|([^.`\[\]\s]+)")
_path = re.compile(rf"(?:{_piece.pattern})(?:\.?(?:{_piece.pattern}))*")


@operation("EXTRACT_VALUE")
def extract_value(frame: Frame, step: Step) -> Frame:
    """What stands at a path: fields in backticks, elements counted from 0.

    A path begins with the column's name, as on the page; exports leave it out. A column of text
    is read as JSON, and gives text.
    """
    name = frame.resolve(step.text("sourceColumn"))
    value, sql_type = frame.column(name)
    pieces = _pieces(step)
    if isinstance(pieces[0], str) and pieces[0].lower() == name.lower():
        pieces = pieces[1:]
    while pieces and sql_type not in TEXTS:
        value, sql_type = _inside(value, sql_type, pieces.pop(0))
    if pieces:
        path = "$" + "".join(_json_piece(step, piece) for piece in pieces)
        value = f"json_extract_string({_json(value, sql_type)}, {literal(path)})"
    return add(frame, step, value)


def _pieces(step: Step) -> list[str | int]:
    path = step.text("path").strip()
    if not _path.fullmatch(path):
        raise InvalidStep(f"{step.operation}: the path {path} cannot be read")
    return [
        int(index) if index else (quoted.replace("``", "`") or plain)
        for quoted, index, plain in _piece.findall(path)
    ]


def _json_piece(step: Step, piece: str | int) -> str:
    if isinstance(piece, int):
        return f"[{piece}]"
    if '"' in piece:
        raise InvalidStep(f"{step.operation}: the key {piece} has a double quote in it")
    return f'."{piece}"'


def _inside(value: str, sql_type: str, piece: str | int) -> Value:
    """One step of a path."""
    of = kind(sql_type)
    if of == "struct" and isinstance(piece, str):
        members = _members(value, sql_type)
        for name, member, child in members:
            if name.lower() == piece.lower():
                return member, child
        listed = ", ".join(name for name, _, _ in members)
        raise AnalysisException(f"No such struct field {piece} in {listed};")
    if of == "list" and isinstance(piece, int):
        return f"list_extract({value}, {piece + 1})", fields(sql_type)[0][1]
    if of == "map":
        (_, key), (_, child) = fields(sql_type)
        wanted = literal(str(piece))
        return f"map_extract_value({value}, TRY_CAST({wanted} AS {key}))", child
    raise AnalysisException(f"Can't extract value {piece} from a value of the type {sql_type};")

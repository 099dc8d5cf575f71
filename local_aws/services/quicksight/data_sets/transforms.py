"""The transforms of a logical table, one function each.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TransformOperation.html
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from local_aws.services.quicksight.data_sets.conditions import condition
from local_aws.services.quicksight.data_sets.dates import strptime_format
from local_aws.services.quicksight.data_sets.parameters import Parameters
from local_aws.services.quicksight.data_sets.relation import Relation, Steps, check_names
from local_aws.services.quicksight.data_sets.types import SQL_TYPES, cast
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.expressions import (
    Compiled,
    ExpressionError,
    Kind,
    Level,
    compile_expression,
    quote,
)

Options = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """What a transform works with."""

    steps: Steps
    parameters: Parameters


def transform(work: Work, relation: Relation, operation: dict[str, Any]) -> Relation:
    """One more transform. Raises InvalidParameter, Unsupported."""
    if len(operation) != 1:
        raise InvalidParameter(f"A TransformOperation has one member, not {len(operation)}")
    kind, options = next(iter(operation.items()))
    for name in ("Source", "Alias"):
        if name in options:
            raise Unsupported(f"{kind}.{name}", "It belongs to DataPrepConfiguration.")
    return TRANSFORMS[kind](work, relation, options)


def _project(work: Work, relation: Relation, options: Options) -> Relation:
    names = list(dict.fromkeys(options["ProjectedColumns"]))
    chosen = ", ".join(relation.known(name) for name in names)
    if not chosen:
        raise InvalidParameter("ProjectOperation.ProjectedColumns is empty")
    return work.steps.add(f"SELECT {chosen} FROM {relation.name}", relation.only(names))  # noqa: S608


def _rename(work: Work, relation: Relation, options: Options) -> Relation:
    old, new = options["ColumnName"], options["NewColumnName"]
    relation.known(old)
    if new in relation.columns and new != old:
        raise InvalidParameter(f"The column {new} exists already")
    chosen = (f"{quote(n)} AS {quote(new if n == old else n)}" for n in relation.columns)
    sql = f"SELECT {', '.join(chosen)} FROM {relation.name}"  # noqa: S608
    return work.steps.add(sql, relation.renamed({old: new}))


def _cast_type(work: Work, relation: Relation, options: Options) -> Relation:
    name, kind = options["ColumnName"], options["NewColumnType"]
    if options.get("SubType") == "FIXED":
        raise Unsupported("The decimal sub-type FIXED", "Use FLOAT.")
    column = relation.known(name)
    made = cast(column, kind)
    if options.get("Format"):
        made = _parsed(column, relation.columns[name], kind, options["Format"])
    chosen = ", ".join(f"{made} AS {column}" if n == name else quote(n) for n in relation.columns)
    work.steps.drop(relation, f"{column} IS NOT NULL AND {made} IS NULL")
    origins = {n: origin for n, origin in relation.origins.items() if n != name}
    sql = (
        f"SELECT {chosen} FROM {relation.name} "  # noqa: S608
        f"WHERE {column} IS NULL OR {made} IS NOT NULL"
    )
    columns = relation.columns | {name: kind}
    return work.steps.add(sql, replace(relation, columns=columns, origins=origins))


def _parsed(column: str, old: str, new: str, form: str) -> str:
    if (old, new) != ("STRING", "DATETIME"):
        raise InvalidParameter(f"A Format is for a STRING that becomes DATETIME, not {old} {new}")
    pattern = strptime_format(form).replace("'", "''")
    return f"CAST(try_strptime({column}, '{pattern}') AS {SQL_TYPES[new]})"


def _create_columns(work: Work, relation: Relation, options: Options) -> Relation:
    kept = [quote(name) for name in relation.columns]
    created = {}
    for column in options["Columns"]:
        name = column["ColumnName"]
        if name in relation.columns or name in created:
            raise InvalidParameter(f"The column {name} exists already")
        created[name] = _expression(work, relation, column["Expression"], name)
    chosen = ", ".join([*kept, *(f"{sql} AS {quote(name)}" for name, sql in created.items())])
    check_names([*relation.columns, *created])
    made = work.steps.add(f"SELECT {chosen} FROM {relation.name}", relation)  # noqa: S608
    types = work.steps.types(made)
    return replace(made, columns=relation.columns | {name: types[name] for name in created})


def _filter(work: Work, relation: Relation, options: Options) -> Relation:
    if len(options) != 1:
        raise InvalidParameter("A FilterOperation has one member")
    kind, value = next(iter(options.items()))
    if kind == "ConditionExpression":
        where = _expression(work, relation, value, "FilterOperation")
    else:
        where = condition(kind, relation.known(value.get("ColumnName", "")), value)
    return work.steps.add(f"SELECT * FROM {relation.name} WHERE {where}", relation)  # noqa: S608


def _tag(_work: Work, relation: Relation, options: Options) -> Relation:
    name, descriptions = options["ColumnName"], dict(relation.descriptions)
    relation.known(name)
    for tag in options["Tags"]:
        if text := tag.get("ColumnDescription", {}).get("Text"):
            descriptions[name] = text
    return replace(relation, descriptions=descriptions)


def _untag(_work: Work, relation: Relation, options: Options) -> Relation:
    name = options["ColumnName"]
    relation.known(name)
    if "COLUMN_DESCRIPTION" not in options["TagNames"]:
        return relation
    kept = {n: text for n, text in relation.descriptions.items() if n != name}
    return replace(relation, descriptions=kept)


def _override(_work: Work, relation: Relation, _options: Options) -> Relation:
    """Its values went to the parent when that was read: `logical.overrides`."""
    return relation


TRANSFORMS: dict[str, Callable[[Work, Relation, Options], Relation]] = {
    "ProjectOperation": _project,
    "RenameColumnOperation": _rename,
    "CastColumnTypeOperation": _cast_type,
    "CreateColumnsOperation": _create_columns,
    "FilterOperation": _filter,
    "TagColumnOperation": _tag,
    "UntagColumnOperation": _untag,
    "OverrideDatasetParameterOperation": _override,
}


def _expression(work: Work, relation: Relation, text: str, where: str) -> str:
    def resolve(name: str) -> Compiled:
        if name not in relation.columns:
            raise ExpressionError(f"The column {name} does not exist")
        return Compiled(quote(name), Kind(relation.columns[name]))

    try:
        compiled = compile_expression(work.parameters.in_expression(text), resolve)
    except ExpressionError as error:
        raise InvalidParameter(f"{where}: {error}") from None
    if compiled.level > Level.ROW or compiled.slots:
        raise Unsupported(f"{where}: an aggregation in a data set")
    return compiled.sql

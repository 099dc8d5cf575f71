"""From a data set's definition to its rows: one physical table and its transforms.

AWS: physical tables, joined and transformed by logical tables
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LogicalTable.html).
Here: one RelationalTable or CustomSql on Athena, and the transforms in `TRANSFORMS`, evaluated by
DuckDB. Joins and other sources are refused by name when the data set is made.
Values that do not fit a column's declared type drop their row, as SPICE does, and are counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from local_aws.services.quicksight.duck import connect
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.expressions import (
    Compiled,
    ExpressionError,
    Kind,
    Level,
    compile_expression,
    quote,
)

SQL_TYPES = {
    "STRING": "VARCHAR",
    "INTEGER": "BIGINT",
    "DECIMAL": "DOUBLE",
    "DATETIME": "TIMESTAMP",
    # QuickSight keeps a boolean as the integers 0 and 1.
    "BIT": "BIGINT",
    "BOOLEAN": "BIGINT",
}
OUTPUT_TYPES = {"BIT": "INTEGER", "BOOLEAN": "INTEGER"}


@dataclass
class Plan:
    """How the rows are made: the query for Athena, the declared columns, then SQL step by step."""

    data_source_arn: str
    query: str
    database: str
    declared: dict[str, str]
    columns: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def output_columns(self) -> list[dict[str, str]]:
        """The data set's columns in AWS's shape."""
        return [
            {"Name": name, "Type": kind}
            | ({"Description": self.descriptions[name]} if name in self.descriptions else {})
            for name, kind in self.columns.items()
        ]

    def typed_sql(self) -> str:
        """The declared columns with their types, over the relation ``fetched``."""
        casts = (f"{_cast(name, kind)} AS {quote(name)}" for name, kind in self.declared.items())
        return f"SELECT {', '.join(casts)} FROM fetched WHERE NOT ({self.misfit_sql()})"  # noqa: S608

    def misfit_sql(self) -> str:
        """True for a row that holds a value which does not fit its declared type."""
        tests = (
            f"({quote(name)} IS NOT NULL AND {_cast(name, kind)} IS NULL)"
            for name, kind in self.declared.items()
        )
        return " OR ".join(tests)

    def sql(self) -> str:
        """The whole preparation as one query over the relation ``fetched``."""
        steps = [self.typed_sql(), *self.steps]
        named = [f"step{number} AS ({step})" for number, step in enumerate(steps)]
        chosen = ", ".join(quote(name) for name in self.columns)
        return f"WITH {', '.join(named)} SELECT {chosen} FROM step{len(steps) - 1}"  # noqa: S608

    def add_step(self, selected: str, where: str = "TRUE") -> None:
        """Put one more query on top of the last."""
        self.steps.append(f"SELECT {selected} FROM step{len(self.steps)} WHERE {where}")  # noqa: S608


def _cast(name: str, kind: str) -> str:
    return f"TRY_CAST({quote(name)} AS {SQL_TYPES[kind]})"


def plan(document: dict[str, Any]) -> Plan:
    """Read a data set's definition. Raises Unsupported, InvalidParameter."""
    physical_id, physical = _only(document["PhysicalTableMap"], "PhysicalTableMap")
    kind, table = _only(physical, "PhysicalTable")
    if kind not in PHYSICAL:
        raise Unsupported(f"The physical table type {kind}", f"Use {' or '.join(PHYSICAL)}.")
    made = PHYSICAL[kind](table)
    made.columns = {n: OUTPUT_TYPES.get(t, t) for n, t in made.declared.items()}
    if document.get("LogicalTableMap"):
        _, logical = _only(document["LogicalTableMap"], "LogicalTableMap")
        _transform(made, physical_id, logical)
    check(made)
    return made


def _only(mapping: dict[str, Any], name: str) -> tuple[str, Any]:
    if not mapping:
        raise InvalidParameter(f"{name} is empty")
    if len(mapping) > 1:
        raise Unsupported(f"{name} with {len(mapping)} tables (a join)", "Join them in a view.")
    return next(iter(mapping.items()))


def _relational(table: dict[str, Any]) -> Plan:
    if table.get("Catalog", "AwsDataCatalog") != "AwsDataCatalog":
        raise Unsupported(f"The catalog {table['Catalog']}", "Use AwsDataCatalog.")
    if not table.get("Schema"):
        raise InvalidParameter("RelationalTable.Schema names the database and is required")
    declared = _declared(table["InputColumns"])
    chosen = ", ".join(quote(name) for name in declared)
    relation = f"{quote(table['Schema'])}.{quote(table['Name'])}"
    query = f"SELECT {chosen} FROM {relation}"  # noqa: S608
    return Plan(table["DataSourceArn"], query, table["Schema"], declared)


def _custom_sql(table: dict[str, Any]) -> Plan:
    if not table.get("Columns"):
        raise InvalidParameter("CustomSql.Columns is required")
    declared = _declared(table["Columns"])
    return Plan(table["DataSourceArn"], table["SqlQuery"], "default", declared)


PHYSICAL = {"RelationalTable": _relational, "CustomSql": _custom_sql}


def _declared(columns: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        if column["Type"] not in SQL_TYPES:
            raise Unsupported(f"The column type {column['Type']} of {column['Name']}")
        if column["Name"] in found:
            raise InvalidParameter(f"The column {column['Name']} is declared twice")
        found[column["Name"]] = column["Type"]
    if not found:
        raise InvalidParameter("A table needs at least one column")
    return found


def _transform(made: Plan, physical_id: str, logical: dict[str, Any]) -> None:
    source, value = _only(logical["Source"], "LogicalTable.Source")
    if source != "PhysicalTableId":
        raise Unsupported(f"The logical table source {source}")
    if value != physical_id:
        raise InvalidParameter(f"The physical table {value} is not in PhysicalTableMap")
    for operation in logical.get("DataTransforms", []):
        kind, options = _only(operation, "TransformOperation")
        if kind not in TRANSFORMS:
            raise Unsupported(f"The transform {kind}", f"These are: {', '.join(TRANSFORMS)}.")
        TRANSFORMS[kind](made, options)


def _known(made: Plan, name: str) -> str:
    if name not in made.columns:
        raise InvalidParameter(f"The column {name} is not in the data set at that step")
    return quote(name)


def _project(made: Plan, options: dict[str, Any]) -> None:
    names = options["ProjectedColumns"]
    made.add_step(", ".join(_known(made, name) for name in names))
    made.columns = {name: made.columns[name] for name in names}


def _rename(made: Plan, options: dict[str, Any]) -> None:
    old, new = options["ColumnName"], options["NewColumnName"]
    _known(made, old)
    if new in made.columns and new != old:
        raise InvalidParameter(f"The column {new} exists already")
    made.add_step(", ".join(f"{quote(n)} AS {quote(new if n == old else n)}" for n in made.columns))
    made.columns = {new if n == old else n: t for n, t in made.columns.items()}


def _cast_type(made: Plan, options: dict[str, Any]) -> None:
    name, kind = options["ColumnName"], options["NewColumnType"]
    if options.get("Format"):
        raise Unsupported("CastColumnTypeOperation.Format", "Cast the column in a view.")
    if options.get("SubType") == "FIXED":
        raise Unsupported("The decimal sub-type FIXED", "Use FLOAT.")
    column = _known(made, name)
    cast = f"TRY_CAST({column} AS {SQL_TYPES[kind]})"
    chosen = (f"{cast} AS {column}" if n == name else quote(n) for n in made.columns)
    made.add_step(", ".join(chosen), f"{column} IS NULL OR {cast} IS NOT NULL")
    made.columns[name] = kind


def _create_columns(made: Plan, options: dict[str, Any]) -> None:
    before = dict(made.columns)
    created = {}
    for column in options["Columns"]:
        name = column["ColumnName"]
        if name in made.columns:
            raise InvalidParameter(f"The column {name} exists already")
        created[name] = _row_expression(before, column["Expression"], name)
        made.columns[name] = "STRING"
    kept = [quote(name) for name in before]
    made.add_step(", ".join([*kept, *(f"{sql} AS {quote(n)}" for n, sql in created.items())]))
    for name in created:
        made.columns[name] = _type_of(made, name)


def _filter(made: Plan, options: dict[str, Any]) -> None:
    if "ConditionExpression" not in options:
        raise Unsupported(f"The filter {', '.join(options)}", "Use ConditionExpression.")
    condition = _row_expression(made.columns, options["ConditionExpression"], "FilterOperation")
    made.add_step("*", condition)


def _tag(made: Plan, options: dict[str, Any]) -> None:
    _known(made, options["ColumnName"])
    for tag in options["Tags"]:
        text = tag.get("ColumnDescription", {}).get("Text")
        if text:
            made.descriptions[options["ColumnName"]] = text


TRANSFORMS: dict[str, Callable[[Plan, dict[str, Any]], None]] = {
    "ProjectOperation": _project,
    "RenameColumnOperation": _rename,
    "CastColumnTypeOperation": _cast_type,
    "CreateColumnsOperation": _create_columns,
    "FilterOperation": _filter,
    "TagColumnOperation": _tag,
}


def _row_expression(columns: dict[str, str], text: str, where: str) -> str:
    def resolve(name: str) -> Compiled:
        if name not in columns:
            raise ExpressionError(f"The column {name} does not exist")
        return Compiled(quote(name), Kind(columns[name]))

    try:
        compiled = compile_expression(text, resolve)
    except ExpressionError as error:
        raise InvalidParameter(f"{where}: {error}") from None
    if compiled.level > Level.ROW or compiled.slots:
        raise Unsupported(f"{where}: an aggregation in a data set")
    return compiled.sql


def check(made: Plan) -> None:
    """Bind the whole preparation over no rows: what DuckDB cannot type is refused now."""
    _describe(made)


def _type_of(made: Plan, name: str) -> str:
    kinds = {row[0]: str(row[1]) for row in _describe(made)}
    return column_type(kinds[name])


def _describe(made: Plan) -> list[tuple[Any, ...]]:
    with connect() as connection:
        empty = (f"NULL::VARCHAR AS {quote(name)}" for name in made.declared)
        connection.execute(f"CREATE TEMP VIEW fetched AS SELECT {', '.join(empty)}")
        try:
            described = connection.execute(f"DESCRIBE {made.sql()}")
            found: list[tuple[Any, ...]] = described.fetchall()
            return found
        except duckdb.Error as error:
            raise InvalidParameter(f"The data set's columns do not fit: {error}") from None


def column_type(sql_type: str) -> str:
    """QuickSight's column type for one of DuckDB's."""
    if sql_type in ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"):
        return "INTEGER"
    if sql_type in ("DOUBLE", "FLOAT") or sql_type.startswith("DECIMAL"):
        return "DECIMAL"
    return "DATETIME" if sql_type == "DATE" or sql_type.startswith("TIMESTAMP") else "STRING"

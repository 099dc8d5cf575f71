"""Physical tables: where rows come from.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PhysicalTable.html
A data set that a logical table names by its ARN is a source too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.quicksight.data_sets.parameters import Parameters
from local_aws.services.quicksight.data_sets.types import OUTPUT_TYPES, declared
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.expressions import quote

FORMATS = ("CSV", "TSV", "CLF", "JSON")


@dataclass(frozen=True)
class Source:
    """Rows from elsewhere: ``name`` is the relation that holds them, ``arn`` what is asked."""

    name: str
    arn: str
    declared: dict[str, str]

    def types(self) -> dict[str, str]:
        """The columns' types as a data set has them."""
        return {name: OUTPUT_TYPES.get(kind, kind) for name, kind in self.declared.items()}


@dataclass(frozen=True)
class AthenaQuery(Source):
    """What Athena is asked."""

    query: str
    database: str

    def since(self, column: str, moment: str) -> "AthenaQuery":
        """Only the rows from a moment on: ``moment`` is ISO 8601 without a zone."""
        # The line break ends a comment at the end of somebody's own SQL.
        query = (
            f"SELECT * FROM ({self.query}\n) AS windowed "  # noqa: S608
            f"WHERE {quote(column)} >= TIMESTAMP '{moment}'"
        )
        return AthenaQuery(self.name, self.arn, self.declared, query, self.database)


@dataclass(frozen=True)
class S3Files(Source):
    """The files that a data source's manifest names, and how to read them."""

    upload: dict[str, Any]


@dataclass(frozen=True)
class Parent(Source):
    """Another data set; ``values`` for its parameters."""

    values: dict[str, list[Any]] = field(default_factory=dict)


def read_physical(name: str, physical: dict[str, Any], parameters: Parameters) -> Source:
    """A PhysicalTable as a source. Raises InvalidParameter, Unsupported."""
    if len(physical) != 1:
        raise InvalidParameter(f"A PhysicalTable has one member, not {len(physical)}")
    kind, table = next(iter(physical.items()))
    if kind not in KINDS:
        raise Unsupported(f"The physical table type {kind}", f"Use {' or '.join(KINDS)}.")
    return KINDS[kind](name, table, parameters)


def _relational(name: str, table: dict[str, Any], _parameters: Parameters) -> AthenaQuery:
    if table.get("Catalog", "AwsDataCatalog") != "AwsDataCatalog":
        raise Unsupported(f"The catalog {table['Catalog']}", "Use AwsDataCatalog.")
    if not table.get("Schema"):
        raise InvalidParameter("RelationalTable.Schema names the database and is required")
    columns = declared(table["InputColumns"])
    chosen = ", ".join(quote(column) for column in columns)
    query = f"SELECT {chosen} FROM {quote(table['Schema'])}.{quote(table['Name'])}"  # noqa: S608
    return AthenaQuery(name, table["DataSourceArn"], columns, query, table["Schema"])


def _custom_sql(name: str, table: dict[str, Any], parameters: Parameters) -> AthenaQuery:
    if not table.get("Columns"):
        raise InvalidParameter("CustomSql.Columns is required")
    columns = declared(table["Columns"])
    query = re.sub(r"[\s;]+$", "", parameters.in_sql(table["SqlQuery"]))
    return AthenaQuery(name, table["DataSourceArn"], columns, query, "default")


def _s3_source(name: str, table: dict[str, Any], _parameters: Parameters) -> S3Files:
    upload = table.get("UploadSettings", {})
    kind = upload.get("Format", "CSV")
    if kind not in FORMATS:
        raise Unsupported(f"The file format {kind}", f"These are: {', '.join(FORMATS)}.")
    if upload.get("CustomCellAddressRange"):
        raise Unsupported("UploadSettings.CustomCellAddressRange")
    return S3Files(name, table["DataSourceArn"], declared(table["InputColumns"]), upload)


KINDS: dict[str, Callable[[str, dict[str, Any], Parameters], Source]] = {
    "RelationalTable": _relational,
    "CustomSql": _custom_sql,
    "S3Source": _s3_source,
}

"""From a data set's definition to its rows: sources, then SQL step by step.

AWS: physical tables, joined and transformed by logical tables
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LogicalTable.html).
Here: the same, joins and transforms evaluated by DuckDB over the sources' relations.
Values that do not fit a column's declared type drop their row, as SPICE does, and are counted.
"""

from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.data_sets.logical import LogicalTables
from local_aws.services.quicksight.data_sets.parameters import Parameters, Values
from local_aws.services.quicksight.data_sets.physical import AthenaQuery, Source
from local_aws.services.quicksight.data_sets.relation import Relation, Steps
from local_aws.services.quicksight.data_sets.transforms import Work
from local_aws.services.quicksight.data_sets.types import MAX_COLUMNS, SQL_TYPES, column_type
from local_aws.services.quicksight.duck import connect
from local_aws.services.quicksight.errors import InvalidParameter, LimitExceeded
from local_aws.services.quicksight.expressions import quote

__all__ = ["SQL_TYPES", "Plan", "column_type", "plan"]


@dataclass(frozen=True)
class Plan:
    """How the rows are made: what to ask whom, and the query over the answers."""

    sources: list[Source]
    relation: Relation
    steps: Steps

    @property
    def columns(self) -> dict[str, str]:
        """The data set's columns: QuickSight's type by name, in order."""
        return self.relation.columns

    def output_columns(self) -> list[dict[str, str]]:
        """The data set's columns in AWS's shape."""
        texts = self.relation.descriptions
        return [
            {"Name": name, "Type": kind} | ({"Description": texts[name]} if name in texts else {})
            for name, kind in self.columns.items()
        ]

    def sql(self) -> str:
        """The whole preparation as one query over the sources' relations."""
        chosen = ", ".join(quote(name) for name in self.columns)
        return self.steps.query(f"SELECT {chosen} FROM {self.relation.name}")  # noqa: S608

    def dropped_sql(self) -> str | None:
        """How many rows are dropped for their values; None where none can be."""
        counts = " + ".join(f"({count})" for count in self.steps.drops)
        return f"SELECT {counts}" if counts else None

    def since(self, column: str, moment: str) -> list[Source]:
        """The sources, asked only for what is new where the window's column is their own."""
        name, original = self.relation.origins.get(column, ("", ""))
        return [
            source.since(original, moment)
            if isinstance(source, AthenaQuery) and source.name == name
            and source.declared[original] == "DATETIME"
            else source
            for source in self.sources
        ]  # fmt: skip


def plan(document: dict[str, Any], values: Values | None = None, prefix: str = "") -> Plan:
    """Read a data set's definition. Raises Unsupported, InvalidParameter, LimitExceeded.

    ``values`` are those of its parameters that are not at their defaults; ``prefix`` goes before
    the names of the sources' relations.
    """
    if not document["PhysicalTableMap"] and not document.get("LogicalTableMap"):
        raise InvalidParameter("PhysicalTableMap is empty")
    parameters = Parameters(document.get("DatasetParameters") or [], values)
    with connect() as empty:
        steps = Steps(empty)
        tables = LogicalTables(document, Work(steps, parameters), prefix)
        relation = tables.root()
        steps.types(relation)  # what DuckDB cannot bind is refused now
    if len(relation.columns) > MAX_COLUMNS:
        raise LimitExceeded("DATA_SET", f"{len(relation.columns)} columns: {MAX_COLUMNS} at most")
    return Plan(tables.sources, relation, steps)

"""Logical tables: physical tables, other data sets and joins, each with its transforms.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LogicalTable.html
The data set is the one logical table that no other one uses.
"""

import re
from collections.abc import Iterator
from typing import Any

from local_aws.services.quicksight.data_sets.parameters import Parameters
from local_aws.services.quicksight.data_sets.physical import Parent, Source, read_physical
from local_aws.services.quicksight.data_sets.relation import Relation
from local_aws.services.quicksight.data_sets.transforms import Work, transform
from local_aws.services.quicksight.data_sets.types import declared
from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.expressions import quote

NUMBERS = {"INTEGER", "DECIMAL"}
JOINS = {"INNER": "INNER", "LEFT": "LEFT", "RIGHT": "RIGHT", "OUTER": "FULL"}
NAME = r"(?:\{([^{}]+)\}|([\w$.\[\]-]+))"
TERM = re.compile(rf"\s*{NAME}\s*=\s*{NAME}\s*(?:(?:\bAND\b)(?=.)|$)", re.I | re.S)
Table = dict[str, Any]


def parents(document: dict[str, Any]) -> list[str]:
    """The ARNs of the data sets that a data set is made of."""
    tables = (document.get("LogicalTableMap") or {}).values()
    found = (table["Source"].get("DataSetArn") for table in tables)
    return list(dict.fromkeys(arn for arn in found if arn))


class LogicalTables:
    """The tables of one data set, read from the last to its sources."""

    def __init__(self, document: dict[str, Any], work: Work, prefix: str = "") -> None:
        self.document, self.work, self.prefix = document, work, prefix
        self.tables: dict[str, Table] = document.get("LogicalTableMap") or {}
        self.sources: list[Source] = []
        self._under_way: list[str] = []

    def root(self) -> Relation:
        """The data set itself. Raises InvalidParameter, Unsupported."""
        if not self.tables:
            return self._physical(self._only(list(self.document["PhysicalTableMap"]), "physical"))
        used = {operand for table in self.tables.values() for operand in _operands(table)}
        ends = [name for name in self.tables if name not in used]
        return self._logical(self._only(ends, "logical"))

    def _only(self, names: list[str], kind: str) -> str:
        if len(names) == 1:
            return names[0]
        if not names:
            raise InvalidParameter(f"There is no {kind} table that no other one uses")
        raise InvalidParameter(f"The {kind} tables {', '.join(sorted(names))} are not joined")

    def _logical(self, name: str) -> Relation:
        if name not in self.tables:
            raise InvalidParameter(f"The logical table {name} is not in LogicalTableMap")
        if name in self._under_way:
            raise InvalidParameter(f"The logical table {name} is made of itself")
        self._under_way.append(name)
        table = self.tables[name]
        relation = self._source(table)
        for operation in table.get("DataTransforms", []):
            relation = transform(self.work, relation, operation)
        self._under_way.pop()
        return relation

    def _source(self, table: Table) -> Relation:
        source = table["Source"]
        if len(source) != 1:
            raise InvalidParameter(f"A LogicalTableSource has one member, not {len(source)}")
        kind, value = next(iter(source.items()))
        if kind == "PhysicalTableId":
            return self._physical(value)
        return self._parent(table, value) if kind == "DataSetArn" else self._join(value)

    def _physical(self, name: str) -> Relation:
        if name not in self.document["PhysicalTableMap"]:
            raise InvalidParameter(f"The physical table {name} is not in PhysicalTableMap")
        physical = self.document["PhysicalTableMap"][name]
        return self._add(read_physical(self._next(), physical, self.work.parameters))

    def _parent(self, table: Table, arn: str) -> Relation:
        known = self.document.get("Parents", {}).get(arn)
        if known is None:
            raise InvalidParameter(f"The data set {arn} does not exist")
        values = overrides(table, self.work.parameters, self.document.get("DatasetParameters", []))
        return self._add(Parent(self._next(), arn, declared(known), values))

    def _next(self) -> str:
        return f"{self.prefix}source{len(self.sources)}"

    def _add(self, source: Source) -> Relation:
        self.sources.append(source)
        return self.work.steps.source(source)

    def _join(self, join: dict[str, Any]) -> Relation:
        left, right = self._logical(join["LeftOperand"]), self._logical(join["RightOperand"])
        if both := sorted(set(left.columns) & set(right.columns)):
            raise InvalidParameter(
                f"Both sides of a join have the column {', '.join(both)}: rename it on one side"
            )
        keys = [_key(left, right, *pair) for pair in _keys(join["OnClause"], left, right)]
        chosen = ", ".join(
            [*(f"l.{quote(n)}" for n in left.columns), *(f"r.{quote(n)}" for n in right.columns)]
        )
        sql = (
            f"SELECT {chosen} FROM {left.name} AS l "  # noqa: S608
            f"{JOINS[join['Type']]} JOIN {right.name} AS r ON {' AND '.join(keys)}"
        )
        joined = Relation(
            "", left.columns | right.columns, {}, left.descriptions | right.descriptions
        )
        return self.work.steps.add(sql, joined)


def _operands(table: Table) -> Iterator[str]:
    join = table["Source"].get("JoinInstruction")
    if join:
        yield from (join["LeftOperand"], join["RightOperand"])


def _key(left: Relation, right: Relation, a: str, b: str) -> str:
    """Two columns that are equal. Raises InvalidParameter where they never can be."""
    test = f"l.{left.known(a)} = r.{right.known(b)}"
    kinds = {left.columns[a], right.columns[b]}
    if len(kinds) > 1 and kinds != NUMBERS:
        raise InvalidParameter(f"{a} and {b} of a join are of types that do not fit: {kinds}")
    return test


def _keys(clause: str, left: Relation, right: Relation) -> Iterator[tuple[str, str]]:
    """The pairs of columns of an OnClause, the left table's first. Raises InvalidParameter."""
    position = 0
    while position < len(clause):
        found = TERM.match(clause, position)
        if found is None:
            raise InvalidParameter(
                f"The OnClause {clause} is not {{a}} = {{b}} [AND {{c}} = {{d}}]"
            )
        position = found.end()
        first, second = found[1] or found[2], found[3] or found[4]
        turned = first not in left.columns and first in right.columns
        yield (second, first) if turned else (first, second)


def overrides(
    table: Table, parameters: Parameters, declared_here: list[dict[str, Any]]
) -> dict[str, list[Any]]:
    """The values that a logical table gives to its parent's parameters, by their names there."""
    own = {next(iter(item.values()))["Name"] for item in declared_here}
    found: dict[str, list[Any]] = {}
    for operation in table.get("DataTransforms", []):
        options = operation.get("OverrideDatasetParameterOperation")
        if options is None:
            continue
        name = options["ParameterName"]
        given = options.get("NewDefaultValues", {})
        if options.get("NewParameterName") in own:
            found[name] = parameters.values(options["NewParameterName"])
        elif given:
            found[name] = list(next(iter(given.values())))
    return found

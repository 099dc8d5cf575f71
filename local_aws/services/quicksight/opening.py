"""Data sets as relations of one DuckDB connection, as one reader may see them.

Every read goes this way: a dashboard's, an ingestion's of a child data set, that of the rules
themselves (as the account).
"""

import os
from pathlib import Path

import duckdb

from local_aws.database import Row
from local_aws.duckdb_files import path_literal
from local_aws.services.quicksight import security
from local_aws.services.quicksight.data_sets.logical import parents
from local_aws.services.quicksight.data_sets.parameters import Values
from local_aws.services.quicksight.data_sets.physical import AthenaQuery, Parent, S3Files, Source
from local_aws.services.quicksight.directory import NAMESPACE
from local_aws.services.quicksight.errors import IngestionFailed, NoDataYet, QueryRefused
from local_aws.services.quicksight.expressions import quote
from local_aws.services.quicksight.fetching import Answers, check_columns
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.preparation import plan
from local_aws.services.quicksight.readers import ACCOUNT, Reader

TRIES = 3
BARRIER = 2**63 - 1


class Opening:
    """What makes the relations; ``answers`` is how the sources' rows come."""

    def __init__(
        self, store: Store, connection: duckdb.DuckDBPyConnection, reader: Reader, answers: Answers
    ) -> None:
        self.store, self.connection = store, connection
        self.reader, self.answers = reader, answers

    def view(self, name: str, row: Row, values: Values | None = None) -> None:
        """A data set as the view ``name``. Raises QueryRefused, IngestionFailed."""
        relation = self._rows(name, row, values or {})
        secured = self._secured(row, relation)
        self.connection.execute(f"CREATE TEMP VIEW {name} AS {secured}")

    def attach(self, source: Source) -> None:
        """A source's rows as the relation that it names."""
        if isinstance(source, Parent):
            self._attach_parent(source)
        elif isinstance(source, AthenaQuery):
            self.answers.athena(self.connection, source)
        elif isinstance(source, S3Files):
            self.answers.files(self.connection, source)

    def _attach_parent(self, source: Parent) -> None:
        row = self._find(source.arn)
        if row is None:
            raise IngestionFailed("SPICE_TABLE_NOT_FOUND", f"The data set {source.arn} is gone")
        whole = f"{source.name}_whole"
        self.view(whole, row, source.values)
        hidden = security.hidden_columns(row["document"], self.reader) & set(source.declared)
        if hidden:
            raise QueryRefused(f"You may not see {', '.join(sorted(hidden))} of {row['id']}.")
        names = check_columns(self._columns(f"SELECT * FROM {whole}"), source)  # noqa: S608
        chosen = ", ".join(
            f"{quote(given)} AS {quote(name)}"
            for given, name in zip(names, source.declared, strict=True)
        )
        self.connection.execute(
            f"CREATE TEMP VIEW {source.name} AS SELECT {chosen} FROM {whole}"  # noqa: S608
        )

    def _rows(self, name: str, row: Row, values: Values) -> str:
        """All rows of a data set as a query."""
        document = row["document"]
        if document["ImportMode"] == "SPICE":
            self._check_ancestors(row)
            return f"SELECT * FROM read_parquet({path_literal(self._extract(row['id']))})"  # noqa: S608
        made = plan(document, values, f"{name}_")
        for source in made.sources:
            self.attach(source)
        return made.sql()

    def _extract(self, data_set: str) -> Path:
        for _attempt in range(TRIES):  # between the look and the open it may be replaced
            extract = self.store.extract(data_set)
            if extract is None:
                raise _why_empty(self.store, data_set)
            path = self.answers.folder / str(extract["file"])
            if os.access(path, os.R_OK):
                return path
        raise QueryRefused(f"The extract of the data set {data_set} is missing; refresh it.")

    def _check_ancestors(self, row: Row) -> None:
        """An extract has all rows of its parents: what is secured there would be lost in it."""
        for ancestor in ancestors(self.store, row):
            if security.is_secured(ancestor["document"]) and not self._owns(ancestor):
                raise QueryRefused(
                    f"The data set {row['id']} is an extract of {ancestor['id']}, which has got"
                    " row- or column-level security: make it a direct query."
                )

    def _secured(self, row: Row, relation: str) -> str:
        """The query with no row and no column that the reader may not see."""
        hidden = security.hidden_columns(row["document"], self.reader)
        restricted = self._is_restricted(row)
        if not (hidden or restricted):
            return relation
        columns = self._columns(relation)
        if hidden:
            # The extract may be of before an edit, with columns under names that no rule has now.
            hidden |= set(columns) - set(plan(row["document"]).columns)
        condition = self._condition(row["document"], columns) if restricted else security.EVERYTHING
        visible = ", ".join(quote(name) for name in columns if name not in hidden)
        if not visible:
            raise QueryRefused("You may see no column of this data set.")
        seen = f"SELECT {visible} FROM ({relation}) AS rows WHERE {condition}"  # noqa: S608
        # Through a limit DuckDB moves no condition. Else it may test a query's own ones first, and
        # an error of theirs names a value of a row that is hidden.
        return f"{seen} LIMIT {BARRIER}"

    def _is_restricted(self, row: Row) -> bool:
        """Whether rules say which rows the reader sees."""
        document = row["document"]
        ruled = security.user_rules(document) or security.tag_rules(document)
        return bool(ruled) and not self._owns(row)

    def _condition(self, document: security.Document, columns: list[str]) -> str:
        users, tags = security.user_rules(document), security.tag_rules(document)
        if self.reader.tags is not None:
            return security.tags_condition(tags, self.reader.tags) if tags else security.NOTHING
        if users is None or (users.get("Namespace") or NAMESPACE) != self.reader.namespace:
            return security.NOTHING
        names, rules = self._rules(users)
        identities = set(security.identity_columns(users, names).values())
        restricted = [name for name in names if name not in identities]
        if unknown := sorted(set(restricted) - set(columns)):
            raise QueryRefused(f"The row-level security's rules: no column {', '.join(unknown)}")
        return security.rules_condition(rules, restricted)

    def _rules(self, configuration: security.Document) -> tuple[list[str], list[security.Rule]]:
        """The rules' columns, and the rules that are for the reader."""
        row = self._find(configuration["Arn"])
        if row is None:
            raise QueryRefused("The data set of the row-level security's rules does not exist.")
        with self.connection.cursor() as connection:
            try:
                Opening(self.store, connection, ACCOUNT, self.answers).view("rules", row)
                answer = connection.execute("SELECT * FROM rules")
            except (QueryRefused, IngestionFailed, duckdb.Error) as error:
                raise QueryRefused(f"The row-level security's rules: {error}") from error
            names = [str(column[0]) for column in answer.description or ()]
            identities = security.identity_columns(configuration, names)
            rules = (_texts(names, values) for values in iter(answer.fetchone, None))
            return names, [r for r in rules if security.is_for(self.reader, identities, r)]

    def _columns(self, relation: str) -> list[str]:
        return [str(row[0]) for row in self.connection.execute(f"DESCRIBE {relation}").fetchall()]

    def _owns(self, row: Row) -> bool:
        return self.reader.owns(self.store, self.store.arn(DATA_SET, row["id"]))

    def _find(self, arn: str) -> Row | None:
        return self.store.find(DATA_SET, arn.removeprefix(self.store.arn(DATA_SET, "")))


def _texts(names: list[str], values: tuple[object, ...]) -> dict[str, str | None]:
    """A rule's cells; an empty text is no value."""
    return {n: None if v is None or v == "" else str(v) for n, v in zip(names, values, strict=True)}


def ancestors(store: Store, row: Row) -> list[Row]:
    """The data sets that a data set is made of, and those that they are made of."""
    found: dict[str, Row] = {}
    waiting = parents(row["document"])
    while waiting:
        arn = waiting.pop()
        parent = store.find(DATA_SET, arn.removeprefix(store.arn(DATA_SET, "")))
        if parent is not None and parent["id"] not in found:
            found[parent["id"]] = parent
            waiting += parents(parent["document"])
    return list(found.values())


def _why_empty(store: Store, data_set: str) -> QueryRefused:
    last = next(iter(store.ingestions(data_set)), None)
    if last is None:
        return NoDataYet("No data yet: this data set was never refreshed.")
    if last["status"] == "FAILED":
        why = f"{last['error_type']}): {last['error_message']}"
        return QueryRefused(f"No data: the refresh failed ({why}")
    return NoDataYet(f"No data yet: the first refresh is {last['status'].lower()}.")

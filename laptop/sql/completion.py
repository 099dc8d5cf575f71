"""Completion at the prompt: tables, columns, functions and keywords, as the catalog has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from botocore.exceptions import BotoCoreError, ClientError
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from laptop.sql.query import Asker, QueryRefused

# The words of https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html that begin or join
# the clauses of a statement, and those of Hive's DDL.
_WORDS = """
ADD ALL ALTER AND ARRAY AS ASC BETWEEN BY CASE CAST COLUMNS CREATE CROSS CUBE CURRENT_DATE
CURRENT_TIMESTAMP DATABASE DATABASES DATE DEALLOCATE DESC DESCRIBE DISTINCT DROP ELSE END ESCAPE
EXCEPT EXECUTE EXISTS EXPLAIN EXTERNAL EXTRACT FALSE FILTER FIRST FOLLOWING FROM FULL FUNCTIONS
GROUP GROUPING HAVING IF IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN LAST LATERAL LEFT LIKE
LIMIT LOCATION MAP MSCK NOT NULL NULLS OFFSET ON OR ORDER ORDINALITY OUTER OVER PARTITION
PARTITIONED PARTITIONS PRECEDING PREPARE RANGE RENAME REPAIR REPLACE RIGHT ROLLUP ROW ROWS SCHEMA
SELECT SET SETS SHOW STORED TABLE TABLES TBLPROPERTIES THEN TIMESTAMP TO TRUE TRY_CAST UNBOUNDED
UNION UNLOAD UNNEST USING VALUES VIEW VIEWS WHEN WHERE WITH
"""
KEYWORDS = tuple(_WORDS.split())
_WORD = re.compile(r'[\w$."]*$')
_TABLES_IN = re.compile(r'\b(?:FROM|JOIN|INTO|TABLE|VIEW|DESCRIBE)\s+([\w."]+)', re.IGNORECASE)
_WANTS_TABLE = re.compile(
    r'\b(?:FROM|JOIN|INTO|TABLE|VIEW|DESCRIBE|IN|PARTITIONS)\s+[\w$."]*$', re.IGNORECASE
)


class Catalog:
    """Names as Glue and Athena tell them, asked for once until `forget`."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._columns: dict[tuple[str, str], list[str]] = {}
        self._tables: dict[str, list[str]] = {}

    def forget(self) -> None:
        """A statement may have changed the catalog."""
        self._columns.clear()
        self._tables.clear()
        self.__dict__.pop("databases", None)

    @cached_property
    def databases(self) -> list[str]:
        pages = self._asker.aws.glue.get_paginator("get_databases").paginate()
        return [database["Name"] for page in pages for database in page["DatabaseList"]]

    @cached_property
    def functions(self) -> list[str]:
        return sorted({row[0] or "" for row in self._asker.ask("SHOW FUNCTIONS").rows})

    def tables(self, database: str) -> list[str]:
        """The tables of a database, with their columns noted; none of one that is not there."""
        if database not in self._tables:
            pages = self._asker.aws.glue.get_paginator("get_tables")
            found = []
            for page in pages.paginate(DatabaseName=database) if database in self.databases else ():
                found += page["TableList"]
            for table in found:
                keys = table.get("PartitionKeys") or []
                columns = [*table.get("StorageDescriptor", {}).get("Columns", []), *keys]
                self._columns[database, table["Name"]] = [column["Name"] for column in columns]
            self._tables[database] = [table["Name"] for table in found]
        return self._tables[database]

    def columns(self, name: str) -> list[str]:
        """Of a table as a statement writes it: `table` or `database.table`."""
        parts = name.replace('"', "").lower().split(".")
        database = parts[-2] if len(parts) > 1 else self._asker.database
        self.tables(database)
        return self._columns.get((database, parts[-1]), [])


class SqlCompleter(Completer):
    """After FROM and its like tables and databases, elsewhere columns, functions and keywords."""

    def __init__(self, asker: Asker, catalog: Catalog) -> None:
        self._asker = asker
        self._catalog = catalog

    def get_completions(
        self, document: Document, _complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        before = document.text_before_cursor
        found = _WORD.search(before)
        word = found[0] if found else ""
        try:
            yield from self._fitting(word, before, document.text)
        except (ClientError, BotoCoreError, QueryRefused):
            return  # without a catalog there is nothing to offer; the statement will say why

    def _fitting(self, word: str, before: str, statement: str) -> Iterator[Completion]:
        qualifier, _, last = word.rpartition(".")
        offered: set[str] = set()
        for name, kind in self._names(qualifier, before, statement):
            fits = name.lower().startswith(last.lower()) and bool(last or qualifier)
            if fits and name not in offered:
                offered.add(name)
                yield Completion(name, start_position=-len(last), display_meta=kind)

    def _names(self, qualifier: str, before: str, statement: str) -> Iterator[tuple[str, str]]:
        if qualifier:
            yield from ((name, "table") for name in self._catalog.tables(qualifier.strip('"')))
            yield from ((name, "column") for name in self._aliased(qualifier, statement))
            return
        if _WANTS_TABLE.search(before):
            yield from ((name, "table") for name in self._catalog.tables(self._asker.database))
            yield from ((name, "database") for name in self._catalog.databases)
            return
        for table in _TABLES_IN.findall(statement):
            yield from ((name, "column") for name in self._catalog.columns(table))
        yield from ((word, "keyword") for word in KEYWORDS)
        yield from ((name, "function") for name in self._catalog.functions)

    def _aliased(self, qualifier: str, statement: str) -> list[str]:
        """The columns of the table that the qualifier names or is an alias of."""
        alias = re.escape(qualifier.strip('"'))
        pattern = rf'\b(?:FROM|JOIN)\s+([\w."]+)\s+(?:AS\s+)?{alias}\b'
        found = re.search(pattern, statement, re.IGNORECASE)
        return self._catalog.columns(found[1] if found else qualifier)

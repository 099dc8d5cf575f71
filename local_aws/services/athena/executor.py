"""Runs one statement from its text to its result objects in S3."""

# ruff: noqa: ARG002 - every kind of statement is run with the job and its cursor
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from local_aws.services.athena import results, statements
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.hive_ddl import Command, parse
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.show import COLUMNS, Show
from local_aws.services.athena.statements import Kind
from local_aws.services.athena.store import Store
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.views import view_columns, view_input
from local_aws.services.athena.writes import Writer, Written
from local_aws.services.glue.errors import EntityNotFoundException
from local_aws.services.s3.model import parse_uri


@dataclass
class Job:
    """A statement on its way."""

    id: str
    text: str
    database: str
    workgroup: str
    kind: Kind
    output: str
    cutoff: int | None = None


@dataclass
class Outcome:
    """What GetQueryResults and the statistics need to know afterwards."""

    columns: list[dict[str, Any]] = field(default_factory=list)
    update_count: int | None = None
    bytes: int = 0
    rows: int = 0
    manifest: str | None = None


class BytesExceeded(Exception):
    """The workgroup's BytesScannedCutoffPerQuery."""


class Executor:
    """A method a kind of statement."""

    def __init__(self, engine: AthenaEngine, store: Store) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.store = store

    def run(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        outcome: Outcome = getattr(self, f"_{job.kind.name}")(job, cursor)
        if outcome.columns:
            self._put(job.output + ".metadata", results.metadata_object(job.id, outcome.columns))
        return outcome

    def _put(self, uri: str, data: bytes) -> None:
        bucket, key = parse_uri(uri)
        self.platform.s3.put(bucket, key, data)

    def _text(self, job: Job, lines: list[str]) -> None:
        self._put(job.output, "".join(f"{line}\n" for line in lines).encode())

    def _select(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        translation = self.engine.translate(job.text, job.database, cursor)
        self._check_cutoff(job, translation.bytes)
        columns = [results.column_info(n, k) for n, k in translation.columns]
        rows = self.engine.run_to_csv(translation, self._scratch(job), cursor)
        self.platform.s3.take(*parse_uri(job.output), self._scratch(job))
        return Outcome(columns, 0, translation.bytes, rows)

    def _scratch(self, job: Job) -> Path:
        return self.platform.scratch("athena-results") / job.id

    def _check_cutoff(self, job: Job, size: int) -> None:
        if job.cutoff is not None and size > job.cutoff:
            raise BytesExceeded

    # --- writes

    def _writer(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Writer:
        return Writer(self.engine, cursor, job.database, job.id)

    def _ctas(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        write = statements.parse_ctas(job.text)
        if "external_location" in write.properties and self._decides_location(job):
            raise QueryFailed(
                "",
                "The Create Table As Select query failed because it was submitted with an"
                " 'external_location' property to an Athena Workgroup that enforces a centralized"
                " output location for all queries. Please remove the 'external_location' property"
                " and resubmit the query.",
            )
        written = self._writer(job, cursor).create_table(write, job.output)
        return self._written(job, written, [results.column_info("rows", t.BIGINT)])

    def _decides_location(self, job: Job) -> bool:
        """Whether the workgroup says where results go, whatever a query asks for."""
        found = (self.store.workgroup(job.workgroup) or {}).get("Configuration") or {}
        place = (found.get("ResultConfiguration") or {}).get("OutputLocation")
        return bool(place and found.get("EnforceWorkGroupConfiguration"))

    def _insert(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        written = self._writer(job, cursor).insert(statements.parse_insert(job.text))
        return self._written(job, written, [results.column_info("rows", t.BIGINT)])

    def _unload(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        written = self._writer(job, cursor).unload(statements.parse_unload(job.text))
        return self._written(job, written, [results.column_info("rows", t.BIGINT)])

    def _written(self, job: Job, written: Written, columns: list[dict[str, Any]]) -> Outcome:
        manifest = f"{job.output}-manifest.csv"
        self._put(manifest, "".join(f"{uri}\n" for uri in written.files).encode())
        return Outcome(columns, written.rows, written.bytes, written.rows, manifest)

    # --- views, prepared statements, plans

    def _create_view(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        replace, target, sql = statements.parse_create_view(job.text)
        if len(target) > 2 and target[-3] != "awsdatacatalog":
            raise not_supported(f"the catalog {target[-3]}")
        database, name = (target[-2] if len(target) > 1 else job.database), target[-1]
        place = f"awsdatacatalog.{database}.{name}"
        columns = view_columns(self.engine.view_columns(sql, job.database, place))
        body = view_input(name, sql, job.database, columns)
        self._store_view(database, name, body, replace)
        self._text(job, [])
        return Outcome()

    def _store_view(self, database: str, name: str, body: dict[str, Any], replace: bool) -> None:
        glue = self.platform.glue
        try:
            known = glue.get_table(database, name)
        except EntityNotFoundException:
            try:
                glue.create_table(database, body)
            except EntityNotFoundException:
                raise QueryFailed(
                    "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", (1, 1)
                ) from None
            return
        if known.get("TableType") != "VIRTUAL_VIEW" or not replace:
            raise QueryFailed(
                "ALREADY_EXISTS", f"'awsdatacatalog.{database}.{name}' already exists", (1, 1)
            )
        glue.update_table(database, body)

    def _prepare(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        name, text = statements.split_prepare(job.text)
        self.store.put_prepared(job.workgroup, name, text, "")
        self._text(job, [])
        return Outcome()

    def _deallocate(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        name = job.text.split()[-1].strip('"')
        if not self.store.delete_prepared(job.workgroup, name):
            raise QueryFailed(
                "NOT_FOUND", f"PreparedStatement {name} was not found in workGroup {job.workgroup}"
            )
        self._text(job, [])
        return Outcome()

    def _explain(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        options, text = statements.split_explain(job.text)
        if "VALIDATE" in options:
            self.engine.analyse(text, job.database)
            return self._plan(job, "Valid", ["true"])
        if "ANALYZE" in options or "TYPE" in options or "GRAPHVIZ" in options or "JSON" in options:
            raise not_supported(f"EXPLAIN {options}")
        # The plan is the engine's own: DuckDB's operators, not Trino's.
        translation = self.engine.translate(text, job.database, cursor)
        plan = cursor.execute(f"EXPLAIN {translation.sql}").fetchall()
        names = ", ".join(name for name, _ in translation.columns)
        lines = [line for _, part in plan for line in part.splitlines()]
        return self._plan(job, "Query Plan", [f"Output[columnNames = [{names}]]", *lines])

    def _plan(self, job: Job, header: str, lines: list[str]) -> Outcome:
        self._text(job, [header, *lines])
        return Outcome([results.column_info(header, t.VARCHAR)], 0, rows=len(lines))

    def _row_change(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        raise QueryFailed(
            "NOT_SUPPORTED",
            f"{job.kind.subtype}: modifying Hive table rows is not supported, and Iceberg tables"
            " are not supported by local_aws",
            (1, 1),
        )

    # --- DDL and utility statements

    def _ddl(self, job: Job, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        command: Command = parse(job.text)
        lines = Show(self.platform, job.database).run(command)
        names = COLUMNS.get(command.name, ())
        columns = [results.string_info(name) for name in names]
        if command.name == "show_functions":
            self._text(job, ["\t".join(names), *lines])
        else:
            self._text(job, lines)
        return Outcome(columns, 0 if names else None, rows=len(lines))

"""Runs one statement from its text to its result objects in S3."""

# ruff: noqa: ARG002 - every kind of statement is run with the job, its cursor and its objects
from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection as Cursor

from local_aws.services.athena import names, statements
from local_aws.services.athena.duck import profile
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.hive.hive_ddl import Command, parse
from local_aws.services.athena.hive.show import COLUMNS, FUNCTIONS, UNCOUNTED, VARCHARS, Show
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.queries import explain, results
from local_aws.services.athena.queries.result_objects import PLANNED, UNPLANNED, ResultObjects
from local_aws.services.athena.queries.store import Store
from local_aws.services.athena.statements import Kind
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.views import decode_view, is_view, view_columns, view_input
from local_aws.services.athena.writing.writes import Writer, Written
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
    configuration: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What GetQueryResults and the statistics need to know afterwards.

    `bytes` and `input_rows` were read, `rows` and `output_bytes` written; `planning` is in seconds,
    `plan` the engine's operators.
    """

    columns: list[dict[str, Any]] = field(default_factory=list)
    update_count: int | None = None
    bytes: int = 0
    rows: int = 0
    manifest: str | None = None
    input_rows: int = 0
    output_bytes: int = 0
    planning: float | None = None
    plan: dict[str, Any] | None = None


class BytesExceeded(Exception):
    """The workgroup's BytesScannedCutoffPerQuery."""


class Executor:
    """A method a kind of statement."""

    def __init__(self, engine: AthenaEngine, store: Store) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.store = store

    def run(self, job: Job, cursor: Cursor) -> Outcome:
        objects = ResultObjects.of(self.platform, job.configuration)
        outcome: Outcome = getattr(self, f"_{job.kind.name}")(job, cursor, objects)
        if outcome.columns:
            change = (_CHANGES[job.kind.name], outcome.rows) if job.kind.name in _CHANGES else None
            described = results.metadata_object(job.id, outcome.columns, change)
            objects.put(job.output + ".metadata", described, _content_type(job))
        return outcome

    def _select(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        began = time.monotonic()
        translation = self.engine.translate(job.text, job.database, cursor)
        self._check_cutoff(job, translation.bytes)
        columns = [results.column_info(n, k) for n, k in translation.columns]
        planning = time.monotonic() - began
        profile.watch(cursor)
        rows = self.engine.run_to_csv(translation, self._scratch(job), cursor)
        done = profile.last(cursor)
        size = self._scratch(job).stat().st_size
        objects.take(job.output, self._scratch(job))
        return Outcome(
            columns, 0, translation.bytes, rows, None, done.input_rows, size, planning, done.plan
        )

    def _scratch(self, job: Job) -> Path:
        return self.platform.scratch("athena-results") / job.id

    def _check_cutoff(self, job: Job, size: int) -> None:
        if job.cutoff is not None and size > job.cutoff:
            raise BytesExceeded

    # --- writes

    def _writer(self, job: Job, cursor: Cursor) -> Writer:
        return Writer(self.engine, cursor, job.database, job.id)

    def _ctas(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
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
        return self._written(job, written, objects)

    def _decides_location(self, job: Job) -> bool:
        """Whether the workgroup says where results go, whatever a query asks for."""
        found = (self.store.workgroup(job.workgroup) or {}).get("Configuration") or {}
        place = (found.get("ResultConfiguration") or {}).get("OutputLocation")
        return bool(place and found.get("EnforceWorkGroupConfiguration"))

    def _insert(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        written = self._writer(job, cursor).insert(statements.parse_insert(job.text))
        return self._written(job, written, objects)

    def _unload(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        written = self._writer(job, cursor).unload(statements.parse_unload(job.text))
        return self._written(job, written, objects)

    def _written(self, job: Job, written: Written, objects: ResultObjects) -> Outcome:
        """With the manifest of the files; an INSERT of no row has none."""
        listed = written.rows > 0 or job.kind.name != "insert"
        manifest = f"{job.output}-manifest.csv" if listed else None
        if manifest is not None:
            objects.put(manifest, "".join(f"{uri}\n" for uri in written.files).encode())
        for uri in written.files:
            objects.mark(uri)
        columns = [results.column_info("rows", t.BIGINT)]
        size = sum(self._size(uri) for uri in written.files)
        rows = written.rows
        return Outcome(columns, rows, written.bytes, rows, manifest, output_bytes=size)

    def _size(self, uri: str) -> int:
        info = self.platform.s3.stat(*parse_uri(uri))
        return info.size if info is not None else 0

    # --- views, prepared statements, plans

    def _create_view(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        replace, target, sql = statements.parse_create_view(job.text)
        database, name = names.place(target, job.database)
        place = f"awsdatacatalog.{database}.{name}"
        columns = view_columns(self.engine.view_columns(sql, job.database, place))
        body = view_input(name, sql.strip(), job.database, columns)
        self._store_view(database, name, body, replace)
        _put_text(job, objects, [])
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
        if not is_view(known) or not replace:
            raise QueryFailed(
                "ALREADY_EXISTS", f"'awsdatacatalog.{database}.{name}' already exists", (1, 1)
            )
        glue.update_table(database, body)

    def _prepare(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        name, text = statements.split_prepare(job.text)
        self.store.put_prepared(job.workgroup, name, text, "")
        _put_text(job, objects, [])
        return Outcome()

    def _deallocate(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        name = statements.split_deallocate(job.text)
        if not self.store.delete_prepared(job.workgroup, name):
            raise QueryFailed(
                "NOT_FOUND", f"PreparedStatement {name} was not found in workGroup {job.workgroup}"
            )
        _put_text(job, objects, [])
        return Outcome()

    def _explain(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        options, text = statements.split_explain(job.text)
        asked = explain.wanted(options)
        if asked.validate:
            self.engine.analyse(text, job.database)
            return self._plan(job, objects, "Valid", ["true"])
        began = time.monotonic()
        translation = self.engine.translate(text, job.database, cursor)
        planned = time.monotonic()
        if asked.analyze:
            self._check_cutoff(job, translation.bytes)
        lines = self.engine.guarded(lambda: explain.plan(translation.sql, cursor, asked))
        if not asked.json:
            names = ", ".join(name for name, _ in translation.columns)
            lines.insert(0, f"Output[columnNames = [{names}]]")
        if asked.analyze and not asked.json:
            times = (
                f"Planning: {planned - began:.3f} s, Execution: {time.monotonic() - planned:.3f} s"
            )
            lines.insert(0, f"{times}, Input: {translation.bytes:,} B")
        outcome = self._plan(job, objects, "Query Plan", lines)
        outcome.bytes = translation.bytes if asked.analyze else 0
        return outcome

    def _plan(self, job: Job, objects: ResultObjects, header: str, lines: list[str]) -> Outcome:
        """The plan's lines and an empty one below their header, as Athena has them."""
        _put_text(job, objects, [header, *lines, ""])
        return Outcome([results.column_info(header, t.VARCHAR)], rows=len(lines))

    def _row_change(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        raise QueryFailed(
            "NOT_SUPPORTED",
            f"{job.kind.subtype}: modifying Hive table rows is not supported, and Iceberg tables"
            " are not supported by local_aws",
            (1, 1),
        )

    # --- DDL and utility statements

    def _ddl(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        command: Command = parse(job.text)
        show = Show(self.platform, job.database)
        if command.name == "show_functions":
            return _functions(job, objects, show.functions(command.args.get("pattern")))
        lines = show.run(command)
        _put_text(job, objects, lines)
        names = COLUMNS.get(command.name, ())
        kind = "varchar" if command.name in VARCHARS else "string"
        columns = [results.utility_info(name, kind) for name in names]
        counted = bool(names) and command.name not in UNCOUNTED
        return Outcome(columns, 0 if counted else None, rows=len(lines))

    def _describe_view(self, job: Job, cursor: Cursor, objects: ResultObjects) -> Outcome:
        """Names and Trino's types, whether DESCRIBE or SHOW COLUMNS asks."""
        view = decode_view(Show(self.platform, job.database).table(parse(job.text)))
        _put_text(job, objects, [f"{name}\t{kind}" for name, kind in view.columns])
        columns = [results.utility_info(name, "varchar") for name in ("column", "type")]
        return Outcome(columns, 0, rows=len(view.columns))


def _functions(job: Job, objects: ResultObjects, rows: list[list[str]]) -> Outcome:
    """SHOW FUNCTIONS, the one utility statement whose answer is a CSV with a header."""
    objects.put(job.output, results.csv_object(list(FUNCTIONS), rows))
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(len(FUNCTIONS))]
    columns = [
        results.column_info(name, t.BOOLEAN if name == "Deterministic" else t.varchar(width))
        for name, width in zip(FUNCTIONS, widths, strict=True)
    ]
    return Outcome(columns, 0, rows=len(rows))


# What the metadata object calls a change: Trino's update types.
_CHANGES = {"ctas": "CREATE TABLE", "insert": "INSERT"}
_PLANNED_UTILITIES = frozenset({"DESCRIBE_TABLE", "SHOW_CREATE_TABLE", "SHOW_FUNCTIONS"})


def _content_type(job: Job) -> str:
    unplanned = (
        job.kind.name in statements.CATALOG_ONLY and job.kind.subtype not in _PLANNED_UTILITIES
    )
    return UNPLANNED if unplanned else PLANNED


def _put_text(job: Job, objects: ResultObjects, rows: list[str]) -> None:
    objects.put(job.output, results.text_object(rows), _content_type(job))

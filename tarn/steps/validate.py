"""validate: the Great Expectations suite on the unpublished run, by SQL through Athena.

Two passes keep the queries few: the first asks only whether each expectation holds, which Great
Expectations answers with one aggregate query for most of a suite; the second asks for counts and
examples, and only of those that failed.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tarn.aws import Aws
from tarn.errors import (
    Finding,
    GateFailed,
    TarnError,
    Terminal,
    Transient,
    aws_errors,
    is_transient,
)
from tarn.ledger import rules
from tarn.page import data_docs
from tarn.partition import Partition
from tarn.services import athena
from tarn.steps.crawl import shadow_of

log = logging.getLogger(__name__)

CRITICAL = "critical"
EXPECTATION = "expectation"
EXAMPLES = 5
LONGEST = 80  # characters of an example
POLL_SECONDS = 0.2
# An exception inside an expectation is left to us as text only.
LOST = re.compile(
    r"could not connect|connection (was closed|reset|refused|aborted)|timed out"
    r"|throttl|rate exceeded|too many requests|service ?unavailable"
    r"|internal[ _]?(server|failure|error)",
    re.IGNORECASE,
)


@aws_errors("validate")
def validate(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Run expectations/<dataset>.json on the run's shadow table (token: the *convert* step's).

    Returns {"expectations", "passed", "warnings": [...], "results", "queries" (Athena's ids),
    "table"}; results are lines of lake_ops.rules. A critical failure raises GateFailed naming
    expectation, column, count and examples. Either way the run's Data Docs are kept.
    """
    aws = aws or Aws()
    suite = read_suite(partition.dataset, aws)
    with shadow_of(partition, token, aws) as table:
        checked = check(connection(aws), table, suite)
    _keep_docs(checked, partition, token, aws)
    where = f"{aws.settings.shadow_database}.{table}"
    critical = [failure for failure in checked.failures if failure.severity == CRITICAL]
    if critical:
        raise GateFailed(
            "expectations",
            partition.dataset,
            partition.label,
            [Finding(failure.text, where) for failure in critical],
            f"Mend the rows at the source and clear the task `land`, or the suite in "
            f"expectations/{partition.dataset}.json and clear the task `validate`.",
        )
    return {
        "expectations": checked.expectations,
        "passed": checked.expectations - len(checked.failures),
        "warnings": [failure.text for failure in checked.failures],
        "results": checked.results,
        "queries": checked.queries,
        "table": where,
    }


def read_suite(dataset: str, aws: Aws) -> dict[str, Any]:
    path = aws.settings.root / "expectations" / f"{dataset}.json"
    if not path.is_file():
        raise Terminal(f"The dataset {dataset} has no suite: write expectations/{dataset}.json.")
    suite: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return suite


def connection(aws: Aws) -> str:
    """PyAthena's SQLAlchemy URL; boto3 finds credentials and endpoint in the environment."""
    settings = aws.settings
    options = {
        "work_group": settings.workgroup,
        "catalog_name": athena.CATALOG,  # PyAthena's own is in lower case, and IAM compares ARNs
        "s3_staging_dir": settings.athena_results,
        "poll_interval": str(POLL_SECONDS),
    }
    host = f"athena.{settings.region}.amazonaws.com:443"
    return f"awsathena+rest://:@{host}/{quote(settings.shadow_database)}?{urlencode(options)}"


@dataclass(frozen=True)
class Failure:
    """An expectation that does not hold."""

    name: str
    severity: str
    text: str
    rows: int | None = None  # that were checked; None where it is not about rows
    broken: int | None = None


@dataclass
class Checked:
    """What a suite said of a table, and the ids of the queries that it asked."""

    expectations: int
    failures: list[Failure] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    suite: Any = None  # GX's ExpectationSuiteValidationResult


def check(url: str, table: str, suite: Mapping[str, Any]) -> Checked:
    """Hold a table behind an SQLAlchemy URL against a suite."""
    with _quietly(), _lost_connections(table):
        # Four CPU seconds of imports: only where a suite is really run.
        import great_expectations as gx

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        # A temporary table is a CTAS on Athena, which nothing would ever drop.
        source = context.data_sources.add_sql(
            "lake", connection_string=url, create_temp_table=False
        )
        with _asked(source) as queries:
            asset = source.add_table_asset(table, table_name=table)
            batch = asset.add_batch_definition_whole_table("run").get_batch()
            expectations = list(suite["expectations"])
            asked = _ask(batch, expectations, "BOOLEAN_ONLY")
            held = [result for result in asked.results if result.success]
            again = [_plain(result) for result in asked.results if not result.success]
            explained = _ask(batch, again, "BASIC").results if again else []
        failures = [_failure(result) for result in explained if not result.success]
        results = [_passed(result) for result in held]
        results += [_broken(failure) for failure in failures]
        whole = _whole(asked, [*explained, *held])
        return Checked(len(expectations), failures, results, queries, whole)


def _whole(asked: Any, results: list[Any]) -> Any:
    """Both passes as one answer of GX's: what failed explained, what holds as it was asked."""
    passed = sum(bool(result.success) for result in results)
    asked.results = results
    asked.success = passed == len(results)
    asked.statistics = {
        "evaluated_expectations": len(results),
        "successful_expectations": passed,
        "unsuccessful_expectations": len(results) - passed,
        "success_percent": 100 * passed / len(results) if results else None,
    }
    return asked


def _keep_docs(checked: Checked, partition: Partition, token: str, aws: Aws) -> None:
    """Write the run's Data Docs; a page that cannot be made is logged, as no number hangs on it."""
    try:
        with _quietly():
            checked.suite.suite_name = partition.dataset
            html = data_docs.render(checked.suite, partition, token)
    except Exception:
        log.exception("Great Expectations could not make the Data Docs of %s.", partition)
        return
    data_docs.keep(html, partition, token, aws)


def _passed(result: Any) -> dict[str, Any]:
    """A line of lake_ops.rules; the first pass counts no rows."""
    config = result.expectation_config
    return rules.line(_title(config), EXPECTATION, _severity(config), passed=True)


def _broken(failure: Failure) -> dict[str, Any]:
    return rules.line(
        failure.name,
        EXPECTATION,
        failure.severity,
        passed=False,
        rows_checked=failure.rows,
        rows_broken=failure.broken,
    )


def _ask(batch: Any, expectations: list[dict[str, Any]], detail: str) -> Any:
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="suite", expectations=expectations)
    return batch.validate(
        suite, result_format={"result_format": detail, "partial_unexpected_count": EXAMPLES}
    )


def _plain(result: Any) -> dict[str, Any]:
    config = result.expectation_config
    kwargs = {k: v for k, v in config.kwargs.items() if k not in ("batch_id", "result_format")}
    return {"type": config.type, "kwargs": kwargs, "severity": _severity(config)}


def _severity(config: Any) -> str:
    return str(getattr(config.severity, "value", config.severity))


def _failure(result: Any) -> Failure:
    config, found = result.expectation_config, result.result
    raised = _raised(result.exception_info)
    if raised:
        kind = Transient if LOST.search(raised) else Terminal
        raise kind(f"{_title(config)} could not be checked: {raised}")
    rows, broken = found.get("element_count"), found.get("unexpected_count")
    if broken is not None:
        examples = ", ".join(_short(value) for value in found.get("partial_unexpected_list", []))
        text = f"{broken} of {rows} rows break "
        text += _title(config)
        text += f", such as {examples}" if examples else ""
    else:
        text = f"{_title(config)} does not hold: observed {found.get('observed_value')}"
    return Failure(_title(config), _severity(config), text, rows, broken)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _raised(info: Any) -> str:
    """The message of an exception inside an expectation; GX nests it under a metric's id."""
    if not isinstance(info, Mapping):
        return ""
    if info.get("raised_exception"):
        return str(info.get("exception_message"))
    nested = [_raised(value) for value in info.values() if isinstance(value, Mapping)]
    return next((message for message in nested if message), "")


def _title(config: Any) -> str:
    kwargs = {k: v for k, v in config.kwargs.items() if k not in ("batch_id", "result_format")}
    what = kwargs.pop("column", None) or ", ".join(kwargs.pop("column_list", [])) or "table"
    rest = ", ".join(f"{k} {v}" for k, v in kwargs.items() if v is not None)
    return f"{config.type} on {what}" + (f" ({rest})" if rest else "")


@contextmanager
def _asked(source: Any) -> Iterator[list[str]]:
    """The ids of the queries that a data source runs ("" where its database has none)."""
    from sqlalchemy import event

    engine, ids = source.get_execution_engine().engine, []

    def note(_connection: Any, cursor: Any, *_call: Any) -> None:
        ids.append(str(getattr(cursor, "query_id", None) or ""))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield ids
    finally:
        event.remove(engine, "after_cursor_execute", note)


@contextmanager
def _lost_connections(table: str) -> Iterator[None]:
    """Great Expectations wraps what SQLAlchemy wraps of boto3's errors: look for the cause."""
    try:
        yield
    except TarnError:
        raise
    except Exception as error:
        causes = list(_causes(error))
        lost = any(is_transient(cause) for cause in causes) or LOST.search(str(error))
        kind = Transient if lost else Terminal
        raise kind(f"Great Expectations could not check {table}: {error}") from error


def _causes(error: BaseException | None) -> Iterator[Exception]:
    while isinstance(error, Exception):
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def _quietly() -> Iterator[None]:
    """Great Expectations logs to standard output and warns of things that are not ours."""
    import os
    import warnings

    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    names = ("great_expectations", "pyathena", "alembic", "posthog")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

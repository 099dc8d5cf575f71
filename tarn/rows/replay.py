"""Replay: put a partition's quarantined rows through again, after a rule was mended.

A replay is the partition's ordinary steps from convert on, over the same landed and cleaned data,
as a new run: every row is judged by the contract that is deployed now, and readers see the new run
whole or not at all. So nothing is merged into files that are published, and conservation holds for
the new run as for any other. Airflow runs the steps; here is what is known before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract
from tarn.errors import Terminal, aws_errors
from tarn.partition import Partition
from tarn.published.history import history
from tarn.published.readers import RUN
from tarn.rows import quarantine
from tarn.services import athena, catalog

PASSES = ""
# The names of Trino's types where they are not Hive's.
TRINO = {"string": "varchar", "float": "real"}


@dataclass(frozen=True)
class Published:
    """The run of a partition that readers see."""

    partition: Partition
    run: str  # the convert step's token
    clean: str  # the clean step's, or "" where the ledger has none
    rows: int
    quarantined: Mapping[str, int]  # rows by rule


@dataclass(frozen=True)
class Forecast:
    """What the deployed rules would make of the rows that are there now.

    again: of the quarantined rows, by the rule that they broke and by what they break now
    (PASSES: nothing); broken: of the published rows, by what they break now.
    """

    again: Mapping[tuple[str, str], int]
    broken: Mapping[str, int]

    def passing(self, rule: str) -> int:
        return self.again.get((rule, PASSES), 0)


@aws_errors("replay")
def published(partition: Partition, aws: Aws) -> Published:
    """The published run; Terminal where there is none, or the ledger does not know it."""
    location, parameters = catalog.location_of(partition, aws)
    if not location:
        raise Terminal(f"{partition} is not published yet. Run its DAG for this interval first.")
    token = parameters.get(RUN, "")
    record = history(partition, aws).records.get(token)
    if record is None:
        raise Terminal(f"The ledger has no record of the run {token} of {partition}.")
    clean = record["tokens"].get("clean", "")
    rows, by_rule = record["rows_published"], record["quarantined_by_rule"]
    return Published(partition, token, clean, rows, by_rule)


@aws_errors("replay")
def require_clean(run: Published, aws: Aws) -> None:
    """Terminal where the cleaned data that the run was converted from is no longer there."""
    folder = run.partition.run_folder(run.clean)
    if not (run.clean and aws.keys("clean", folder)):
        raise Terminal(
            f"The cleaned data of {run.partition}, {aws.settings.uri('clean', folder)}, is gone. "
            "Clear the task `clean` and all that follow it instead."
        )


@aws_errors("replay")
def require_deployed(contract: Contract, aws: Aws) -> dict[str, Any]:
    """The deployed contract, as the Glue job will read it; Terminal where it is not the declared.

    Whoever mended a rule wants that rule, and nobody wants a replay that changes nothing.
    """
    deployed: dict[str, Any] | None = aws.get_json("ops", f"contracts/{contract.name}.json")
    if deployed != contract.to_job_json():
        raise Terminal(
            f"datasets/{contract.name}.yaml is not what is deployed. Deploy it (./lake deploy), "
            "then call it again."
        )
    return deployed


@aws_errors("replay: forecast")
def forecast(run: Published, aws: Aws) -> Forecast:
    """Judge the run's rows by the deployed rules, in two Athena queries that change nothing.

    The rules are Spark's SQL and run here as Trino's. A forecast, because a value that the recipe
    left as text is cast by Trino as Trino casts; the Glue job has the last word.
    """
    contract = load_contract(run.partition.dataset, aws.settings)
    params = require_deployed(contract, aws)
    again = _counts(_again_sql(run, params, aws), aws)
    broken = _counts(_broken_sql(run, params, aws), aws)
    return Forecast(
        {(rule, now): n for (rule, now), n in again.items()},
        {now: n for (now,), n in broken.items() if now != PASSES},
    )


def _counts(sql: str, aws: Aws) -> dict[tuple[str, ...], int]:
    rows = athena.query(sql, aws.settings.ops_database, aws).rows
    return {tuple(key or PASSES for key in keys): int(n or 0) for *keys, n in rows}


def _again_sql(run: Published, params: Mapping[str, Any], aws: Aws) -> str:
    """Quarantined rows: by the rule they broke and what they break now, how many.

    What is not of the contract begins with _, as no column of a contract does.
    """
    where = " AND ".join(
        f"{name} = {_literal(value)}"
        for name, value in zip(
            quarantine.PARTITION_KEYS,
            (run.partition.dataset, run.partition.label, run.run),
            strict=True,
        )
    )
    typed = ", ".join(
        f"TRY_CAST(element_at(fields, {_literal(c['name'])}) AS {_type(c['type'])}) "
        f"AS {_quoted(c['name'])}"
        for c in params["columns"]
    )
    keys = ", ".join(map(_quoted, params["keys"]))
    order = ", ".join(dict.fromkeys(map(_quoted, [*params["sort_by"], *_names(params)])))
    taken = " AND ".join(f"p.{_quoted(key)} = j.{_quoted(key)}" for key in params["keys"])
    unique = _literal(f"unique:{','.join(params['keys'])}")
    return f"""
WITH typed AS (
  SELECT rule AS _rule, fields AS _fields, {typed}
  FROM {_table(aws.settings.ops_database, quarantine.TABLE)}
  WHERE {where}
), judged AS (
  SELECT *, {_violation(params, raw="element_at(_fields, {})")} AS _now FROM typed
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY {keys}, _now ORDER BY {order}) AS _place FROM judged
)
SELECT j._rule, CASE
    WHEN j._now IS NOT NULL THEN j._now
    WHEN j._place > 1 OR p._taken IS NOT NULL THEN {unique}
  END AS _now, count(*)
FROM ranked j LEFT JOIN (
  SELECT DISTINCT {keys}, 1 AS _taken
  FROM {_table(aws.settings.database, run.partition.dataset)}{_of(run.partition)}
) p ON {taken}
GROUP BY 1, 2"""  # noqa: S608 - names are the contract's, values are quoted


def _broken_sql(run: Published, params: Mapping[str, Any], aws: Aws) -> str:
    """Published rows: by what they break now, how many."""
    table = _table(aws.settings.database, run.partition.dataset)
    return (
        f"SELECT {_violation(params)} AS now, count(*) FROM {table}{_of(run.partition)} GROUP BY 1"  # noqa: S608
    )


def _violation(params: Mapping[str, Any], raw: str = "") -> str:
    """What a typed row breaks first, in the Glue job's order; raw: the text before the cast."""
    needed = {c["name"] for c in params["columns"] if c["required"]} | set(params["keys"])
    cases = [
        (f"{raw.format(_literal(name))} IS NOT NULL AND {_quoted(name)} IS NULL", f"type:{name}")
        for name in _names(params)
        if raw
    ]
    cases += [
        (f"{_quoted(name)} IS NULL", f"required:{name}")
        for name in _names(params)
        if name in needed
    ]
    cases += [(f"NOT ({_trino(r['expression'])})", r["name"]) for r in params["rules"]]
    when = " ".join(f"WHEN {test} THEN {_literal(name)}" for test, name in cases)
    return f"CASE {when} END" if when else "CAST(NULL AS varchar)"


def _trino(expression: str) -> str:
    """A rule's expression in Athena's SQL."""
    import sqlglot

    return str(sqlglot.parse_one(expression, dialect="spark").sql(dialect="athena"))


def _names(params: Mapping[str, Any]) -> list[str]:
    return [str(column["name"]) for column in params["columns"]]


def _type(hive: str) -> str:
    return TRINO.get(hive, hive)


def _of(partition: Partition) -> str:
    equal = " AND ".join(f"{_quoted(name)} = {value}" for name, value in partition.keys)
    return f" WHERE {equal}" if equal else ""


def _table(database: str, name: str) -> str:
    return f"{_quoted(database)}.{_quoted(name)}"


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))

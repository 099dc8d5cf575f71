"""publish: one Glue catalog call points readers at the new run's folder.

Before it, nothing may be lost: rows landed = published + dropped by the recipe + quarantined, with
each count taken from where the rows are (the landing's manifest, the Glue job's metrics, Athena).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarn import moments
from tarn.aws import Aws, forget
from tarn.errors import Finding, GateFailed, Terminal, aws_errors
from tarn.ledger import ledger, record
from tarn.partition import Partition
from tarn.published import readers
from tarn.published.turns import Turn, turn
from tarn.rows.accounts import account_for
from tarn.services import athena, catalog
from tarn.steps.convert import read_metrics
from tarn.steps.crawl import crawler_name, require_shadow, shadow_table
from tarn.steps.land import MANIFEST

RUN_AGAIN = "This run began before that. Clear its task `convert` to publish it all the same."
READS = {"profile": "land", "clean": "land", "convert": "clean", "crawl": "convert"}


@aws_errors("publish")
def publish(
    partition: Partition,
    tokens: Mapping[str, str],
    results: Mapping[str, Mapping[str, Any]],
    aws: Aws | None = None,
) -> dict[str, Any]:
    """Check conservation, publish the run, write the ledger record, clean up.

    tokens: by step, {"land", "profile", "clean", "convert", "crawl", "publish"}; "convert" names
    the run's folder, "publish" the record. results: by step, what it returned: {"land": land(),
    "profile": Status.detail or check_profile(), "clean": Status.detail, "convert": Status.detail,
    "crawl": Status.detail, "drift": compare_schema(), "validate": validate(), "airflow":
    {"dag_run_id", "logical_date"}}; only "land" and "clean" are required. Returns the ledger
    record. The same token again is a no-op.
    """
    aws = aws or Aws()
    _need(partition, tokens)
    _of_one_run(partition, tokens, results, aws)
    entry = ledger.find(partition, tokens["publish"], aws)
    if entry is None:
        manifest = _manifest(partition, tokens["land"], aws)
        counts = _count(partition, tokens, manifest, aws)
        check_conservation(partition, counts)
        account_for(partition, tokens, results.get("clean") or {}, counts, aws)
        entry = record.published(partition, tokens, results, counts, manifest, aws)
        moves = (results.get("convert") or {}).get("moves")
        # The record too: nobody moves readers on before it says that they were here.
        with turn(partition, f"publish {tokens['publish']}", aws) as mine:
            entry["previous_location"] = _point(mine, tokens["convert"], moves, aws)
            entry["finished_at"] = entry["published_at"] = moments.now()
            ledger.record(entry, aws)
    ledger.ended(partition, aws)
    _clean_up(partition, tokens, aws)
    return entry


def _need(partition: Partition, tokens: Mapping[str, str]) -> None:
    missing = [step for step in ("land", "convert", "publish") if not tokens.get(step)]
    if missing:
        raise Terminal(f"publish of {partition}: no token of {', '.join(missing)} was given.")


def _of_one_run(
    partition: Partition,
    tokens: Mapping[str, str],
    results: Mapping[str, Mapping[str, Any]],
    aws: Aws,
) -> None:
    """Each step must have read what the one before it wrote last, and each gate that very run."""
    shadow = f"{aws.settings.shadow_database}.{shadow_table(partition, tokens['convert'])}"
    wanted = [(step, "read", results.get(before, {}).get("uri")) for step, before in READS.items()]
    wanted += [("drift", "table", shadow), ("validate", "table", shadow)]
    for name, what, expected in wanted:
        found = (results.get(name) or {}).get(what)
        if found and expected and found != expected:
            step = "crawl" if name == "drift" else name
            raise Terminal(
                f"publish of {partition}: {step} was done for {found}, but now there is "
                f"{expected}. Clear the task `{step}` and all that follow it."
            )


def _manifest(partition: Partition, token: str, aws: Aws) -> dict[str, Any]:
    manifest = aws.get_json("raw", f"{partition.run_folder(token)}{MANIFEST}")
    if manifest is None:
        raise Terminal(f"publish of {partition}: there is no landing of token {token}.")
    return dict(manifest)


def _count(
    partition: Partition, tokens: Mapping[str, str], manifest: Mapping[str, Any], aws: Aws
) -> dict[str, Any]:
    """The run's rows, each counted where they are."""
    metrics = read_metrics(partition, tokens["convert"], aws)
    published, answer = _count_run(partition, tokens["convert"], aws)
    return {
        "rows_landed": manifest["rows"],
        "rows_cleaned": metrics["rows_in"],
        "rows_dropped": manifest["rows"] - metrics["rows_in"],
        "rows_quarantined": metrics["rows_quarantined"],
        "rows_published": published,
        "quarantined_by_rule": metrics.get("quarantined_by_rule", {}),
        "bytes_landed": manifest["bytes"],
        "bytes_published": metrics["bytes"],
        "files": metrics["files"],
        "sha256_landed": manifest["sha256"],
        "source_version": manifest.get("source_version", ""),
        "athena_bytes": answer.scanned,
        "query": answer.query_id,
    }


def _count_run(partition: Partition, token: str, aws: Aws) -> tuple[int, athena.Answer]:
    """The run's rows: behind its shadow table, or where readers see them already."""
    location = aws.settings.uri("curated", partition.run_folder(token))
    if catalog.location_of(partition, aws)[0] == location:
        return athena.count(partition.dataset, aws.settings.database, aws, partition.values)
    table = shadow_table(partition, token)
    require_shadow(partition, table, aws)
    return athena.count(table, aws.settings.shadow_database, aws)


def check_conservation(partition: Partition, counts: Mapping[str, Any]) -> None:
    """Raise GateFailed unless landed = published + dropped + quarantined, nothing negative."""
    landed, dropped = counts["rows_landed"], counts["rows_dropped"]
    published, quarantined = counts["rows_published"], counts["rows_quarantined"]
    findings = []
    if dropped < 0:
        findings.append(
            Finding(f"the recipe gave {counts['rows_cleaned']} rows of {landed} that landed")
        )
    if landed != published + dropped + quarantined:
        findings.append(
            Finding(
                f"{landed} rows landed, but {published} to publish + {dropped} dropped + "
                f"{quarantined} quarantined = {published + dropped + quarantined}"
            )
        )
    if findings:
        raise GateFailed(
            "conservation",
            partition.dataset,
            partition.label,
            findings,
            "Rows were lost or doubled between two steps. Clear the task `clean`; if it comes "
            "back, look at the recipe and the Glue job of this dataset.",
        )


def _point(mine: Turn, token: str, moves: int | None, aws: Aws) -> str:
    """Point readers at the run's folder; returns where they were pointed before, or "".

    moves: how often readers had been moved when the run began; None where it does not say.
    """
    location = aws.settings.uri("curated", mine.partition.run_folder(token))
    seen = catalog.seen(mine.partition, aws)
    if seen.location == location:  # an earlier try got this far
        readers.hold(mine, aws)
        return seen.parameters.get(readers.PREVIOUS, "")
    since = seen.moves if moves is None else moves
    return readers.move(mine, location, {}, since, RUN_AGAIN, aws)


def _clean_up(partition: Partition, tokens: Mapping[str, str], aws: Aws) -> None:
    """The shadow table and the crawler have served; gone already is as good."""
    table = shadow_table(partition, tokens["convert"])
    forget(aws.glue.delete_table, DatabaseName=aws.settings.shadow_database, Name=table)
    if tokens.get("crawl"):
        forget(aws.glue.delete_crawler, Name=crawler_name(partition, tokens["crawl"], aws))

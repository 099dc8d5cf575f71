"""``./lake replay`` and ``./lake compact``: published partitions once more from convert on.

Airflow runs the steps: the DAG run that cleaned the published data has convert and all that follow
cleared. So the new run goes through every gate, and readers are pointed at it in one call.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from laptop import airflow, demo
from laptop.airflow import FINISHED, AirflowApi
from laptop.home import Home
from tarn import ledger
from tarn.aws import Aws
from tarn.contract import Contract, dataset_names, load_contract
from tarn.errors import Terminal
from tarn.layout import MEGABYTE, Cut, cuts
from tarn.partition import Partition
from tarn.replay import (
    PASSES,
    Forecast,
    Published,
    forecast,
    published,
    require_clean,
    require_deployed,
)
from tarn.work import make_token

STEPS = ("convert", "crawl", "validate", "publish")
LOOK_SECONDS = 2.0


class RerunFailed(Exception):
    """Some partitions could not be run again; the message says which, where and why."""


@dataclass(frozen=True)
class Rerun:
    """A DAG run that goes through its last steps again."""

    partition: Partition
    run_id: str


def replay(home: Home, dataset: str, label: str, dry_run: bool, console: Console) -> None:
    """Say what would pass now; unless `dry_run`, do it and say what has passed."""
    aws = Aws()
    before = published(Partition.parse(load_contract(dataset, aws.settings), label), aws)
    if not before.quarantined:
        console.print(f"{before.partition} has no quarantined rows: there is nothing to replay.")
        return
    console.print(forecast_table(before, forecast(before, aws)))
    require_clean(before, aws)
    if dry_run:
        return
    run_again(home, [(before.partition, before.clean)], console)
    console.print(outcome_table(before, published(before.partition, aws)))


def compact(home: Home, datasets: Sequence[str], dry_run: bool, console: Console) -> None:
    """Say which partitions break their budget; unless `dry_run`, rewrite them."""
    aws = Aws()
    names = list(datasets) or dataset_names(aws.settings)
    for name in names:
        require_deployed(load_contract(name, aws.settings), aws)
    over = [cut for cut in cuts(names, aws) if cut.over]
    if not over:
        console.print("The files of every published partition keep to their budget.")
        return
    console.print(cuts_table(over))
    if dry_run:
        return
    run_again(home, [(cut.partition, cut.clean) for cut in over], console)
    done = {cut.partition for cut in over}
    console.print(cuts_table([cut for cut in cuts(names, aws) if cut.partition in done]))


def run_again(home: Home, wanted: Sequence[tuple[Partition, str]], console: Console) -> None:
    """Run partitions again from convert on and wait for their ends.

    wanted: each with the token of the clean step whose data is published. Raises RerunFailed.
    """
    if not airflow.running(home):
        raise RerunFailed("Airflow is not running. ./lake up starts it.")
    api = AirflowApi(home)
    # All are found before one is begun.
    found = [Rerun(partition, find_run(api, partition, clean)) for partition, clean in wanted]
    for rerun in found:
        begin(api, rerun)
    failed = watch(api, found, console)
    if failed:
        names = ", ".join(str(rerun.partition) for rerun in failed)
        why = demo.failures(api, sorted({rerun.partition.dataset for rerun in failed}))
        raise RerunFailed(f"{names} failed; readers still see what was published before.\n{why}")


def find_run(api: AirflowApi, partition: Partition, clean: str) -> str:
    """The id of the DAG run that cleaned what is published."""
    dataset = partition.dataset
    contract = load_contract(dataset)
    for run in reversed(api.runs(dataset)):
        if contract.partition_keys and not _is_of(run, partition, contract):
            continue
        result = api.result(dataset, run["dag_run_id"], "clean") or {}
        if clean and result.get("token") == clean:
            if run["state"] not in FINISHED:
                raise RerunFailed(f"{partition} is under way in {run['dag_run_id']}. Wait for it.")
            return str(run["dag_run_id"])
    raise RerunFailed(
        f"No run of the DAG {dataset} holds what is published of {partition}: it was deleted, or "
        f"ran from `clean` on again. Clear `convert` and all that follow it in Airflow's last run "
        "of this partition, or run it anew."
    )


def _is_of(run: Mapping[str, Any], partition: Partition, contract: Contract) -> bool:
    logical = str(run.get("logical_date") or "")
    return bool(logical) and partition == Partition.of(contract, datetime.fromisoformat(logical))


def begin(api: AirflowApi, rerun: Rerun) -> None:
    """Clear the steps, and mark the partition as under way, as land does."""
    api.clear_from(rerun.partition.dataset, rerun.run_id, STEPS[0])
    ledger.started(rerun.partition, make_token("rerun", rerun.run_id, time.time()))


def watch(api: AirflowApi, reruns: Iterable[Rerun], console: Console) -> list[Rerun]:
    """Say each step that begins and each run that ends, until all have ended; those that failed."""
    began, open_, failed = time.monotonic(), list(reruns), []
    said: dict[Rerun, str] = {}
    while True:
        at = {(task["dag_id"], task["dag_run_id"]): task["task_id"] for task in api.active_tasks()}
        states = _states(api, open_)
        for rerun in list(open_):
            state = states[rerun]
            word = state if state in FINISHED else at.get(_key(rerun), said.get(rerun, "queued"))
            if word != said.get(rerun):
                said[rerun] = word
                console.print(f"  {time.monotonic() - began:5.0f} s  {rerun.partition}: {word}")
            if state in FINISHED:
                open_.remove(rerun)
                failed += [rerun] if state == "failed" else []
        if not open_:
            return failed
        time.sleep(LOOK_SECONDS)


def _key(rerun: Rerun) -> tuple[str, str]:
    return rerun.partition.dataset, rerun.run_id


def _states(api: AirflowApi, reruns: Iterable[Rerun]) -> dict[Rerun, str]:
    reruns = list(reruns)
    found = {
        (dataset, run["dag_run_id"]): run["state"]
        for dataset in {rerun.partition.dataset for rerun in reruns}
        for run in api.runs(dataset)
    }
    missing = [str(rerun.partition) for rerun in reruns if _key(rerun) not in found]
    if missing:
        raise RerunFailed(f"Airflow's run of {', '.join(missing)} was deleted meanwhile.")
    return {rerun: found[_key(rerun)] for rerun in reruns}


def forecast_table(run: Published, told: Forecast) -> Table:
    """By rule: rows in quarantine, those that would pass now, what keeps the others there."""
    shown = Table(title=f"{run.partition}: what the deployed rules say", title_justify="left")
    for name in ("rule", "quarantined", "would pass", "published, would break"):
        shown.add_column(name, justify="left" if name == "rule" else "right")
    shown.add_column("the others break")
    for rule in sorted({*run.quarantined, *told.broken, *(rule for rule, _ in told.again)}):
        others = {now: n for (was, now), n in told.again.items() if was == rule and now != PASSES}
        judged = told.passing(rule) + sum(others.values())
        unknown = run.quarantined.get(rule, 0) - judged
        words = [f"{now}: {n:,}" for now, n in sorted(others.items())]
        # A run from before the table of quarantined rows, say.
        words += [f"not in lake_ops.quarantine: {unknown:,}"] if unknown else []
        shown.add_row(
            rule,
            f"{run.quarantined.get(rule, 0):,}",
            f"{told.passing(rule):,}",
            f"{told.broken.get(rule, 0):,}",
            ", ".join(words),
        )
    return shown


def outcome_table(before: Published, after: Published) -> Table:
    """Rows published and quarantined by rule, before and after."""
    if before.run == after.run:
        raise Terminal(f"{before.partition} is still the run {before.run}: nothing was replayed.")
    shown = Table(title=f"{before.partition}: replayed", title_justify="left")
    for name in ("", "before", "after"):
        shown.add_column(name, justify="right" if name else "left")
    shown.add_row("published", f"{before.rows:,}", f"{after.rows:,}")
    for rule in sorted({*before.quarantined, *after.quarantined}):
        counts = (_count(run.quarantined, rule) for run in (before, after))
        shown.add_row(f"quarantined, {rule}", *counts)
    return shown


def _count(by_rule: Mapping[str, Any], rule: str) -> str:
    return f"{by_rule.get(rule, 0):,}"


def cuts_table(found: Iterable[Cut]) -> Table:
    """Partitions with the number and size of their files, and what their budget makes of them."""
    shown = Table(title="Files of published partitions", title_justify="left")
    for name in ("partition", "files", "MB", "files wanted", "MB a file"):
        shown.add_column(name, justify="left" if name == "partition" else "right")
    for cut in found:
        size = f"{sum(cut.sizes) / MEGABYTE:,.1f}"
        budget = str(cut.layout.file_megabytes)
        shown.add_row(str(cut.partition), str(len(cut.sizes)), size, str(cut.wanted), budget)
    return shown

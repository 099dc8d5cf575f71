"""``./lake replay`` and ``./lake compact``: published partitions once more from convert on.

Airflow runs the steps: the DAG run that cleaned the published data has convert and all that follow
cleared. So the new run goes through every gate, and readers are pointed at it in one call.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from laptop import airflow, watching
from laptop.airflow import FINISHED, AirflowApi
from laptop.home import Home
from laptop.watching import RunsFailed
from tarn.aws import Aws
from tarn.contracts.layout import MEGABYTE
from tarn.contracts.load import dataset_names, load_contract
from tarn.errors import Terminal
from tarn.ledger import ledger, scans
from tarn.partition import Partition
from tarn.published.cuts import Cut, cuts
from tarn.rows.replay import (
    PASSES,
    Forecast,
    Published,
    forecast,
    published,
    require_clean,
    require_deployed,
)
from tarn.services.work import make_token
from tarn.steps.views import views_of


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
    api = connect(home)
    run_again(api, {before.partition: find_run(api, before.partition, before.clean)}, console)
    console.print(outcome_table(before, published(before.partition, aws)))


def compact(home: Home, datasets: Sequence[str], dry_run: bool, console: Console) -> None:
    """Say which partitions break their budget; unless `dry_run`, rewrite them.

    What each view that reads them scanned before and after is said and recorded. Partitions that
    cannot be rewritten now (under way, or rolled back) keep no other from it: RunsFailed names
    them at the end.
    """
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
    api = connect(home)
    runs, left = find_runs(api, over)
    if runs:
        _rewrite(api, names, runs, aws, console)
    if left:
        raise RunsFailed("\n".join(left))


def _rewrite(
    api: AirflowApi, names: Sequence[str], runs: Mapping[Partition, str], aws: Aws, console: Console
) -> None:
    """Rewrite the partitions of these DAG runs; say and record what their views scan."""
    views = views_of({partition.dataset for partition in runs}, aws.settings)
    before = scans.measure(views, aws)
    run_again(api, runs, console)
    console.print(cuts_table([cut for cut in cuts(names, aws) if cut.partition in runs]))
    entry = scans.compacted(runs, before, scans.measure(views, aws), aws)
    console.print(scanned_table(entry["views"]))


def connect(home: Home) -> AirflowApi:
    """Airflow, which must run: raises RunsFailed."""
    if not airflow.running(home):
        raise RunsFailed("Airflow is not running. ./lake up starts it.")
    return AirflowApi(home)


def run_again(api: AirflowApi, runs: Mapping[Partition, str], console: Console) -> None:
    """Run partitions again from convert on and wait for their ends.

    runs: of each the DAG run that cleaned what is published. Raises RunsFailed.
    """
    contracts = {partition.dataset: load_contract(partition.dataset) for partition in runs}
    for partition, run_id in runs.items():
        begin(api, partition, run_id)
    expected = [(partition.dataset, partition.label) for partition in runs]
    ended = watching.watch(api, console, contracts, expected)
    failed = [f"{one.dataset} {one.label}" for one in ended if one.state == "failed"]
    if failed:
        why = watching.failures(api, sorted(contracts))
        raise RunsFailed(
            f"{', '.join(failed)} failed; readers still see what was published before.\n{why}"
        )


def find_runs(api: AirflowApi, over: Iterable[Cut]) -> tuple[dict[Partition, str], list[str]]:
    """The DAG runs that cleaned what is published, and why there is none of the others."""
    runs, left = {}, []
    for cut in over:
        try:
            runs[cut.partition] = find_run(api, cut.partition, cut.clean)
        except RunsFailed as error:
            left.append(str(error))
    return runs, left


def find_run(api: AirflowApi, partition: Partition, clean: str) -> str:
    """The id of the DAG run that cleaned what is published."""
    dataset = partition.dataset
    contract = load_contract(dataset)
    for run in reversed(api.runs(dataset)):
        if watching.label_of(contract, run) != partition.label:
            continue
        result = api.result(dataset, run["dag_run_id"], "clean") or {}
        if clean and result.get("token") == clean:
            if run["state"] not in FINISHED:
                raise RunsFailed(f"{partition} is under way in {run['dag_run_id']}. Wait for it.")
            return str(run["dag_run_id"])
    # Not from `convert` on in the last run: it may have cleaned what readers were rolled back from.
    raise RunsFailed(
        f"No run of the DAG {dataset} holds what is published of {partition}: it was deleted, or "
        f"ran from `clean` on again. Run it anew: ./lake backfill {dataset} {partition.label} "
        "--again."
    )


def begin(api: AirflowApi, partition: Partition, run_id: str) -> None:
    """Mark the partition as under way, as land does, and clear convert and all that follow it.

    The mark first: it says what readers see now, which the run may replace and nothing else.
    """
    ledger.started(partition, make_token("rerun", run_id, time.time()))
    try:
        api.clear_from(partition.dataset, run_id, "convert")
    except BaseException:
        ledger.ended(partition)
        raise


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


def scanned_table(views: Iterable[Mapping[str, Any]]) -> Table:
    """What Athena scans for each view, before and after."""
    shown = Table(title="Bytes that views scan", title_justify="left")
    for name in ("view", "before", "after", "change"):
        shown.add_column(name, justify="left" if name == "view" else "right")
    for view in views:
        before, after = view["bytes_before"], view["bytes_after"]
        change = f"{(after - before) / before:+.1%}" if before else ""
        shown.add_row(view["view"], f"{before:,}", f"{after:,}", change)
    return shown

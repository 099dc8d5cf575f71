"""``./lake backfill``: a range of partitions, planned, then run by Airflow's own backfill."""

import argparse
import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from laptop import watching
from laptop.airflow import FINISHED, AirflowApi
from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.intervals import interval
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.planning import quotas
from tarn.planning.backfill import PUBLISHED, Plan, parse_range, plan

MB = 1 << 20
SHOWN = 40  # partitions of a plan's table; the rest is summed up


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake backfill`` takes."""
    parser.add_argument("dataset")
    parser.add_argument("range", help="2013-01..2013-12, one partition, or all")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and do nothing")
    parser.add_argument("--again", action="store_true", help="also what is published already")
    parser.add_argument("--json", action="store_true", help="the plan as JSON; does nothing")
    parser.add_argument("--at-once", type=int, default=2, help="partitions under way at once")


def run(options: argparse.Namespace, api: AirflowApi, console: Console) -> int:
    """Plan, show, and unless it is a dry run carry out; 1 where a partition failed."""
    contract = load_contract(options.dataset)
    partitions = parse_range(contract, options.range)
    aws = Aws.from_environment()
    planned = plan(contract, partitions, aws, again=options.again)
    bounds = quotas.read(aws)
    if options.json:
        answer = planned.to_dict() | bounds.to_dict()
        print(json.dumps(answer, indent=2))  # noqa: T201 - for other programs
        return 0
    console.print(table(planned))
    console.print(basis(planned))
    at_once = allowed(bounds, options.at_once, console)
    bounds.require_room(quotas.new_objects(planned.to_run, aws))
    tell_refreshes(aws, console)
    if options.dry_run or not planned.to_run:
        return 0
    request(api, planned, at_once)
    expected = [(contract.name, partition.label) for partition in planned.to_run]
    ended = watching.watch(api, console, {contract.name: contract}, expected)
    failed = [one.label for one in ended if one.state == "failed"]
    if failed:
        told = watching.failures(api, [contract.name])
        raise watching.RunsFailed(f"{', '.join(failed)} of {contract.name} failed\n{told}")
    watching.wait_for_views(api, ledger.pending_refresh, console)
    console.print("Views and dashboards show it.")
    return 0


def allowed(bounds: quotas.Bounds, asked: int, console: Console) -> int:
    """How many partitions run at once by the account's quotas; says what lowers it."""
    at_once, lowered = bounds.at_once(asked)
    if lowered:
        console.print(f"{at_once} partitions at once, not {asked}: {lowered}", markup=False)
    if bounds.unread:
        console.print(bounds.unread, markup=False)
    return at_once


def tell_refreshes(aws: Aws, console: Console) -> None:
    """Which dashboards will not show it today, before the work is done for them."""
    for view, again in quotas.refreshed_out(aws).items():
        console.print(
            f"QuickSight has refreshed {view} {quotas.REFRESHES} times in 24 hours: its dashboards "
            f"follow after {again:%H:%M} UTC, once lake_views runs again",
            markup=False,
        )


def request(api: AirflowApi, planned: Plan, at_once: int) -> None:
    """Ask Airflow for the planned partitions.

    Those that have a run are cleared, unless it is under way; the others are one backfill. A
    dataset without partitions has its one run by its schedule, once it is unpaused.
    """
    contract = planned.contract
    for dag_id in (contract.name, watching.VIEWS_DAG):
        api.unpause(dag_id)
    if open_backfills := api.open_backfills(contract.name):
        raise watching.RunsFailed(
            f"Airflow runs backfill {open_backfills[0]['id']} of {contract.name} already, and "
            "allows one at a time. Wait for it, or cancel it in Airflow."
        )
    runs = {watching.label_of(contract, run): run for run in api.runs(contract.name)}
    for partition in planned.to_run:
        run = runs.get(partition.label)
        if run and run["state"] in FINISHED:
            api.clear(contract.name, run["dag_run_id"])
    fresh = [p for p in planned.to_run if p.keys and p.label not in runs]
    if fresh:
        first, last = _moment(fresh[0]), _moment(fresh[-1])
        api.backfill(contract.name, first, last, at_once)


def _moment(partition: Partition) -> str:
    """Its logical date, as Airflow's API takes it."""
    held = interval(partition)
    assert held is not None, "a partition with keys has an interval"
    return held[0].strftime("%Y-%m-%dT%H:%M:%SZ")


def table(planned: Plan) -> Table:
    """The plan: each partition and why, then the sums."""
    shown = Table(title=f"Backfill of {planned.contract.name}", title_justify="left")
    for column in ("partition", "why", "landed MB", "DPU-hours", "USD"):
        shown.add_column(column, justify="left" if column in ("partition", "why") else "right")
    one = _figures(planned, 1)
    for item in planned.partitions[:SHOWN]:
        figures: Sequence[str] = one if item.runs else ("", "", "")
        shown.add_row(item.partition.label, item.reason, *figures)
    left = len(planned.partitions) - SHOWN
    if left > 0:
        shown.add_row("…", f"{left} more")
    shown.add_section()
    count = len(planned.to_run)
    shown.add_row(f"{count} to run", "", *_figures(planned, count))
    return shown


def _figures(planned: Plan, count: int) -> tuple[str, str, str]:
    if planned.estimate is None:
        return "?", "?", "?"
    each = planned.estimate
    return (
        f"{each.bytes_landed * count / MB:,.1f}",
        f"{each.dpu_hours * count:,.3f}",
        f"{each.cost_usd * count:,.2f}",
    )


def basis(planned: Plan) -> str:
    """What the plan's figures rest on, and what it leaves alone."""
    if planned.estimate is None:
        said = "Nothing of this dataset is published yet: what it will take is unknown."
    else:
        said = f"Estimated from the median of {planned.estimate.runs} published runs."
    kept = sum(item.reason == PUBLISHED for item in planned.partitions)
    return said + (
        f" {kept} published partitions stay as they are; --again runs them too." if kept else ""
    )

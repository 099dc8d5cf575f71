"""The subcommands of ``./lake``."""

import argparse
import getpass
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from laptop import (
    backfill,
    bench,
    compose,
    dashboard,
    demo,
    deployment,
    environment,
    recipe,
    rerun,
    stack,
    watching,
)
from laptop import console as pages
from laptop.airflow import AirflowApi
from laptop.bench.athena_suite import SuiteFailed
from laptop.bench.s3 import LoadFailed
from laptop.bench.servers import RunFailed, ServerFailed
from laptop.home import ROOT, Home
from laptop.processes import StartFailed
from laptop.sql.query import QueryRefused
from tarn.contracts.load import load_contracts
from tarn.errors import TarnError

QUICK = "not spark and not airflow and not browser and not restart"
HEAVY = "spark or airflow or browser"
BOTH_CORES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # tests/conftest.py orders
TWO_LANES = ("-n", "2", "--dist", "loadgroup")
SLOWEST = "--durations=10"
FAILURES = (
    StartFailed,
    stack.PortTaken,
    stack.NotRunning,
    watching.RunsFailed,
    QueryRefused,
    deployment.NotAsked,
    pages.LinkRefused,
    LoadFailed,
    RunFailed,
    ServerFailed,
    SuiteFailed,
    TarnError,
)
console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; its exit code."""
    options, rest = _parser().parse_known_args(arguments)
    if rest and options.run not in PASSES_ON:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return int(options.run(options, rest) or 0)
    except FAILURES as error:
        console.print(f"lake: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nlake: interrupted. What was started goes on; ./lake down stops it.")
        return 130


def run_demo(_options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Everything: stack, deployment, a year of partitions, views, dashboard."""
    began = time.monotonic()
    home = Home.from_environment()
    console.print("Starting the stack on 127.0.0.1")
    stack.up(home, console.print)
    stack.use_aws(home)
    deployment.deploy(console)
    api = AirflowApi(home)
    demo.wait_for_dags(api)
    started = time.monotonic()
    demo.request_work(api)
    console.print("Twelve months of flights and weather; planes, airports and airlines as a whole")
    partitions = watching.watch(api, console, load_contracts(), demo.EXPECTED)
    partitions_took = time.monotonic() - started
    failed = [p for p in partitions if p.state == "failed"]
    if failed:
        told = watching.failures(api, demo.DATASETS)
        raise watching.RunsFailed(f"{len(failed)} partitions failed\n{told}")
    from tarn.ledger import ledger

    watching.wait_for_views(api, ledger.pending_refresh, console)
    _summarise(api)
    console.print(
        f"\nPartitions took {partitions_took:.0f} s, everything {time.monotonic() - began:.0f} s."
    )
    return 0


def _summarise(api: AirflowApi) -> None:
    from laptop.sql import shown
    from laptop.sql.query import Asker
    from tarn.ledger import ledger

    console.print()
    console.print(demo.ledger_table(ledger.summary()))
    worst = Asker().ask(
        "SELECT carrier_name, month, flights, cancelled, "
        "round(avg_arrival_delay, 1) AS avg_arrival_delay "
        "FROM lake.delays_by_carrier_month WHERE flights >= 100 ORDER BY 5 DESC LIMIT 5"
    )
    title = "The worst months of any carrier (Athena: lake.delays_by_carrier_month)"
    shown.show(worst, console, title)
    console.print(f"Airflow    {api.address}")
    _print_links(Dashboard=f"{pages.DASHBOARDS}/tarn-flights", Console=pages.HOME)
    console.print('AWS        eval "$(./lake env)", then aws, boto3, awswrangler as ever')


def run_up(_options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Start the stack over the data that is there."""
    home = Home.from_environment()
    stack.up(home, console.print)
    stack.use_aws(home)
    deployment.deploy(console)
    console.print(f"Airflow    http://127.0.0.1:{home.ports().airflow}")
    _print_links(Dashboards=pages.DASHBOARDS, Console=pages.HOME)
    return 0


def _print_links(**paths: str) -> None:
    for name, path in paths.items():
        console.print(f"{name:10} {pages.link(path)}", soft_wrap=True)
    console.print("Each link opens once, within ten minutes. ./lake open makes another.")


def run_open(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """The console in a browser; prints its one-time link."""
    stack.use_aws(Home.from_environment())
    address = pages.link(options.path, options.reader)
    console.print(address, soft_wrap=True, markup=False)
    if not options.print:
        pages.show(address)
    return 0


def run_down(_options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Stop the stack; the data stays."""
    stopped = stack.down(Home.from_environment())
    console.print(f"Stopped: {', '.join(stopped)}" if stopped else "Nothing was running")
    return 0


def run_status(_options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """What runs; exit code 1 where not everything does."""
    parts = stack.parts(Home.from_environment())
    for name, running in parts.items():
        console.print(f"{name:24} {'running' if running else 'stopped'}")
    return 0 if all(parts.values()) else 1


def run_env(_options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Shell lines that point AWS clients at the local AWS."""
    for name, value in environment.aws(Home.from_environment()).items():
        print(f"export {name}='{value}'")  # noqa: T201 - for eval
    return 0


def run_serve(_options: argparse.Namespace, rest: Sequence[str]) -> int:
    """local_aws alone, in the foreground."""
    os.execve(sys.executable, [sys.executable, "-m", "local_aws", *rest], environment.base())


def run_sql(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """A statement through Athena, its rows, bytes and cost; a prompt where none is given."""
    from laptop.sql import shown
    from laptop.sql.query import Asker

    home = Home.from_environment()
    stack.use_aws(home)
    asker = Asker(database=options.database)
    if options.sql is None and sys.stdin.isatty():
        from laptop.sql import prompt

        prompt.run(asker, console, home.folder / "sql_history")
        return 0
    try:
        answer = asker.ask(sys.stdin.read() if options.sql is None else options.sql)
        if options.csv:
            shown.write_csv(answer, sys.stdout)
        elif options.json:
            shown.write_json(answer, sys.stdout)
        else:
            shown.show(answer, console)
    except QueryRefused as error:
        shown.refusal(error, Console(stderr=True, highlight=False))
        return 1
    return 0


def run_deploy(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Make what is declared: its stacks, then all that follows the contracts file by file."""
    deployment.use(options)
    deployment.deploy(console)
    return 0


def run_destroy(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Take a lake down, and its data only with --delete-data; asks before."""
    deployment.use(options)
    return deployment.destroy(options, console)


def run_plan(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """What a deploy would change, and what to rebuild; exit code 2 where it would change something.

    1 where it would refuse, 0 where nothing would change; partitions to rebuild do not count.
    """
    from laptop import plan as shown
    from tarn.planning.plan import make_plan

    deployment.use(options)
    plan = make_plan()
    if options.json:
        print(json.dumps(plan.to_dict(), indent=1))  # noqa: T201 - for other programs
    else:
        for table in shown.tables(plan):
            console.print(table)
    return shown.exit_code(plan)


def run_replay(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Put a partition's quarantined rows through again, after a rule was mended."""
    home = Home.from_environment()
    stack.use_aws(home)
    rerun.replay(home, options.dataset, options.partition, options.dry_run, console)
    return 0


def run_compact(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Rewrite published partitions whose files do not keep to their budget."""
    home = Home.from_environment()
    stack.use_aws(home)
    rerun.compact(home, options.dataset, options.dry_run, console)
    return 0


def run_trace(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Where a figure comes from, down to the landed bytes; exit code 1 where something is gone."""
    from dataclasses import asdict

    from laptop import ledger
    from tarn.lineage.trace import trace

    deployment.use(options)
    found = trace(options.name, options.partition)
    if options.json:
        print(json.dumps(asdict(found), indent=1))  # noqa: T201 - for other programs
    else:
        console.print(ledger.tree(found))
    return 1 if any(found.all_problems()) else 0


def run_rollback(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Send readers of a partition back to its former run; twice goes further back."""
    from laptop import ledger
    from tarn.contracts.load import load_contract
    from tarn.partition import Partition
    from tarn.published.rollback import rollback

    deployment.use(options)
    partition = Partition.parse(load_contract(options.dataset), options.partition)
    console.print(ledger.moved(rollback(partition, getpass.getuser(), options.to)), markup=False)
    return 0


def run_collect(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Delete what nobody reads nor can go back to."""
    from laptop import ledger
    from tarn.published.retention import collect

    deployment.use(options)
    things = list(collect(dry_run=options.dry_run))
    title = "Would be deleted" if options.dry_run else "Deleted"
    console.print(ledger.collected(things, title) if things else "Nothing to collect")
    return 0


def run_restore(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Readers see again what the ledger says, after the catalog was lost.

    Exit code 1 where some cannot.
    """
    from laptop import ledger
    from tarn.published.restore import RESTORED, restore

    deployment.use(options)
    things = list(restore(dry_run=options.dry_run))
    console.print(ledger.restored(things, options.dry_run) if things else "Nothing to restore")
    return 0 if all(one.state == RESTORED for one in things) else 1


def run_backfill(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Plan a range of partitions and take it through Airflow; --dry-run only plans."""
    home = Home.from_environment()
    stack.use_aws(home)
    return backfill.run(options, AirflowApi(home), console)


def run_test(_options: argparse.Namespace, rest: Sequence[str]) -> int:
    """The test suite; ``quick`` leaves out what starts Spark, Airflow or a browser.

    ``./lake test tests/dags -x`` is ``pytest tests/dags -x`` in the lake's environment.
    """
    if rest[:1] == ["quick"]:
        return _pytest("-m", QUICK, *BOTH_CORES, *rest[1:])
    if rest:
        return _pytest(*rest)
    console.print("Part 1 of 2: engines, services, contracts, DAGs")
    first = _pytest("-m", f"not ({HEAVY})", *BOTH_CORES, SLOWEST)
    console.print("Part 2 of 2: Airflow's scheduler; beside it Spark and the browser")
    return max(first, _pytest("-m", HEAVY, "-v", *TWO_LANES, SLOWEST))


def _pytest(*arguments: str) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment.base(), check=False).returncode


def run_bench(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """CPU and memory of local_aws beside its peers."""
    return int(options.bench(options, console))


def run_recipe(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """A dataset's recipe as PySpark, Athena SQL or DuckDB SQL; and its tests by rows."""
    return int(options.recipe(options))


def run_dashboard(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """How the declared dashboards differ from those that readers see."""
    stack.use_aws(Home.from_environment())
    return int(options.dashboard(options, console))


def run_check(_options: argparse.Namespace, _rest: Sequence[str]) -> int:
    """Lint, format and types."""
    checks = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    codes = [
        subprocess.run([sys.executable, "-m", *check], cwd=ROOT, check=False).returncode
        for check in checks
    ]
    return max(codes)


Command = Callable[[argparse.Namespace, Sequence[str]], Any]
PASSES_ON: tuple[Command, ...] = (run_serve, run_test)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lake", description="Tarn: a data lake, here and on AWS.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, *, passes_on: bool = False) -> argparse.ArgumentParser:
        help_text = (run.__doc__ or "").split(";")[0].rstrip(".")
        sub = commands.add_parser(name, help=help_text, add_help=not passes_on)
        sub.set_defaults(run=run)
        return sub

    add("demo", run_demo)
    add("up", run_up)
    add("down", run_down)
    add("status", run_status)
    add("env", run_env)
    add("serve", run_serve, passes_on=True)
    asked = add("sql", run_sql)
    asked.add_argument("sql", nargs="?", help="a statement; nothing for a prompt, or from a pipe")
    asked.add_argument("--database", default="", help="of names without one; else the lake's")
    forms = asked.add_mutually_exclusive_group()
    forms.add_argument("--csv", action="store_true", help="every row as CSV")
    forms.add_argument("--json", action="store_true", help="every row as a JSON object a line")
    opened = add("open", run_open)
    opened.add_argument("path", nargs="?", default=pages.HOME, help="a page: /quicksight/...")
    opened.add_argument("--reader", default="", help="dashboards as this QuickSight user")
    opened.add_argument("--print", action="store_true", help="print the link and open nothing")
    planned = add("plan", run_plan)
    planned.add_argument("--json", action="store_true", help="for other programs")
    deployment.add_place(planned)
    deployment.add_place(add("deploy", run_deploy))
    deployment.add_destroy(add("destroy", run_destroy))
    traced = add("trace", run_trace)
    traced.add_argument("name", help="a dataset, a view or a QuickSight data set")
    traced.add_argument("partition", nargs="?", default="", help="of a dataset: 2013-03")
    traced.add_argument("--json", action="store_true", help="for other programs")
    back = add("rollback", run_rollback)
    back.add_argument("dataset")
    back.add_argument("partition", nargs="?", default="all", help="2013-03; nothing for a whole")
    back.add_argument("--to", default="", metavar="RUN", help="this run, or its first letters")
    collected = add("collect", run_collect)
    collected.add_argument("--dry-run", action="store_true", help="only say what would go")
    restored = add("restore", run_restore)
    restored.add_argument("--dry-run", action="store_true", help="only say what would be done")
    for one in (traced, back, collected, restored):
        deployment.add_place(one)
    backfill.add_options(add("backfill", run_backfill))
    again = add("replay", run_replay)
    again.add_argument("dataset")
    again.add_argument("partition", help="2013-03, or `all` for a dataset without partitions")
    again.add_argument("--dry-run", action="store_true", help="tell how many rows would pass now")
    smaller = add("compact", run_compact)
    smaller.add_argument("dataset", nargs="*", help="all datasets where none is named")
    smaller.add_argument("--dry-run", action="store_true", help="tell what would be rewritten")
    recipe.add_options(add("recipe", run_recipe))
    dashboard.add_options(add("dashboard", run_dashboard))
    compose.add_options(add("compose-secrets", compose.run))
    add("test", run_test, passes_on=True)
    bench.add_benches(add("bench", run_bench))
    add("check", run_check)
    return parser

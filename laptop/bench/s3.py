"""S3: the CPU and memory of local_aws, beside `rclone serve s3` and moto."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from laptop.bench import machine, report, servers
from laptop.bench.meter import MB, Meter, Used, open_files
from laptop.bench.s3_client import LOADS, Sizes
from laptop.bench.servers import KINDS, Server

FULL = Sizes(big_mb=1024, small=5000, small_bytes=10_000, listed=10_000, listings=5, pairs=100_000)
QUICK = Sizes(big_mb=24, small=40, small_bytes=10_000, listed=60, listings=2, pairs=50)
DEFAULT = ("up", "down", "put", "get", "list")
PEER = "rclone"


class LoadFailed(Exception):
    """The client of a load ended early; the message is the end of what it said."""


@dataclass(frozen=True)
class Result:
    """One load against one server: the median of its runs, and all of them."""

    load: str
    server: str
    cpu: float
    peak: float
    before: float
    after: float
    runs: list[Used]
    kept: dict[str, int]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake bench s3`` takes."""
    names = [kind.name for kind in KINDS]
    parser.add_argument("--only", nargs="+", choices=LOADS, default=DEFAULT, metavar="LOAD")
    parser.add_argument("--servers", nargs="+", choices=names, default=names, metavar="SERVER")
    parser.add_argument("--runs", type=int, default=1, help="of each load; the median is shown")
    parser.add_argument("--pairs", type=int, default=None, help="puts and deletes of `flat`")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    report.add_options(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """S3: local_aws beside rclone and moto; CPU seconds and memory of the servers."""
    sizes = QUICK if options.quick else FULL
    if options.pairs is not None:
        sizes = Sizes(**asdict(sizes) | {"pairs": options.pairs})
    facts = machine.facts()
    with _running(options.servers, options.scratch) as (running, scratch):
        results = [
            result
            for load in options.only
            for result in _compare(load, running, sizes, scratch, options.runs, console)
        ]
    facts |= {f"{kind.name} is": servers.version(kind) for kind in KINDS}
    console.print(_table(results, options.servers, sizes))
    report.close(console, facts, _document(sizes, results), options.json)
    return 0


@contextmanager
def _running(names: Sequence[str], scratch: Path | None) -> Iterator[tuple[list[Server], Path]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("-bench", dir=scratch)))
        running = []
        for kind in KINDS:
            if kind.name in names:
                running.append(servers.start(kind, folder))
                stack.callback(running[-1].stop)
        yield running, folder


def _compare(
    load: str, running: list[Server], sizes: Sizes, scratch: Path, runs: int, console: Console
) -> Iterator[Result]:
    """The servers take turns, so that a busy minute of the machine meets them all."""
    used: dict[str, list[Used]] = {server.name: [] for server in running}
    for number in range(runs):
        for server in running:
            one = measure(load, server, sizes, scratch)
            used[server.name].append(one)
            console.print(
                f"{load:5} run {number + 1} of {runs}  {server.name:10} "
                f"{one.cpu:7.2f} CPU s  {one.peak:6.0f} MB",
                markup=False,
            )
    for server in running:
        yield _result(load, server, used[server.name])


def measure(load: str, server: Server, sizes: Sizes, scratch: Path) -> Used:
    """Run the client of one load; what the server used from its `ready` to its `done`."""
    numbers = [str(number) for number in astuple(sizes)]
    log = scratch / "client.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "laptop.bench.s3_client", load, str(scratch), *numbers],
            env=dict(servers.client_environment(server)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as client,
    ):
        try:
            _wait(client, "ready")
            os.sync()  # or whoever comes next pays for what the one before left to be written
            with Meter(server.process.pid) as meter:
                _proceed(client)
                _wait(client, "done")
        except LoadFailed:
            reason = log.read_text()[-2000:]
            raise LoadFailed(f"{load} against {server.name} failed:\n{reason}") from None
        finally:
            client.kill()
    return meter.used


def _wait(client: "subprocess.Popen[str]", word: str) -> None:
    said = client.stdout.readline() if client.stdout else ""
    if said.strip() != word:
        raise LoadFailed(f"the client said '{said.strip()}', not '{word}'")


def _proceed(client: "subprocess.Popen[str]") -> None:
    if client.stdin:
        client.stdin.write("\n")
        client.stdin.flush()


def _result(load: str, server: Server, runs: list[Used]) -> Result:
    return Result(
        load,
        server.name,
        cpu=median(one.cpu for one in runs),
        peak=median(one.peak for one in runs),
        before=median(one.before for one in runs),
        after=median(one.after for one in runs),
        runs=runs,
        kept=_kept(server),
    )


def _kept(server: Server) -> dict[str, int]:
    """What a load may leave behind: bytes of state, files and folders, open descriptors."""
    state = [path for path in server.folder.glob("state/*") if path.is_file()]
    return {
        "state_bytes": sum(path.stat().st_size for path in state),
        "files": sum(len(names) for _, _, names in os.walk(server.folder)),
        "folders": sum(len(names) for _, names, _ in os.walk(server.folder)),
        "descriptors": open_files(server.process.pid),
    }


def title(load: str, sizes: Sizes) -> str:
    """A load in words, with its size."""
    return {
        "up": f"{sizes.big_mb} MB up, multipart",
        "down": f"{sizes.big_mb} MB down, ranges",
        "put": f"{sizes.small:,} puts of {sizes.small_bytes:,} bytes",
        "get": f"{sizes.small:,} gets of them",
        "list": f"{sizes.listings} listings of {sizes.listed:,} keys",
        "flat": f"{sizes.pairs:,} puts and deletes",
    }[load]


def _table(results: list[Result], names: Sequence[str], sizes: Sizes) -> Table:
    table = Table(title="Server CPU seconds (× rclone's), and peak memory in MB")
    table.add_column("load")
    for name in names:
        table.add_column(name, justify="right")
    for load in dict.fromkeys(result.load for result in results):
        row = {result.server: result for result in results if result.load == load}
        table.add_row(title(load, sizes), *(_cell(row[name], row.get(PEER)) for name in names))
        if load == "flat":
            table.add_row("  memory before → after", *(_growth(row[name]) for name in names))
    return table


def _cell(result: Result, peer: Result | None) -> str:
    ratio = f" ({result.cpu / peer.cpu:.2f}×)" if peer and peer.cpu else ""
    return f"{result.cpu:.2f}{ratio}  {result.peak:.0f} MB"


def _growth(result: Result) -> str:
    kept = result.kept
    return (
        f"{result.before:.1f} → {result.after:.1f} MB; state {kept['state_bytes'] / MB:.1f} MB, "
        f"{kept['files']} files, {kept['folders']} folders, {kept['descriptors']} descriptors"
    )


def _document(sizes: Sizes, results: list[Result]) -> dict[str, Any]:
    return {
        "sizes": asdict(sizes),
        "results": [asdict(result) for result in results],
    }

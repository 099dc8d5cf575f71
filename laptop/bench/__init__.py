"""``./lake bench WHAT``: what this server costs, beside its peers, in one run on one machine.

`BENCHES` is the list. A bench starts every server as a process of its own, drives all of them with
the same client code, and prints what the *servers* used: a client's own time says little of them.
"""

import argparse
from collections.abc import Callable

from rich.console import Console

from laptop.bench import s3

Bench = Callable[[argparse.Namespace, Console], int]
BENCHES: dict[str, tuple[Callable[[argparse.ArgumentParser], None], Bench]] = {
    "s3": (s3.add_options, s3.run),
}


def add_benches(parser: argparse.ArgumentParser) -> None:
    """A subcommand for each bench."""
    names = parser.add_subparsers(required=True, metavar="WHAT")
    for name, (add_options, bench) in BENCHES.items():
        sub = names.add_parser(name, help=(bench.__doc__ or "").split(";")[0].rstrip("."))
        add_options(sub)
        sub.set_defaults(bench=bench)

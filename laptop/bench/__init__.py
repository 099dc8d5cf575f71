"""``./lake bench WHAT``: what the lake costs, in one run on one machine.

`BENCHES` is the list. A bench starts what it measures as processes of its own, over a folder of its
own, and prints what *they* used: the time of who drives them says little of them.
"""

import argparse
from collections.abc import Callable

from rich.console import Console

from laptop.bench import athena, databrew, glue, pipeline, quicksight, s3

Bench = Callable[[argparse.Namespace, Console], int]
BENCHES: dict[str, tuple[Callable[[argparse.ArgumentParser], None], Bench]] = {
    "s3": (s3.add_options, s3.run),
    "pipeline": (pipeline.add_options, pipeline.run),
    "athena": (athena.add_options, athena.run),
    "glue": (glue.add_options, glue.run),
    "databrew": (databrew.add_options, databrew.run),
    "quicksight": (quicksight.add_options, quicksight.run),
}


def add_benches(parser: argparse.ArgumentParser) -> None:
    """A subcommand for each bench."""
    names = parser.add_subparsers(required=True, metavar="WHAT")
    for name, (add_options, bench) in BENCHES.items():
        sub = names.add_parser(name, help=(bench.__doc__ or "").split(";")[0].rstrip("."))
        add_options(sub)
        sub.set_defaults(bench=bench)

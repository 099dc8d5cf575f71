"""``./lake dashboard diff``: what a deploy would change of the dashboards that readers see."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.tree import Tree

from tarn.aws import Aws
from tarn.dashboards.difference import Difference
from tarn.deploy.quicksight import declared_dashboards, difference_of, read
from tarn.errors import Terminal

COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}
SAME, DIFFERENT = 0, 2


def add_options(parser: argparse.ArgumentParser) -> None:
    """The command and what it takes."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    compared = commands.add_parser("diff", help="compare with what readers see")
    compared.add_argument("names", nargs="*", help="files of dashboards/; all where none is named")
    compared.set_defaults(dashboard=diff)


def diff(options: argparse.Namespace, console: Console) -> int:
    """Print each dashboard's differences; 2 where there are any, as `./lake plan` has it."""
    aws = Aws()
    found = {path.stem: difference_of(read(path, aws), aws) for path in _chosen(options.names, aws)}
    for name, parts in found.items():
        console.print(tree(name, parts) if parts else f"{name}: as deployed")
    return DIFFERENT if any(found.values()) else SAME


def tree(name: str, parts: Iterable[Difference]) -> RenderableType:
    """One dashboard's differences, part by part."""
    root = Tree(f"[bold]{escape(name)}[/]")
    for part in parts:
        branch = root.add(f"[{COLOURS[part.kind]}]{part.kind}[/] {escape(part.what)}")
        for line in part.detail:
            branch.add(escape(line))
    return root


def _chosen(names: Sequence[str], aws: Aws) -> list[Path]:
    known = {path.stem: path for path in declared_dashboards(aws)}
    for name in names:
        if name not in known:
            raise Terminal(f"There is no dashboards/{name}.json; there are {', '.join(known)}.")
    return [known[name] for name in names or known]

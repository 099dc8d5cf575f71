"""What the ledger's commands show: a trace as a tree, what is collected as a table."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from tarn.lineage.trace import Node
from tarn.published.readers import run_of
from tarn.published.restore import Restored
from tarn.published.retention import Collected


def tree(node: Node) -> Tree:
    """A trace, its problems in red."""
    shown = Tree(_label(node))
    for below in node.below:
        shown.children.append(tree(below))
    return shown


def _label(node: Node) -> str:
    facts = "  ".join(f"[dim]{name}[/] {_text(value)}" for name, value in node.facts.items())
    lines = [f"[bold]{escape(node.name)}[/]  {facts}".rstrip()]
    lines += [f"[red]{escape(problem)}[/]" for problem in node.problems]
    return "\n".join(lines)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(", ".join(value) if isinstance(value, list) else str(value))


def collected(things: Iterable[Collected], title: str) -> Table:
    """What was, or would be, deleted."""
    shown = Table(title=title, title_justify="left")
    for name in ("what", "why"):
        shown.add_column(name, overflow="fold")
    for name in ("objects", "bytes"):
        shown.add_column(name, justify="right")
    for thing in things:
        sizes = (f"{size:,}" if size else "" for size in (thing.objects, thing.bytes))
        shown.add_row(escape(thing.what), escape(thing.why), *sizes)
    return shown


def restored(things: Iterable[Restored], dry_run: bool) -> Table:
    """What readers see again, and what they cannot."""
    shown = Table(title="Would be restored" if dry_run else "Restored", title_justify="left")
    for name in ("partition", "state", "run", "why"):
        shown.add_column(name, overflow="fold")
    for thing in things:
        row = (str(thing.partition), thing.state, run_of(thing.location), thing.why)
        shown.add_row(*map(escape, row))
    return shown


def moved(entry: Mapping[str, Any]) -> str:
    """A rollback's record in two sentences."""
    return (
        f"{entry['dataset']} {entry['partition']}: readers see run {run_of(entry['location'])} "
        f"({entry['rows_published']:,} rows) and no longer {run_of(entry['previous_location'])}.\n"
        "Dashboards show it after the next run of the DAG lake_views; start it to see it now."
    )

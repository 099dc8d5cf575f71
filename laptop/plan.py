"""./lake plan: what a deploy would change, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from tarn.contracts.changes import ContractDifference
from tarn.deploy.compare import Change
from tarn.deploy.stacks import StackChange
from tarn.planning.plan import Plan, Rebuild

UNCHANGED, FAILED, CHANGED = 0, 1, 2
COLOURS = {"create": "green", "delete": "red"}
SHOWN = 3  # places of an update that a line names


def exit_code(plan: Plan) -> int:
    """0: a deploy would change nothing; 1: it would refuse; 2: it would change something."""
    if plan.refused:
        return FAILED
    return CHANGED if plan.changes else UNCHANGED


def tables(plan: Plan) -> Iterator[RenderableType]:
    """The plan for people."""
    if plan.contracts:
        yield _contracts(plan.contracts)
    if plan.changes:
        yield _changes(plan)
    if plan.rebuilds:
        yield _rebuilds(plan.rebuilds)
    yield _said(plan)


def _contracts(differences: tuple[ContractDifference, ...]) -> Table:
    table = Table(
        "contract", "version", "what changes", "", title="Contracts", title_justify="left"
    )
    for difference in differences:
        version = f"{difference.deployed or 'none'} → {difference.declared}"
        head = (difference.dataset, version)
        for change in difference.changes:
            kind = "[red]breaking[/]" if change.breaking else "[green]compatible[/]"
            table.add_row(*head, escape(change.what), kind)
            head = ("", "")
        if not difference.changes:
            table.add_row(*head, "only the version", "")
    return table


def _changes(plan: Plan) -> Table:
    table = Table("", "on AWS", "where", title="Changes", title_justify="left")
    for change in plan.changes:
        colour = COLOURS.get(change.verb, "yellow")
        table.add_row(f"[{colour}]{change.verb}[/]", change.what, _where(change))
    return table


def _where(change: Change) -> str:
    """Where an update differs; of a stack, what becomes of each resource."""
    if isinstance(change, StackChange):
        return "\n".join(_loud(sentence) for sentence in change.detail)
    more = len(change.detail) - SHOWN
    return escape(", ".join(change.detail[:SHOWN])) + (f" and {more} more" if more > 0 else "")


def _loud(sentence: str) -> str:
    """Red where something is replaced or deleted: such a sentence begins in capitals."""
    return f"[red]{escape(sentence)}[/]" if sentence[:2].isupper() else escape(sentence)


def _rebuilds(rebuilds: tuple[Rebuild, ...]) -> Table:
    table = Table("partition", "why", "landed", "cost", title="To rebuild", title_justify="left")
    table.columns[2].justify = table.columns[3].justify = "right"
    for rebuild in rebuilds:
        name = f"{rebuild.dataset} {rebuild.partition}"
        why = "; ".join(rebuild.reasons)
        table.add_row(
            name, escape(why), f"{rebuild.bytes / 1e6:.1f} MB", f"${rebuild.cost_usd:.2f}"
        )
    return table


def _said(plan: Plan) -> str:
    count = len(plan.changes)
    lines = [f"{_count(count, 'change')} to deploy" if count else "Nothing to deploy"]
    if plan.rebuilds:
        size, cost = sum(r.bytes for r in plan.rebuilds), sum(r.cost_usd for r in plan.rebuilds)
        lines.append(
            f"{_count(len(plan.rebuilds), 'partition')} to rebuild: {size / 1e6:.1f} MB landed, "
            f"about ${cost:.2f} by what the last runs cost (./lake backfill DATASET RANGE --again)"
        )
    if unknown := len(plan.unknown):
        says = "does not say what it was" if unknown == 1 else "do not say what they were"
        lines.append(f"{_count(unknown, 'partition')} {says} made from")
    if plan.refused:
        names = ", ".join(d.dataset for d in plan.contracts if d.refused)
        lines.append(
            f"[red]A deploy would refuse: {names} breaks readers without a new major version[/]"
        )
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

"""Drift: what a partition's files have that its contract has not, and what is done about it.

It is looked for twice: in the header of the raw file, and in the shadow table of the converted
one. What the newest run of a partition has found is kept in the ops zone, as
`drift/<dataset>/<partition>.json` and, where the contract can take the columns in, as a patch
beside it; a run without drift takes both away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tarn.contracts.contract import Contract
from tarn.errors import Finding

log = logging.getLogger(__name__)

KINDS = ("added", "missing", "retyped", "reordered")
# What stops a partition, by gate and the dataset's policy; all else is told and lets it pass.
# A raw file that differs is another file; a column more in ours takes nothing from readers.
STOPS = {
    ("landed", "fail"): KINDS,
    ("landed", "quarantine"): KINDS,
    ("landed", "evolve"): ("missing", "retyped"),
    ("schema", "fail"): ("missing", "retyped"),
    ("schema", "quarantine"): KINDS,
    ("schema", "evolve"): ("missing", "retyped"),
}


@dataclass(frozen=True)
class Added:
    """A column that the contract does not have; `after`: the column before it, "" for the first."""

    name: str
    type: str
    derived: bool  # not from the raw file
    after: str


@dataclass(frozen=True)
class Retyped:
    """A column of another type than the contract's."""

    name: str
    contract: str
    files: str


@dataclass(frozen=True)
class Drift:
    """reordered: the contract's columns in the files' order, where that is another."""

    added: tuple[Added, ...] = ()
    missing: tuple[str, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    reordered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, kind) for kind in KINDS)

    def to_dict(self) -> dict[str, list[str]]:
        """The columns of each kind, as people read them."""
        return {
            "added": [f"{column.name} {column.type}" for column in self.added],
            "missing": list(self.missing),
            "retyped": [
                f"{c.name}: {c.contract} in the contract, {c.files} in the files"
                for c in self.retyped
            ],
            "reordered": list(self.reordered),
        }

    def stopped_by(self, gate: str, policy: str) -> tuple[str, ...]:
        """The kinds of drift that stop a partition at a gate."""
        return tuple(kind for kind in STOPS[gate, policy] if getattr(self, kind))


def of_header(contract: Contract, names: Sequence[str]) -> Drift:
    """The raw file's header against the contract's source columns. CSV says no types."""
    wanted = contract.source_columns
    return Drift(
        added=_added(dict.fromkeys(names, "string"), wanted, derived=False),
        missing=tuple(name for name in wanted if name not in names),
        reordered=_reordered(names, wanted),
    )


def of_table(contract: Contract, found: Mapping[str, str], header: Sequence[str] = ()) -> Drift:
    """The shadow table's columns against the contract's, and the raw header that was let pass."""
    wanted = {column.name: column.type for column in contract.columns}
    raw = of_header(contract, header) if header else Drift()
    from_raw = tuple(Added(a.name, found.get(a.name, a.type), False, a.after) for a in raw.added)
    names = [*wanted, *header]
    return Drift(
        added=from_raw + _added(found, names, derived=True),
        missing=tuple(f"{name} {wanted[name]}" for name in wanted if name not in found),
        retyped=tuple(
            Retyped(name, wanted[name], found[name])
            for name in wanted
            if found.get(name, wanted[name]) != wanted[name]
        ),
        reordered=raw.reordered or _reordered(found, wanted),
    )


def _added(found: Mapping[str, str], wanted: Iterable[str], *, derived: bool) -> tuple[Added, ...]:
    names, known = list(found), set(wanted)
    before = dict(zip(names, ["", *names], strict=False))
    return tuple(
        Added(name, kind, derived, before[name])
        for name, kind in found.items()
        if name not in known
    )


def _reordered(found: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    wanted, found = list(wanted), list(found)
    common = [name for name in found if name in wanted]
    return tuple(common) if common != [name for name in wanted if name in found] else ()


def findings(drift: Drift, kinds: Iterable[str], where: str) -> list[Finding]:
    """What of a drift stops a partition, a finding for each column."""
    told = drift.to_dict()
    found = [
        Finding(f"{kind} column {column}", where)
        for kind in kinds
        if kind != "reordered"
        for column in told[kind]
    ]
    if "reordered" in kinds:
        found.append(Finding(f"reordered columns: {', '.join(drift.reordered)}", where))
    return found

"""The lake as a matrix: what state each partition of each dataset is in.

Pure functions from the ledger's records, its marks of partitions under way and Airflow's runs to
cells. Nothing here reads anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from tarn import moments
from tarn.contracts.contract import Contract
from tarn.errors import Terminal
from tarn.health.freshness import Freshness, assess
from tarn.intervals import expected
from tarn.partition import Partition

State = Literal["published", "quarantined", "stale", "running", "failed", "rolled_back", "missing"]
STEPS = ("land", "profile", "clean", "convert", "crawl", "validate", "publish")
UNDER_WAY = ("queued", "running")
# What a rollback's record may hold: the record of the run that readers were sent back to. The
# ledger's own says of a rollback that it cost nothing and held no rules, as it did not.
RETURNED_TO = "returned_to"


@dataclass(frozen=True)
class Run:
    """What Airflow knows of a partition's newest run.

    state: the run's, Airflow's own word. step: the task at work or failed, "" before the first;
    step_started: when that began, None while it waits.
    finding: what a gate found (GateFailed.to_dict). by: the user who started it, or how it began.
    """

    dataset: str
    partition: str
    run_id: str
    state: str
    started: datetime | None = None
    ended: datetime | None = None
    step: str = ""
    step_state: str = ""
    step_started: datetime | None = None
    finding: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True)
class Cell:
    """One partition of one dataset. `record` is the ledger's newest, {} before any."""

    dataset: str
    partition: str
    state: State
    record: Mapping[str, Any] = field(default_factory=dict)
    run: Run | None = None
    step: str = ""
    gate: str = ""
    reason: str = ""
    age_seconds: float | None = None
    since: datetime | None = None  # when what is under way began
    running_seconds: float | None = None

    @property
    def seen(self) -> Mapping[str, Any]:
        """The record of the run that readers see: after a rollback, of the one gone back to."""
        found = self.record.get(RETURNED_TO)
        return found if isinstance(found, Mapping) else self.record

    @property
    def landed(self) -> int | None:
        return _number(self.record.get("rows_landed"))

    @property
    def rows(self) -> int | None:
        return _number(self.record.get("rows_published"))

    @property
    def dropped(self) -> int:
        return _number(self.record.get("rows_dropped")) or 0

    @property
    def bytes(self) -> int | None:
        return _number(self.record.get("bytes_published"))

    @property
    def quarantined(self) -> int:
        return _number(self.record.get("rows_quarantined")) or 0

    @property
    def quarantined_share(self) -> float | None:
        """Of the rows that landed; None where nothing is known to have landed."""
        return self.quarantined / self.landed if self.landed else None

    @property
    def quarantined_by_rule(self) -> Mapping[str, Any]:
        found = self.record.get("quarantined_by_rule")
        return found if isinstance(found, Mapping) else {}

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """What every rule said: rulesets, row rules, expectations; [] in records that know none."""
        found = self.seen.get("rules")
        items = found if isinstance(found, list) else []
        return [rule for rule in items if isinstance(rule, Mapping)]

    @property
    def warnings(self) -> list[str]:
        found = self.seen.get("warnings")
        return [str(warning) for warning in found] if isinstance(found, list) else []

    @property
    def cost_usd(self) -> float | None:
        value = self.seen.get("cost_usd")
        return float(value) if isinstance(value, int | float) else None

    @property
    def step_number(self) -> int:
        """1 to 7; 0 where no step is known."""
        return STEPS.index(self.step) + 1 if self.step in STEPS else 0


@dataclass(frozen=True)
class Row:
    """One dataset of the matrix: its cells by label, and what they come to."""

    dataset: str
    owner: str
    description: str
    cells: Mapping[str, Cell]
    freshness: Freshness | None

    def count(self, *states: State) -> int:
        return sum(cell.state in states for cell in self.cells.values())

    @cached_property
    def largest(self) -> Mapping[str, float]:
        """The largest figure of the cells: rows, bytes, cost_usd, age_seconds."""
        names = ("rows", "bytes", "cost_usd", "age_seconds")
        cells = self.cells.values()
        return {name: max((getattr(c, name) or 0 for c in cells), default=0) for name in names}

    def total(self, name: str) -> float:
        """The sum of a figure of the cells: rows, bytes, cost_usd."""
        return sum(getattr(cell, name) or 0 for cell in self.cells.values())


@dataclass(frozen=True)
class Matrix:
    """Datasets that are partitioned alike, and their labels, oldest first."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[Row, ...]


def matrices(
    contracts: Mapping[str, Contract],
    records: Iterable[Mapping[str, Any]],
    marks: Iterable[Mapping[str, Any]],
    runs: Iterable[Run],
    now: datetime,
) -> list[Matrix]:
    """The matrices of a lake, the finest partitioned first.

    records: ledger.summary(), one a partition. marks: ledger.in_flight(). runs: the newest run of
    each partition. What names no dataset of `contracts` is left out.
    """
    by_record = _by_place(records)
    by_mark = _by_place(marks)
    by_run = {(run.dataset, run.partition): run for run in runs}
    known_of: defaultdict[str, set[str]] = defaultdict(set)
    for dataset, label in (*by_record, *by_mark, *by_run):
        known_of[dataset].add(label)
    alike: dict[tuple[str, ...], list[Row]] = {}
    for name, contract in sorted(contracts.items()):
        known = known_of[name]
        row = _row(contract, known, by_record, by_mark, by_run, now)
        alike.setdefault(contract.partition_keys, []).append(row)
    return [
        Matrix(keys, tuple(sorted({label for row in rows for label in row.cells})), tuple(rows))
        for keys, rows in sorted(alike.items(), key=lambda item: -len(item[0]))
    ]


def _row(
    contract: Contract,
    known: set[str],
    records: Mapping[tuple[str, str], Mapping[str, Any]],
    marks: Mapping[tuple[str, str], Mapping[str, Any]],
    runs: Mapping[tuple[str, str], Run],
    now: datetime,
) -> Row:
    due = {partition.label for partition in expected(contract, now)}
    labels = due | {label for label in known - due if _is_label(contract, label)}
    mine = [records[contract.name, label] for label in labels if (contract.name, label) in records]
    freshness = assess(contract, mine, now)
    cells = {}
    for label in sorted(labels):
        place = contract.name, label
        cell = cell_of(place, records.get(place), marks.get(place), runs.get(place), now)
        late = freshness is not None and freshness.state == "late" and label == freshness.newest
        cells[label] = _stale(cell, str(freshness)) if late else cell
    return Row(contract.name, contract.owner, contract.description, cells, freshness)


def cell_of(
    place: tuple[str, str],
    record: Mapping[str, Any] | None,
    mark: Mapping[str, Any] | None,
    run: Run | None,
    now: datetime,
) -> Cell:
    """The cell of a partition: what is under way goes before what failed, that before the past."""
    state, step, gate, reason = _state(record or {}, mark, run)
    cell = Cell(*place, state, record or {}, run, step, gate, reason, _age(record or {}, now))
    since = (run.started if run else moment((mark or {}).get("started_at"))) or None
    if state != "running" or since is None:
        return cell
    return replace(cell, since=since, running_seconds=_seconds(since, now))


def _state(
    record: Mapping[str, Any], mark: Mapping[str, Any] | None, run: Run | None
) -> tuple[State, str, str, str]:
    """State, step, gate and reason."""
    if run and run.state in UNDER_WAY:
        return "running", run.step, "", "waits for its turn" if run.state == "queued" else ""
    if run is None and mark:
        if not mark.get("stale"):
            return "running", str(mark.get("step", "")), "", ""
        return "failed", "", "", f"Nothing was heard of it since {mark.get('started_at', 'long')}."
    recorded = _recorded(record)
    if run and run.state == "failed" and (recorded[0] == "failed" or not _newer(record, run)):
        gate = str(run.finding.get("gate", "")) or recorded[2]
        return "failed", run.step or recorded[1], gate, _reason(run.finding) or recorded[3]
    return recorded


def _recorded(record: Mapping[str, Any]) -> tuple[State, str, str, str]:
    status = record.get("status")
    if status == "failed":
        step, gate = str(record.get("step", "")), str(record.get("gate", ""))
        return "failed", step, gate, str(record.get("message", ""))
    if status == "rolled_back":
        return "rolled_back", "", "", ""
    if not record:
        return "missing", "", "", ""
    return "quarantined" if record.get("rows_quarantined") else "published", "", "", ""


def _newer(record: Mapping[str, Any], run: Run) -> bool:
    """Whether the record was written after the run began: by it, or by a later one."""
    finished = moment(record.get("finished_at"))
    return bool(finished and run.started and finished >= run.started)


def _reason(finding: Mapping[str, Any]) -> str:
    found = finding.get("findings") or []
    texts = [": ".join(str(f[k]) for k in ("where", "what") if f.get(k)) for f in found]
    return "; ".join(texts)


def _stale(cell: Cell, why: str) -> Cell:
    if cell.state not in ("published", "quarantined"):
        return cell
    return replace(cell, state="stale", reason=why)


def _is_label(contract: Contract, label: str) -> bool:
    try:
        Partition.parse(contract, label)
    except Terminal:
        return False
    return True


def _by_place(
    entries: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(str(e.get("dataset")), str(e.get("partition"))): e for e in entries}


def _age(record: Mapping[str, Any], now: datetime) -> float | None:
    """Of what readers see: a rollback to it makes no data newer."""
    published = moment(record.get("published_at") or record.get("finished_at"))
    return _seconds(published, now) if published else None


def _seconds(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0)


def moment(text: Any) -> datetime | None:
    """A moment of the ledger; None for anything else."""
    try:
        return moments.read(str(text))
    except ValueError:
        return None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

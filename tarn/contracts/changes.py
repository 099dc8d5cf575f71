"""What changes between a contract that is deployed and the one declared now; what of it breaks.

Breaking is what takes away from readers something that they were promised, or rows that they had:
a column, its type, its values, that it is never missing, keys, partitions. It needs a new major
version. All else flows. Deployed contracts are `contracts/<name>.json` in the ops zone; each that
ever was is kept under the digest of its file, so that a partition can be held against the one that
it was published under.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tarn.aws import Aws
from tarn.contracts.contract import Contract, ContractError, ContractErrors, Problem
from tarn.contracts.drop_limit import DropLimit
from tarn.contracts.load import load_contracts
from tarn.contracts.located import read_yaml
from tarn.errors import aws_errors
from tarn.settings import Settings

BEFORE_VERSIONS = "0.0.0"  # of a contract deployed before its version was kept

Json = Mapping[str, Any]


def deployed_key(dataset: str) -> str:
    return f"contracts/{dataset}.json"


def kept_key(dataset: str, sha256: str) -> str:
    return f"contracts/kept/{dataset}/{sha256}.json"


def sha256(dataset: str, settings: Settings) -> str:
    """The digest of a contract's file, by which the ledger names it too."""
    path = settings.root / "datasets" / f"{dataset}.yaml"
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class ContractChange:
    """One thing that changes: `column gate is new`. rows: whether published rows differ by it."""

    what: str
    breaking: bool = False
    rows: bool = True


@dataclass(frozen=True)
class ContractDifference:
    """All that changes in one dataset's contract."""

    dataset: str
    deployed: str  # version, "" where nothing is deployed
    declared: str
    changes: tuple[ContractChange, ...]

    @property
    def breaking(self) -> tuple[ContractChange, ...]:
        return tuple(change for change in self.changes if change.breaking)

    @property
    def refused(self) -> bool:
        """Whether it breaks readers without a new major version."""
        return bool(self.breaking) and _major(self.declared) <= _major(self.deployed)


def _major(version: str) -> int:
    return int(version.partition(".")[0] or 0)


@aws_errors("contracts: compare with what is deployed")
def differences(aws: Aws) -> list[ContractDifference]:
    """The contracts that are not the deployed ones, by name."""
    found = []
    for name, contract in load_contracts(aws.settings).items():
        deployed = aws.get_json("ops", deployed_key(name))
        if deployed is None:
            changes: tuple[ContractChange, ...] = (ContractChange("the dataset is new"),)
        else:
            changes = compare(deployed, contract.to_job_json())
        version = (deployed or {"version": ""}).get("version", BEFORE_VERSIONS)
        if changes or version != contract.version:
            found.append(ContractDifference(name, version, contract.version, changes))
    return found


def refuse_breaking(aws: Aws) -> None:
    """Raise ContractErrors where a contract breaks its readers without a new major version."""
    refused = [difference for difference in differences(aws) if difference.refused]
    if refused:
        raise ContractErrors([_refusal(difference, aws.settings) for difference in refused])


def _refusal(difference: ContractDifference, settings: Settings) -> ContractError:
    name = f"datasets/{difference.dataset}.yaml"
    line = read_yaml(settings.root / name).line_of("version")
    remedy = (
        f"It breaks readers of {difference.deployed}: give `version: "
        f"{_major(difference.deployed) + 1}.0.0`, or take it back."
    )
    return ContractError(
        name, [Problem(line, f"{change.what}.", remedy) for change in difference.breaking]
    )


def compare(deployed: Json, declared: Json) -> tuple[ContractChange, ...]:
    """What changes from one contract to another, both as Contract.to_job_json() gives them."""
    return tuple(_compare(deployed, declared))


def changed_rows(kept: Json, contract: Contract) -> list[str]:
    """What has changed that the rows of a partition show, since it was published."""
    return [change.what for change in compare(kept, contract.to_job_json()) if change.rows]


def _compare(deployed: Json, declared: Json) -> Iterator[ContractChange]:
    yield from _columns(deployed["columns"], declared["columns"])
    partition_keys = [c["name"] for c in declared["partition_columns"]]
    was = [c["name"] for c in deployed.get("partition_columns", declared["partition_columns"])]
    if was != partition_keys:
        yield ContractChange(_went("the partition keys go", was, partition_keys), breaking=True)
    if deployed["keys"] != declared["keys"]:
        what = _went("the primary key goes", deployed["keys"], declared["keys"])
        yield ContractChange(what, breaking=True)
    if deployed["sort_by"] != declared["sort_by"]:
        yield ContractChange(_went("the order goes", deployed["sort_by"], declared["sort_by"]))
    yield from _rules(deployed["rules"], declared["rules"])
    before, now = deployed.get("drift", declared["drift"]), declared["drift"]
    if before != now:
        yield ContractChange(f"the drift policy goes from {before} to {now}", rows=False)
    yield from _layout(deployed.get("layout", declared["layout"]), declared["layout"])
    yield from _drops(deployed.get("drops", declared["drops"]), declared["drops"])


def _layout(before: Json, now: Json) -> Iterator[ContractChange]:
    """How files are cut: the same rows, so what is published is left to `./lake compact`."""
    for name in [name for name in now if before.get(name, now[name]) != now[name]]:
        what = _went(f"{name} goes", before[name], now[name])
        yield ContractChange(f"the layout's {what}", rows=False)


def _drops(before: Json, now: Json) -> Iterator[ContractChange]:
    """What is published kept to the limit of its day."""
    if before != now:
        what = _went("the limit of dropped rows goes", DropLimit(**before), DropLimit(**now))
        yield ContractChange(what, rows=False)


def _columns(deployed: Sequence[Json], declared: Sequence[Json]) -> Iterator[ContractChange]:
    before, now = ({c["name"]: c for c in columns} for columns in (deployed, declared))
    for name in [name for name in now if name not in before]:
        required = bool(now[name]["required"])
        kind = "required" if required else "nullable"
        yield ContractChange(f"column {name} is new, {kind}", breaking=required)
    for name in [name for name in before if name not in now]:
        yield ContractChange(f"column {name} is gone", breaking=True)
    kept = [name for name in before if name in now]
    for name in kept:
        yield from _column(before[name], now[name])
    if kept != [name for name in now if name in before]:
        yield ContractChange("the columns are in another order", rows=False)


def _column(before: Json, now: Json) -> Iterator[ContractChange]:
    name = f"column {now['name']}"
    if before["type"] != now["type"]:
        yield ContractChange(_went(f"{name} goes", before["type"], now["type"]), breaking=True)
    if bool(before["required"]) != bool(now["required"]):
        what = "required" if now["required"] else "nullable"
        yield ContractChange(f"{name} is {what} now", breaking=True)
    yield from _values(name, before.get("values", now["values"]), now["values"])
    classified = before.get("classification", now["classification"])
    if classified != now["classification"]:
        what = _went(f"the classification of {name} goes", classified, now["classification"])
        yield ContractChange(what, rows=False)


def _values(name: str, before: Sequence[Any], now: Sequence[Any]) -> Iterator[ContractChange]:
    if set(before) == set(now):
        return
    if now and not before:
        yield ContractChange(f"{name} may only be {_text(list(map(str, now)))}", breaking=True)
    elif now and not set(before) <= set(now):
        lost = ", ".join(str(v) for v in before if v not in now)
        yield ContractChange(f"{name} may no longer be {lost}", breaking=True)
    elif now:
        more = ", ".join(str(v) for v in now if v not in before)
        yield ContractChange(f"{name} may be {more} too")
    else:
        yield ContractChange(f"{name} may be anything")


def _rules(deployed: Sequence[Json], declared: Sequence[Json]) -> Iterator[ContractChange]:
    """Rules of rows, without those of a column's values, which are told as such."""
    before, now = (
        {r["name"]: r for r in rules if not r["name"].startswith("enum:")}
        for rules in (deployed, declared)
    )
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            yield ContractChange(f"rule {name} is new")
        elif name not in now:
            yield ContractChange(f"rule {name} is gone")
        elif before[name] != now[name]:
            yield ContractChange(f"rule {name} is another")


def _went(what: str, before: Any, now: Any) -> str:
    return f"{what} from {_text(before)} to {_text(now)}"


def _text(value: Any) -> str:
    return (", ".join(value) if isinstance(value, list) else str(value)) or "none"

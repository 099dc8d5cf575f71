"""What a deploy would change, and what it would mean: contracts, and partitions to rebuild.

Nothing is touched: the stages of a deploy are asked for their changes, which are not made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts import changes
from tarn.contracts.changes import ContractDifference
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contracts
from tarn.deploy import planned
from tarn.deploy.check import refuse_unsound
from tarn.deploy.compare import Change
from tarn.errors import Terminal
from tarn.ledger import ledger, provenance
from tarn.partition import Partition
from tarn.rows import recipe


@dataclass(frozen=True)
class Rebuild:
    """A published partition that would come out different now.

    bytes and cost_usd are what its last run landed and cost.
    """

    dataset: str
    partition: str
    reasons: tuple[str, ...]
    bytes: int
    cost_usd: float


@dataclass(frozen=True)
class Plan:
    """changes: of a deploy; unknown: partitions whose records do not say what they came from."""

    changes: tuple[Change, ...]
    contracts: tuple[ContractDifference, ...]
    rebuilds: tuple[Rebuild, ...]
    unknown: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether a deploy would refuse: a contract breaks its readers."""
        return any(difference.refused for difference in self.contracts)

    def to_dict(self) -> dict[str, Any]:
        return {
            "changes": [
                {"what": c.what, "verb": c.verb, "detail": list(c.detail)} for c in self.changes
            ],
            "contracts": [
                {
                    "dataset": d.dataset,
                    "deployed": d.deployed,
                    "declared": d.declared,
                    "refused": d.refused,
                    "changes": [{"what": c.what, "breaking": c.breaking} for c in d.changes],
                }
                for d in self.contracts
            ],
            "rebuilds": [
                {
                    "dataset": r.dataset,
                    "partition": r.partition,
                    "reasons": list(r.reasons),
                    "bytes": r.bytes,
                    "cost_usd": r.cost_usd,
                }
                for r in self.rebuilds
            ],
            "unknown": list(self.unknown),
            "bytes": sum(r.bytes for r in self.rebuilds),
            "cost_usd": round(sum(r.cost_usd for r in self.rebuilds), 6),
            "refused": self.refused,
        }


def make_plan(aws: Aws | None = None) -> Plan:
    """Compare everything that is declared with what AWS has.

    Raises ContractErrors where declarations cannot be deployed at all.
    """
    aws = aws or Aws()
    refuse_unsound(aws)
    rebuilds, unknown = _partitions(aws)
    return Plan(
        changes=tuple(planned(aws)),
        contracts=tuple(changes.differences(aws)),
        rebuilds=tuple(rebuilds),
        unknown=tuple(unknown),
    )


def _partitions(aws: Aws) -> tuple[list[Rebuild], list[str]]:
    """The published partitions to rebuild, and those of which nobody can say."""
    held = _Held(aws)
    rebuilds, unknown = [], []
    for record in _published(aws):
        contract = held.contracts.get(record["dataset"])
        if contract is None:
            continue  # no longer declared
        reasons = tuple(held.reasons(record, contract))
        if reasons:
            size, cost = int(record["bytes_landed"]), _cost(record, contract, aws)
            rebuilds.append(Rebuild(record["dataset"], record["partition"], reasons, size, cost))
        elif not all(record.get(name) for name in _Held.DIGESTS):
            unknown.append(f"{record['dataset']} {record['partition']}")
    return rebuilds, unknown


def _cost(record: Mapping[str, Any], contract: Contract, aws: Aws) -> float:
    """What the run cost that readers see. To go back to it cost nothing."""
    if record["status"] == ledger.ROLLED_BACK:
        partition = Partition.parse(contract, record["partition"])
        record = ledger.find(partition, record["tokens"]["publish"], aws) or record
    return float(record["cost_usd"])


def _published(aws: Aws) -> list[dict[str, Any]]:
    try:
        return ledger.summary(aws)
    except Terminal as error:
        cause = error.__cause__
        if isinstance(cause, ClientError) and is_missing(cause):
            return []  # before the first deploy there is no bucket
        raise


class _Held:
    """Records of partitions, held against what is declared now."""

    DIGESTS = ("contract_sha256", "recipe_sha256", "job_sha256")

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.contracts = load_contracts(aws.settings)
        self.kept = cache(self._kept)
        self.recipe = cache(self._recipe)
        self.job = cache(lambda name: provenance.declared_job_sha256(name, aws.settings))

    def reasons(self, record: Mapping[str, Any], contract: Contract) -> Iterator[str]:
        """Why a partition would come out different; what its record does not say is no reason."""
        name, was = contract.name, record.get("contract_sha256")
        if was and was != changes.sha256(name, self.aws.settings):
            kept = self.kept(name, was)
            if kept is None:
                yield f"contract {record.get('contract_version')} is another, not kept"
            else:
                yield from changes.changed_rows(kept, contract)
        if (was := record.get("recipe_sha256")) and was != self.recipe(name):
            yield "recipe changed"
        if (was := record.get("job_sha256")) and was != self.job(name):
            yield "job changed"

    def _kept(self, dataset: str, sha256: str) -> Any | None:
        return self.aws.get_json("ops", changes.kept_key(dataset, sha256))

    def _recipe(self, dataset: str) -> str:
        return recipe.digest(recipe.declared_steps(dataset, self.aws.settings))

"""What a gate found to have drifted, kept for the ledger and for whoever mends it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.contracts.drift import STOPS, Drift
from tarn.contracts.patch import propose
from tarn.partition import Partition

log = logging.getLogger(__name__)


def keep(
    partition: Partition, contract: Contract, drift: Drift, where: str, aws: Aws
) -> dict[str, Any]:
    """Keep what a gate found; where nothing drifted, take away what an earlier run left.

    Returns {"added", "missing", "retyped", "reordered", "policy", "patch" (its uri, or ""),
    "table" (where)}.
    """
    text = propose(partition, contract, drift, aws.settings) if drift else ""
    patch_key, key = _key(partition, "patch"), _key(partition, "json")
    kept = {
        **drift.to_dict(),
        "policy": contract.drift,
        "patch": aws.settings.uri("ops", patch_key) if text else "",
        "table": where,
    }
    bucket = aws.settings.bucket("ops")
    if text:
        aws.s3.put_object(Bucket=bucket, Key=patch_key, Body=text.encode())
    else:
        aws.s3.delete_object(Bucket=bucket, Key=patch_key)
    if drift:
        aws.put_json("ops", key, kept)
        columns = "; ".join(f"{kind} {', '.join(v)}" for kind, v in drift.to_dict().items() if v)
        log.warning("%s has drifted from its contract: %s. %s", partition, columns, kept["patch"])
    else:
        aws.s3.delete_object(Bucket=bucket, Key=key)
    return kept


def _key(partition: Partition, kind: str) -> str:
    return f"drift/{partition.dataset}/{partition.label}.{kind}"


def kept_of(partition: Partition, gate: str, aws: Aws) -> dict[str, Any]:
    """What `keep` kept for a gate that has just stopped the partition; {} where nothing drifted."""
    looked = any(gate == looking for looking, _ in STOPS)
    return (aws.get_json("ops", _key(partition, "json")) or {}) if looked else {}


def told(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a ledger record says of a drift; a run that nobody looked at has none."""
    empty: dict[str, Any] = {**Drift().to_dict(), "policy": "", "patch": ""}
    return {name: kept.get(name, value) for name, value in empty.items()}


def remedy(plain: str, contract: Contract, kept: Mapping[str, Any], aws: Aws) -> str:
    """What to do about a drift that stopped a partition; the proposed patch at its end."""
    told = plain
    if contract.drift == "quarantine":
        told += f" The partition is set aside: nothing of it is published, {kept['table']} stays."
    if not kept["patch"]:
        return told
    bucket, _, key = kept["patch"].removeprefix("s3://").partition("/")
    text = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return f"{told} To take it into the contract, `git apply` {kept['patch']}:\n{text}"

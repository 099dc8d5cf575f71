"""What every rule said of a run, as lines of lake_ops.rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tarn.contracts.contract import Contract


def line(
    name: str,
    kind: str,
    severity: str,
    *,
    passed: bool,
    rows_checked: int | None = None,
    rows_broken: int | None = None,
) -> dict[str, Any]:
    """One rule's result; None where nobody counted."""
    return {
        "name": name,
        "kind": kind,
        "severity": severity,
        "passed": passed,
        "rows_checked": rows_checked,
        "rows_broken": rows_broken,
    }


def of_profile(results: Iterable[Mapping[str, Any]], rows: int) -> Iterator[dict[str, Any]]:
    """DataBrew's ruleset: one rule that fails stops the partition."""
    for result in results:
        yield line(
            result["name"],
            "ruleset",
            "critical",
            passed=result["status"] == "SUCCEEDED",
            rows_checked=rows,
            rows_broken=result["failed"],
        )


def of_rows(contract: Contract, counts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The contract's row rules, and what else the convert job broke rows for (`type:<column>`).

    The severity is the rule's action: what breaks the contract itself is quarantined.
    """
    broken = dict(counts["quarantined_by_rule"])
    actions = {rule.name: rule.action for rule in contract.rules}
    for name in [*actions, *(name for name in sorted(broken) if name not in actions)]:
        yield line(
            name,
            "row",
            actions.get(name, "quarantine"),
            passed=not broken.get(name),
            rows_checked=counts["rows_cleaned"],
            rows_broken=broken.get(name, 0),
        )

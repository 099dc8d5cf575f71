"""freshness: hold every dataset's age against its contract; an alert for each change, one only.

What was found last is `alerts/freshness/<dataset>.json` in the ops zone. It is written after the
alert was sent, and the alert's token comes from it: a retry finds the same change, and its alert
sent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tarn import moments
from tarn.aws import Aws
from tarn.contracts.load import load_contracts
from tarn.errors import aws_errors
from tarn.health.alerts import Alert, send
from tarn.health.freshness import Freshness, assess
from tarn.ledger import ledger
from tarn.services.work import make_token

STATES = "alerts/freshness/"


@aws_errors("freshness")
def check_freshness(now: datetime | None = None, aws: Aws | None = None) -> dict[str, str]:
    """Alert where a dataset has become late, or fresh again; the state of each by its name.

    Datasets whose contract has no freshness, or of which no partition is due yet, are left out.
    """
    aws, now = aws or Aws(), now or datetime.now(UTC)
    records = ledger.summary(aws)
    states: dict[str, str] = {}
    for name, contract in load_contracts(aws.settings).items():
        found = assess(contract, records, now)
        if found is not None:
            _tell_change(found, aws)
            states[name] = found.state
    return states


def _tell_change(found: Freshness, aws: Aws) -> None:
    key = f"{STATES}{found.dataset}.json"
    before = aws.get_json("ops", key) or {"state": "fresh", "since": ""}
    if before["state"] == found.state:
        return
    send(_alert(found, before), aws)
    aws.put_json("ops", key, {"state": found.state, "since": moments.now()})


def _alert(found: Freshness, before: dict[str, Any]) -> Alert:
    late = found.state == "late"
    remedy = f"Look at the runs of the DAG `{found.dataset}`: none was published since."
    return Alert(
        kind="late" if late else "fresh",
        severity="critical" if late else "info",
        dataset=found.dataset,
        partition=found.newest,
        title=f"{found.dataset} is {'late' if late else 'fresh again'}",
        text=f"{found}. {remedy}" if late else f"{found}.",
        token=make_token(found.dataset, found.state, before["since"]),
        step="freshness",
    )

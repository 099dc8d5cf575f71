"""What Glue tells EventBridge of runs.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
AWS sends these on a best-effort basis, and so do we: a kill between a run's end and its event loses
the event.
"""

import logging
import time
import uuid
from typing import Any

from local_aws import event_bus
from local_aws.context import Platform
from local_aws.services.glue.jobs.model import Run

logger = logging.getLogger(__name__)

SEVERITIES = {"FAILED": "ERROR", "TIMEOUT": "WARN"}  # else INFO
TOLD = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")
SUCCEEDED, STOPPED = "Job run succeeded", "Job run stopped"


class Events:
    """Put on the account's default bus."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def ended(self, run: Run) -> None:
        """Glue Job State Change."""
        if run.state not in TOLD:
            return
        message = SUCCEEDED if run.state == "SUCCEEDED" else STOPPED
        detail = {
            "jobName": run.job,
            "severity": SEVERITIES.get(run.state, "INFO"),
            "state": run.state,
            "jobRunId": run.id,
            "message": run.document.get("ErrorMessage") or message,
        }
        self._put("Glue Job State Change", [], detail)

    def delayed(self, run: Run) -> None:
        """Glue Job Run Status: it runs longer than NotifyDelayAfter says."""
        delay = run.document["NotificationProperty"]["NotifyDelayAfter"]
        detail = {
            "jobName": run.job,
            "severity": "INFO",
            "notificationCondition": {"NotifyDelayAfter": float(delay)},
            "state": run.state,
            "jobRunId": run.id,
            "message": f"Job is in {run.state} state",
            "startedOn": run.document["StartedOn"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        arn = self._platform.arn("glue", f"job/{run.job}")
        self._put("Glue Job Run Status", [arn], detail)

    def _put(self, kind: str, resources: list[str], detail: dict[str, Any]) -> None:
        message = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": kind,
            "source": "aws.glue",
            "account": self._platform.account_id,
            "time": time.time(),  # moto words it
            "region": self._platform.region,
            "resources": resources,
            "detail": detail,
        }
        try:
            event_bus.put(self._platform, message)
        except Exception:  # no run ends otherwise because nobody could be told
            logger.warning("an event of %s could not be told", detail["jobRunId"], exc_info=True)

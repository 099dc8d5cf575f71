"""What Glue tells EventBridge of runs.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
AWS sends these on a best-effort basis, and so do we: a kill between a run's end and its event loses
the event.
"""

from local_aws import event_bus
from local_aws.context import Platform
from local_aws.services.glue.jobs.model import Run

SOURCE = "aws.glue"
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
        event_bus.tell(self._platform, SOURCE, "Glue Job State Change", detail)

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
        event_bus.tell(self._platform, SOURCE, "Glue Job Run Status", detail, [arn])

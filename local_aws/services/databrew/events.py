"""What DataBrew tells EventBridge of runs and of the rulesets that they validated.

https://docs.aws.amazon.com/databrew/latest/dg/monitoring.cloudwatch-events.html
AWS sends these on a best-effort basis, and so do we: a kill between a run's end and its event loses
the event.
"""

from typing import Any

from local_aws import event_bus
from local_aws.context import Platform

SOURCE = "aws.databrew"
SEVERITIES = {"FAILED": "ERROR", "TIMEOUT": "WARN"}  # else INFO
MESSAGES = {"SUCCEEDED": "Job run succeeded", "STOPPED": "Job run stopped"}


def ended(platform: Platform, run: dict[str, Any]) -> None:
    """DataBrew Job State Change."""
    state = run["State"]
    detail = {
        "jobName": run["job"]["Name"],
        "severity": SEVERITIES.get(state, "INFO"),
        "state": state,
        "jobRunId": run["RunId"],
        "message": run.get("ErrorMessage") or MESSAGES.get(state, ""),
    }
    event_bus.tell(platform, SOURCE, "DataBrew Job State Change", detail)


def validated(platform: Platform, run: dict[str, Any], results: list[dict[str, str]]) -> None:
    """DataBrew Ruleset Validation Result, one for each ruleset.

    ``results``: of each its ``ruleset``, its ``state`` and the ``report``'s address.
    """
    for result in results:
        detail = {
            "datasetName": run["dataset"]["Name"],
            "jobName": run["job"]["Name"],
            "jobRunId": run["RunId"],
            "rulesetName": result["ruleset"],
            "validationState": result["state"],
            "validationReportLocation": result["report"],
        }
        event_bus.tell(platform, SOURCE, "DataBrew Ruleset Validation Result", detail)

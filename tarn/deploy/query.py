"""Athena's workgroup, and the views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.deploy.compare import covers
from tarn.errors import aws_errors, code_of
from tarn.steps.views import refresh_views


def workgroup(aws: Aws) -> Iterator[str]:
    name = aws.settings.workgroup
    wanted = {
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": False,
        "BytesScannedCutoffPerQuery": aws.settings.athena_cutoff_bytes,
        "ResultConfiguration": {"OutputLocation": aws.settings.athena_results},
    }
    with aws_errors(f"workgroup {name}"):
        found = _configuration(name, aws)
        if found is None:
            aws.athena.create_work_group(Name=name, Configuration=wanted)  # type: ignore[arg-type]
            yield f"workgroup {name}: created"
        elif not covers(found, wanted):
            updates = {k: v for k, v in wanted.items() if k != "ResultConfiguration"}
            updates["ResultConfigurationUpdates"] = wanted["ResultConfiguration"]
            aws.athena.update_work_group(WorkGroup=name, ConfigurationUpdates=updates)  # type: ignore[arg-type]
            yield f"workgroup {name}: updated"


def _configuration(name: str, aws: Aws) -> dict[str, Any] | None:
    try:
        return dict(aws.athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"])
    except ClientError as error:
        # Athena has no error of its own for it: "WorkGroup x is not found."
        if code_of(error) == "InvalidRequestException" and "not found" in str(error):
            return None
        raise


def views(aws: Aws) -> Iterator[str]:
    for name in refresh_views(aws)["created"]:
        yield f"view {aws.settings.database}.{name}: created"

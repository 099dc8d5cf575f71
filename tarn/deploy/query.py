"""Athena's workgroup, and the views."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.deploy.compare import Change, differences
from tarn.errors import aws_errors, code_of
from tarn.steps.views import LAKE, create_view, stale_views


def workgroup(aws: Aws) -> Iterator[Change]:
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
        create = partial(aws.athena.create_work_group, Name=name, Configuration=wanted)  # type: ignore[arg-type]
        yield Change(f"workgroup {name}", "create", create)
    elif differing := differences(found, wanted):
        updates = {k: v for k, v in wanted.items() if k != "ResultConfiguration"}
        updates["ResultConfigurationUpdates"] = wanted["ResultConfiguration"]
        update = partial(aws.athena.update_work_group, WorkGroup=name, ConfigurationUpdates=updates)  # type: ignore[arg-type]
        yield Change(f"workgroup {name}", "update", update, differing)


def _configuration(name: str, aws: Aws) -> dict[str, Any] | None:
    try:
        return dict(aws.athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"])
    except ClientError as error:
        # Athena has no error of its own for it: "WorkGroup x is not found."
        if code_of(error) == "InvalidRequestException" and "not found" in str(error):
            return None
        raise


def views(aws: Aws) -> Iterator[Change]:
    yield from views_in(aws.settings.database, LAKE, aws)


def views_in(database: str, folder: str, aws: Aws) -> Iterator[Change]:
    """The views of a database, from its folder below sql/."""
    for name in stale_views(aws, folder):
        yield Change(f"view {database}.{name}", "create", partial(create_view, name, aws, folder))

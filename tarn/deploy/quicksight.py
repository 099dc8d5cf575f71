"""QuickSight's data sets and dashboards, from dashboards/.

Declared files name other objects as `${data_source_arn}` and `${data_set_arn:<id>}`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.dashboards.difference import Difference, difference
from tarn.deploy.compare import Change
from tarn.errors import Terminal, aws_errors

PLACEHOLDER = re.compile(r"\$\{(data_source_arn|data_set_arn:[\w-]+)\}")
ACTIONS = {
    # QuickSight takes its own sets of actions whole, and refuses any other.
    "DataSet": (
        "DescribeDataSet",
        "DescribeDataSetPermissions",
        "PassDataSet",
        "DescribeIngestion",
        "ListIngestions",
    ),
    "Dashboard": ("DescribeDashboard", "ListDashboardVersions", "QueryDashboard"),
}


def data_sets(aws: Aws) -> Iterator[Change]:
    for path in sorted((aws.settings.root / "dashboards" / "data_sets").glob("*.json")):
        yield from _put("DataSet", read(path, aws), aws)


def dashboards(aws: Aws) -> Iterator[Change]:
    for path in declared_dashboards(aws):
        definition = read(path, aws)
        publish = partial(_publish, definition["DashboardId"], aws)
        for change in _put("Dashboard", definition, aws, publish):
            if change.verb == "update":
                parts = difference_of(definition, aws)
                change = replace(change, detail=tuple(f"{p.what} {p.kind}" for p in parts))
            yield change


def declared_dashboards(aws: Aws) -> list[Path]:
    """The files of dashboards/, by name."""
    return sorted((aws.settings.root / "dashboards").glob("*.json"))


def difference_of(request: dict[str, Any], aws: Aws) -> list[Difference]:
    """How a declared dashboard, as `read` gives it, differs from the one that readers see."""
    dashboard = request["DashboardId"]
    with aws_errors(f"QuickSight Dashboard {dashboard}"):
        deployed = _deployed(dashboard, aws)
        sent = aws.get_json("ops", _record("Dashboard", dashboard)) or {}
    return difference(deployed, request["Definition"], sent.get("Definition", {}))


def _deployed(dashboard: str, aws: Aws) -> Mapping[str, Any]:
    try:
        return aws.quicksight.describe_dashboard_definition(
            AwsAccountId=aws.account_id, DashboardId=dashboard
        ).get("Definition", {})
    except ClientError as error:
        if is_missing(error):
            return {}
        raise


def read(path: Path, aws: Aws) -> dict[str, Any]:
    """A declared file as a request: with the ARNs that it names."""
    text = PLACEHOLDER.sub(
        lambda found: _arn(found.group(1), aws), path.read_text(encoding="utf-8")
    )
    definition: dict[str, Any] = json.loads(text)
    return definition


def _arn(what: str, aws: Aws) -> str:
    start = f"arn:aws:quicksight:{aws.settings.region}:{aws.account_id}"
    if what == "data_source_arn":
        return f"{start}:datasource/{aws.settings.lake}-athena"
    return f"{start}:dataset/{what.partition(':')[2]}"


def _put(
    kind: str,
    definition: dict[str, Any],
    aws: Aws,
    afterwards: Callable[[], None] = lambda: None,
) -> Iterator[Change]:
    """Create or update one object when its definition is not the one last deployed."""
    which = {f"{kind}Id": definition[f"{kind}Id"]}
    call = _caller(aws)
    what = f"QuickSight {kind} {definition[f'{kind}Id']}"
    # AWS gives definitions back with defaults filled in: the digest of what we sent is kept.
    digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
    key = _record(kind, definition[f"{kind}Id"])
    with aws_errors(what):
        there = _exists(call, kind, which)
        if there and (aws.get_json("ops", key) or {}).get("sha256") == digest:
            return

    def make() -> None:
        if there:
            call(f"update_{_snake(kind)}", definition)
        else:
            call(f"create_{_snake(kind)}", definition | _permissions(kind, aws))
        afterwards()
        sent = {"Definition": definition["Definition"]} if kind == "Dashboard" else {}
        aws.put_json("ops", key, {"sha256": digest} | sent)

    yield Change(what, "update" if there else "create", make)


def _record(kind: str, resource_id: str) -> str:
    """Where the ops zone keeps what was last deployed."""
    return f"deployed/quicksight/{kind}-{resource_id}.json"


def _caller(aws: Aws) -> Callable[[str, dict[str, Any]], Any]:
    def call(operation: str, members: dict[str, Any]) -> Any:
        return getattr(aws.quicksight, operation)(AwsAccountId=aws.account_id, **members)

    return call


def _exists(call: Callable[[str, dict[str, Any]], Any], kind: str, which: dict[str, str]) -> bool:
    try:
        call(f"describe_{_snake(kind)}", which)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True


def _snake(kind: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()


def _permissions(kind: str, aws: Aws) -> dict[str, Any]:
    # Without permissions an object made through the API is seen by nobody in the console.
    principal = aws.settings.quicksight_principal
    if not principal:
        return {}
    actions = [f"quicksight:{action}" for action in ACTIONS[kind]]
    return {"Permissions": [{"Principal": principal, "Actions": actions}]}


def _publish(dashboard: str, aws: Aws) -> None:
    """Show readers the newest version; a version that QuickSight could not make is an error."""
    which: Any = {"AwsAccountId": aws.account_id, "DashboardId": dashboard}
    versions = aws.quicksight.list_dashboard_versions(**which)["DashboardVersionSummaryList"]
    newest = max(version["VersionNumber"] for version in versions)
    described = aws.quicksight.describe_dashboard(**which, VersionNumber=newest)
    version = described["Dashboard"]["Version"]
    if version["Status"] == "CREATION_FAILED":
        messages = "; ".join(error.get("Message", "") for error in version.get("Errors", []))
        raise Terminal(f"QuickSight could not make the dashboard {dashboard}: {messages}")
    if newest > 1:
        aws.quicksight.update_dashboard_published_version(**which, VersionNumber=newest)

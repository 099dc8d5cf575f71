"""From resources to a bundle."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from local_aws.services.quicksight.bundles.casing import to_bundle
from local_aws.services.quicksight.bundles.kinds import BY_NAME, KINDS, Kind
from local_aws.services.quicksight.errors import ResourceNotFound
from local_aws.services.quicksight.model import ANALYSIS, DASHBOARD, THEME, Store

Request = dict[str, Any]
OWN_MEMBERS = ("Status", "Errors", "was", "ends", "SourceEntityArn")  # of our documents


def find(store: Store, arn: str) -> tuple[Kind, str]:
    """The resource of an ARN of ours. Raises ResourceNotFound."""
    for kind in KINDS:
        prefix = store.arn(kind.name, "")
        if arn.startswith(prefix):
            resource = arn.removeprefix(prefix)
            store.get(kind.name, resource)
            return kind, resource
    raise ResourceNotFound("RESOURCE", arn)


def request_of(store: Store, kind: Kind, resource: str) -> Request:
    """What would make the resource: a dashboard as readers see it, a theme as it is now."""
    row = store.get(kind.name, resource)
    document = row["document"]
    if kind.name == DASHBOARD:
        version = store.versions.get(DASHBOARD, resource, row["published"])
        document = document | version["document"]
    elif kind.name == THEME:
        document = document | store.versions.latest(THEME, resource)["document"]
    kept = {name: part for name, part in document.items() if name not in OWN_MEMBERS}
    return {kind.id: resource} | kept


def with_dependencies(store: Store, arns: list[str]) -> list[str]:
    """The ARNs with those of all that they need, each once, what is needed first."""
    found: dict[str, None] = {}
    path: dict[str, list[str]] = {}
    waiting = list(reversed(arns))
    while waiting:
        arn = waiting[-1]
        if arn not in path:
            path[arn] = needs(store, *find(store, arn))
        # What is on its way already is not waited for: two data sets may name each other.
        missing = [needed for needed in path[arn] if needed not in found and needed not in path]
        if missing:
            waiting.append(missing[0])
        else:
            found[waiting.pop()] = None
    return list(found)


def needs(store: Store, kind: Kind, resource: str) -> list[str]:
    """The resources of ours that a resource refers to."""
    named = dict.fromkeys(_references(request_of(store, kind, resource)))
    return [arn for arn in named if any(arn.startswith(store.arn(k.name, "")) for k in KINDS)]


def _references(value: Any, name: str = "") -> Iterator[str]:
    """The members that hold an ARN: a text that happens to be one refers to nothing."""
    if isinstance(value, str):
        if name.endswith("Arn"):
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _references(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _references(item, key)


def bundle(store: Store, arns: list[str], permissions: bool, tags: bool) -> bytes:
    """The resources as a zip. Raises ResourceNotFound."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for arn in arns:
            kind, resource = find(store, arn)
            request = request_of(store, kind, resource)
            if permissions and (held := store.permissions(arn)):
                request["Permissions"] = held
            if tags and (given := store.tags(arn)):
                request["Tags"] = given
            file = {"resourceType": kind.name} | to_bundle(kind.input_of("Create"), request)
            text = json.dumps(file, indent=1, default=_moment)
            archive.writestr(f"{kind.name}/{quote(resource, safe='')}.json", text)
    return out.getvalue()


def _moment(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is not JSON")


def warnings(store: Store, arns: list[str]) -> list[dict[str, str]]:
    """The resources that are needed and are not in the bundle; and analyses that failed."""
    found = []
    for arn in arns:
        kind, resource = find(store, arn)
        missing = [needed for needed in needs(store, kind, resource) if needed not in arns]
        found += [{"Arn": arn, "Message": f"Not in the bundle: {needed}"} for needed in missing]
        if kind is BY_NAME[ANALYSIS]:
            errors = store.get(ANALYSIS, resource)["document"]["Errors"]
            found += [{"Arn": arn, "Message": error["Message"]} for error in errors]
    return found

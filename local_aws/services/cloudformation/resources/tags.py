"""Tags of a resource: the template's own, over those of the stack."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_aws.services.cloudformation.resources.calls import call
from local_aws.services.cloudformation.resources.handler import Work

Entries = list[dict[str, str]]


def wanted(work: Work, before: bool = False) -> dict[str, str]:
    """The tags that the resource is to have; `before`: that it was last given."""
    properties = work.before if before else work.properties
    return dict(work.tags) | by_key(properties.get("Tags") or [])


def by_key(tags: Iterable[Mapping[str, Any]] | Mapping[str, Any]) -> dict[str, str]:
    """Tags of a template or an answer, which are a list of entries or an object."""
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}


def entries(tags: Mapping[str, str]) -> Entries:
    """Tags as most services take and tell them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def changes(now: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The tags to set and the keys to remove."""
    put = {key: value for key, value in after.items() if now.get(key) != value}
    return put, [key for key in now if key not in after]


def own(work: Work, found: Mapping[str, str]) -> Entries:
    """Tags as the template would write them: without those that the resource has of its stack."""
    given = by_key((work.properties or work.before).get("Tags") or [])
    return entries({k: v for k, v in found.items() if k in given or work.tags.get(k) != v})


def bring(
    client: Any,
    resource: Mapping[str, str],
    now: Mapping[str, str],
    after: Mapping[str, str],
    shape: Callable[[Mapping[str, str]], Any] = entries,
    members: tuple[str, str] = ("Tags", "TagKeys"),
) -> None:
    """Tag and untag a resource, which is named as `TagResource` wants it: ``{"ResourceArn": ...}``.

    `shape` is how the service takes tags, `members` what it calls those and the keys to remove.
    """
    put, gone = changes(now, after)
    if put:
        call(client, "tag_resource", **resource, **{members[0]: shape(put)})
    if gone:
        call(client, "untag_resource", **resource, **{members[1]: gone})

"""Who may do what with an asset: what an update grants and what it revokes."""

from typing import Any

from local_aws.services.cloudformation.resources.handler import Properties

Permissions = list[dict[str, Any]]


def told(permissions: Permissions) -> Permissions:
    """As QuickSight takes them: a template may say the resource, which is the asset itself."""
    return [{k: v for k, v in one.items() if k != "Resource"} for one in permissions]


def difference(before: Properties, after: Properties) -> tuple[Permissions, Permissions]:
    """What to grant, and what to revoke, of actions by their principals."""
    held, wanted = _actions(before), _actions(after)
    return _less(wanted, held), _less(held, wanted)


def _actions(properties: Properties) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for one in properties.get("Permissions") or []:
        held.setdefault(one["Principal"], []).extend(one["Actions"])
    return held


def _less(these: dict[str, list[str]], those: dict[str, list[str]]) -> Permissions:
    left = {
        principal: [action for action in actions if action not in those.get(principal, [])]
        for principal, actions in these.items()
    }
    return [{"Principal": who, "Actions": actions} for who, actions in left.items() if actions]

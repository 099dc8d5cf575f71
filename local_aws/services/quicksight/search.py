"""A search's filter: by name, and by who may do what.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardSearchFilter.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.database import Row
from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.model import RESOURCE_TYPES, Store

# An owner may change who may do what; a group's members are asked for by the group's own ARN.
OWNS = ":Update{}Permissions"
NOUNS = {"datasource": "DataSource", "dataset": "DataSet", "dashboard": "Dashboard",
         "analysis": "Analysis"}  # fmt: skip


def search(store: Store, kind: str, filters: list[Mapping[str, Any]], rows: list[Row]) -> list[Row]:
    """The rows that the filter lets through: AWS takes one a call. Raises InvalidParameter."""
    (item,) = filters
    return list(filter(_test(store, kind, item), rows))


def _test(store: Store, kind: str, item: Mapping[str, Any]) -> Callable[[Row], bool]:
    name, operator, value = item.get("Name"), item.get("Operator"), item.get("Value", "")
    if name == f"{RESOURCE_TYPES[kind].replace('_', '')}_NAME":
        return _by_name(str(operator), value)
    if name not in PRINCIPALS:
        raise InvalidParameter(f"The filter {name} is not one of {kind}s")
    if operator != "StringEquals":
        raise InvalidParameter(f"The filter {name} takes StringEquals, not {operator}")
    return lambda row: PRINCIPALS[name](_roles(store, kind, row["id"]), value)


def _by_name(operator: str, value: str) -> Callable[[Row], bool]:
    if operator == "StringEquals":
        return lambda row: str(row["document"]["Name"]) == value
    return lambda row: value.lower() in str(row["document"]["Name"]).lower()


def _roles(store: Store, kind: str, resource: str) -> dict[str, bool]:
    """Each principal that may do anything, and whether it owns the resource."""
    owns = OWNS.format(NOUNS[kind])
    return {
        held["Principal"]: any(action.endswith(owns) for action in held["Actions"])
        for held in store.permissions(store.arn(kind, resource))
    }


def _owner(roles: Mapping[str, bool], principal: str) -> bool:
    return roles.get(principal, False)


def _any(roles: Mapping[str, bool], principal: str) -> bool:
    return principal in roles


def _sole_owner(roles: Mapping[str, bool], principal: str) -> bool:
    return [name for name, owns in roles.items() if owns] == [principal]


PRINCIPALS: dict[str, Callable[[Mapping[str, bool], str], bool]] = {
    "QUICKSIGHT_USER": _any,
    "QUICKSIGHT_VIEWER_OR_OWNER": _any,
    "DIRECT_QUICKSIGHT_VIEWER_OR_OWNER": _any,
    "QUICKSIGHT_OWNER": _owner,
    "DIRECT_QUICKSIGHT_OWNER": _owner,
    "DIRECT_QUICKSIGHT_SOLE_OWNER": _sole_owner,
}

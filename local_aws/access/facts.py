"""The condition keys that every request has, whatever the service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import datetime as dt
from collections.abc import Mapping

from local_aws.access.network import Network
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import Principal


def of_request(
    principal: Principal,
    network: Network,
    headers: Mapping[str, str],
    region: str,
    now: dt.datetime,
) -> dict[str, Values]:
    """Values by key in lower case; what the request does not have is left out."""
    address = "aws:vpcsourceip" if network.vpce else "aws:sourceip"
    found = {
        "aws:securetransport": str(network.secure).lower(),
        address: network.source_ip,
        "aws:sourcevpc": network.vpc,
        "aws:sourcevpce": network.vpce,
        "aws:useragent": headers.get("user-agent", ""),
        "aws:referer": headers.get("referer", ""),
        "aws:currenttime": now.isoformat(),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:requestedregion": region,
        "aws:viaawsservice": str(bool(principal.called_via)).lower(),
        **{f"aws:calledvia{which}": principal.called_via for which in ("", "first", "last")},
        "aws:principaltype": principal.kind,
        "aws:userid": principal.user_id,
        **_of_member(principal),
    }
    return {key: (value,) for key, value in found.items() if value}


def _of_member(principal: Principal) -> dict[str, str]:
    """What only those have who signed."""
    if principal.is_anonymous:
        return {}
    if principal.is_service:
        return {
            "aws:principalisawsservice": "true",
            "aws:principalservicename": principal.entity,
        }
    tags = {f"aws:principaltag/{k.lower()}": v for k, v in principal.tags.items()}
    return tags | {
        "aws:principalarn": principal.entity,
        "aws:principalaccount": principal.account_id,
        "aws:resourceaccount": principal.account_id,
        "aws:principalisawsservice": "false",
        "aws:username": principal.name if principal.kind == "User" else "",
        "aws:multifactorauthpresent": "false" if principal.temporary else "",
    }


def beside(own: Mapping[str, Values], others: Lookup) -> Lookup:
    """What one action has for itself, before what its whole request has."""
    return lambda key: own.get(key) or others(key)


def lookup(*sources: Mapping[str, Values]) -> Lookup:
    """The first source that has the key answers."""

    def find(key: str) -> Values | None:
        return next((source[key] for source in sources if key in source), None)

    return find

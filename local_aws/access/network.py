"""How a request reached the server, as policies ask for it.

The server speaks plain HTTP. What stays on this machine crosses no network that TLS could guard,
so it counts as secure transport: a lake whose buckets refuse plain HTTP works on a laptop as on
AWS. From elsewhere HTTP is HTTP, unless ``--secure-network`` says that the network itself is closed
(containers of one compose file). With ``--simulate-network`` tests say by headers how a request is
to be taken, and what they do not say is plain HTTP; without it those headers are refused, since
ignoring them would hide a mistake.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from local_aws.errors import ServiceError

PREFIX = "x-local-aws-"
SECURE, SOURCE_IP = f"{PREFIX}secure-transport", f"{PREFIX}source-ip"
SOURCE_VPC, SOURCE_VPCE = f"{PREFIX}source-vpc", f"{PREFIX}source-vpce"
HEADERS = (SECURE, SOURCE_IP, SOURCE_VPC, SOURCE_VPCE)


class SimulationRefused(ServiceError):
    """A header of the simulated network where there is none, or one that does not exist."""

    code = "InvalidRequest"
    status = 400


@dataclass(frozen=True)
class Network:
    """`source_ip` is the VPC's own address where an endpoint is named."""

    secure: bool
    source_ip: str
    vpc: str = ""
    vpce: str = ""


@dataclass(frozen=True)
class Rules:
    """What the server was told of its network: `--simulate-network`, `--secure-network`."""

    simulate: bool = False
    closed: bool = False


def network_of(headers: Mapping[str, str], scheme: str, client: str, rules: Rules) -> Network:
    """The network of a request. Raises SimulationRefused."""
    said = [name for name in headers if name.startswith(PREFIX)]
    if not said:
        return Network(scheme == "https" or _is_closed(client, rules), client)
    if not rules.simulate:
        raise SimulationRefused(
            f"The header {said[0]} is not believed: start the server with --simulate-network"
        )
    for name in said:
        _check(name, headers[name])
    return Network(
        secure=headers.get(SECURE, str(scheme == "https")).lower() == "true",
        source_ip=headers.get(SOURCE_IP, client),
        vpc=headers.get(SOURCE_VPC, ""),
        vpce=headers.get(SOURCE_VPCE, ""),
    )


def _is_closed(client: str, rules: Rules) -> bool:
    """Whether nobody between the client and here could listen."""
    return not rules.simulate and (rules.closed or _is_loopback(client))


@lru_cache(1024)
def _is_loopback(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False


def _check(name: str, value: str) -> None:
    if name not in HEADERS:
        raise SimulationRefused(f"The header {name} is none of {', '.join(HEADERS)}")
    if name == SECURE and value.lower() not in ("true", "false"):
        raise SimulationRefused(f"The header {name} is true or false, not '{value}'")
    if name == SOURCE_IP:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise SimulationRefused(f"'{value}' in {name} is no IP address") from None
    if name in (SOURCE_VPC, SOURCE_VPCE) and not re.fullmatch(r"vpc[e]?-[0-9a-z]+", value):
        raise SimulationRefused(f"'{value}' in {name} is no id such as vpce-1a2b3c4d")

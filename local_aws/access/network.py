"""How a request reached the server, as policies ask for it.

The server speaks plain HTTP on this machine, so a policy that asks for TLS or for a VPC endpoint
could only ever refuse. With ``--simulate-network`` tests may say by headers how a request is to
be taken; without it those headers are refused, since ignoring them would hide a mistake.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

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


def network_of(headers: Mapping[str, str], scheme: str, client: str, *, simulate: bool) -> Network:
    """The network of a request. Raises SimulationRefused."""
    said = [name for name in headers if name.startswith(PREFIX)]
    if not said:
        return Network(scheme == "https", client)
    if not simulate:
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

"""Service Quotas' reading operations.

What AWS does: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/. The quotas are
those of a new account, of the services whose quotas bound a backfill; another service's is refused
by name, and so is every request to raise one: nobody could grant it here. What local_aws enforces
of them is said in docs/fidelity.md.
"""

from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.servicequotas.errors import (
    InvalidPaginationTokenException,
    NoSuchResourceException,
)
from local_aws.services.servicequotas.quotas import QUOTAS, SERVICES, Quota

PAGE = 100


class ServiceQuotasApi:
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def list_services(self, request: Request) -> Response:
        found = [{"ServiceCode": code, "ServiceName": name} for code, name in SERVICES.items()]
        return _page(request, "Services", found)

    def list_service_quotas(self, request: Request) -> Response:
        found = [q for q in self._of(request) if request.get("QuotaCode") in (None, q.code)]
        return _page(request, "Quotas", [self._shown(quota) for quota in found])

    def list_aws_default_service_quotas(self, request: Request) -> Response:
        return _page(request, "Quotas", [self._shown(quota) for quota in self._of(request)])

    def get_service_quota(self, request: Request) -> Response:
        return {"Quota": self._one(request)}

    def get_aws_default_service_quota(self, request: Request) -> Response:
        return {"Quota": self._one(request)}

    def _one(self, request: Request) -> dict[str, Any]:
        found = [quota for quota in self._of(request) if quota.code == request["QuotaCode"]]
        if not found:
            raise NoSuchResourceException(
                f"The quota {request['QuotaCode']} of {request['ServiceCode']} is not here"
            )
        return self._shown(found[0])

    def _of(self, request: Request) -> list[Quota]:
        service = request["ServiceCode"]
        if service not in SERVICES:
            raise NoSuchResourceException(f"The quotas of the service {service} are not here")
        return [quota for quota in QUOTAS if quota.service == service]

    def _shown(self, quota: Quota) -> dict[str, Any]:
        return {
            "ServiceCode": quota.service,
            "ServiceName": SERVICES[quota.service],
            "QuotaArn": self._platform.arn("servicequotas", f"{quota.service}/{quota.code}"),
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": quota.value,
            "Unit": "None",
            "Adjustable": quota.adjustable,
            "GlobalQuota": False,
            "QuotaAppliedAtLevel": "ACCOUNT",
        }


def _page(request: Request, name: str, found: list[dict[str, Any]]) -> Response:
    token, size = request.get("NextToken", "0"), request.get("MaxResults", PAGE)
    if not token.isdecimal():
        raise InvalidPaginationTokenException("Invalid NextToken")
    start = int(token)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {name: found[start : start + size], **more}

"""Which operation of which service a request is, before anybody has read its body."""

from local_aws.errors import ServiceError
from local_aws.faults.rules import SERVICES
from local_aws.services.s3.api import route
from local_aws.services.s3.http.request import read_request
from local_aws.wire import sigv4
from local_aws.wire.dispatch import protocol_of
from local_aws.wire.http import HttpRequest, Scope


def call_of(scope: Scope, request: HttpRequest) -> tuple[str, str] | None:
    """``("glue", "GetTable")``, or None for what no rule can name."""
    service = sigv4.service_of(request)
    if service is None and "x-amz-target" not in request.headers:
        service = "s3"
    if service not in SERVICES:
        return None
    try:
        if service == "s3":
            return service, route(read_request(scope)).name
        return service, protocol_of(service).operation_of(service, request)
    except ServiceError:
        return None  # no operation: it is refused further on

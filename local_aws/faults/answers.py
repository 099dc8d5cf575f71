"""Refusals of a bad day, in each service's own words."""

from local_aws.errors import InternalError, ServiceError
from local_aws.faults.rules import Rule
from local_aws.services.s3.errors import error_response
from local_aws.wire.dispatch import protocol_of
from local_aws.wire.http import HttpResponse


class Throttled(ServiceError):
    """Over the account's rate: https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html"""

    code = "ThrottlingException"
    words = "Rate exceeded"

    def __init__(self) -> None:
        super().__init__(self.words)


class RestThrottled(Throttled):
    """Of a REST service, whose status tells it."""

    status = 429


class TooManyRequests(Throttled):
    """https://docs.aws.amazon.com/athena/latest/APIReference/API_TooManyRequestsException.html"""

    code = "TooManyRequestsException"


class SlowDown(Throttled):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

    code = "SlowDown"
    status = 503
    words = "Please reduce your request rate."


class Failed(InternalError):
    """A service's own failure."""

    def __init__(self) -> None:
        super().__init__("We encountered an internal error. Please try again.")


class S3Failed(Failed):
    """S3 has a name of its own for it."""

    code = "InternalError"


THROTTLING: dict[str, type[Throttled]] = {
    "athena": TooManyRequests,
    "databrew": RestThrottled,
    "quicksight": RestThrottled,
    "s3": SlowDown,
}


def refusal(rule: Rule, resource: str) -> HttpResponse:
    """The answer of a rule that refuses."""
    response = _answer(rule.service, _error(rule), resource)
    response.status = rule.status or response.status
    return response


def _error(rule: Rule) -> ServiceError:
    if rule.fault == "throttle":
        return THROTTLING.get(rule.service, Throttled)()
    return S3Failed() if rule.service == "s3" else Failed()


def _answer(service: str, error: ServiceError, resource: str) -> HttpResponse:
    if service == "s3":
        return error_response(error, resource)
    response: HttpResponse = protocol_of(service).serialise_error(service, error)
    return response

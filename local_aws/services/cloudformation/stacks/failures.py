"""Why something failed, as an event says it."""

import logging

from botocore.exceptions import ClientError

from local_aws.errors import ServiceError
from local_aws.services.cloudformation.stacks.run import Cancelled
from local_aws.services.cloudformation.template.errors import Unknown

logger = logging.getLogger(__name__)

HANDLER_CODES = (
    ("AccessDenied", ("AccessDenied", "Unauthorized", "Forbidden")),
    ("AlreadyExists", ("AlreadyExists", "ResourceExists", "AlreadyOwnedByYou", "Conflict")),
    ("NotFound", ("NotFound", "NoSuch", "NotExist")),
    ("Throttling", ("Throttl", "TooManyRequests")),
    ("ServiceLimitExceeded", ("LimitExceeded",)),
    ("InvalidRequest", ("Validation", "Invalid", "Malformed")),
)
"""AWS's codes of what a resource's handler met, by parts of the service's own codes.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
"""


def reason(error: Exception, verb: str, token: str = "") -> str:
    """The text of a FAILED event; `verb` is creation, update, deletion or import."""
    if isinstance(error, Cancelled):
        return f"Resource {verb} cancelled"
    if isinstance(error, ClientError):
        return _of_client(error, token)
    if isinstance(error, ServiceError):
        return error.message
    if isinstance(error, Unknown):
        return f"Unresolved resource dependencies [{error}] in the Resources block of the template"
    logger.error("a resource failed", exc_info=error)
    return f"Internal Failure: {type(error).__name__}"


def _of_client(error: ClientError, token: str) -> str:
    told = error.response["Error"]
    facts = error.response.get("ResponseMetadata", {})
    where = f"(Operation: {error.operation_name}, Status Code: {facts.get('HTTPStatusCode')})"
    code = handler_code(told.get("Code", ""))
    return (
        f'Resource handler returned message: "{told.get("Message")} {where}" '
        f"(RequestToken: {token}, HandlerErrorCode: {code})"
    )


def handler_code(code: str) -> str:
    for found, parts in HANDLER_CODES:
        if any(part in code for part in parts):
            return found
    return "GeneralServiceException"

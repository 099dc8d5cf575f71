"""Refusals in the XML of the query protocol."""

from local_aws.errors import ServiceError
from local_aws.wire.characters import escaped
from local_aws.wire.http import HttpResponse

# Where the query protocol's services have another name than "<code> without Exception".
CODES = {
    "UnrecognizedClientException": "InvalidClientTokenId",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "ValidationException": "ValidationError",
    "InvalidSignatureException": "SignatureDoesNotMatch",
}


def query_code(error: ServiceError) -> str:
    """The error's code as the query protocol has it."""
    return CODES.get(error.code, error.code.removesuffix("Exception"))


def query_error(error: ServiceError, code: str = "") -> HttpResponse:
    """The XML of the query protocol, which IAM and SNS speak. `code`: as the service has it."""
    body = (
        "<ErrorResponse><Error><Type>Sender</Type>"
        f"<Code>{code or query_code(error)}</Code>"
        f"<Message>{escaped(error.message)}</Message></Error></ErrorResponse>"
    )
    return HttpResponse(error.status, {"content-type": "text/xml"}, body.encode())

"""Refusals in the XML of the query protocol."""

import re
from xml.sax.saxutils import escape

from local_aws.errors import ServiceError
from local_aws.wire.http import HttpResponse

# Where the query protocol's services have another name than "<code> without Exception".
CODES = {
    "UnrecognizedClientException": "InvalidClientTokenId",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "ValidationException": "ValidationError",
    "InvalidSignatureException": "SignatureDoesNotMatch",
}


NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can say. https://www.w3.org/TR/xml/#charsets"""


def escaped(text: str) -> str:
    """A text in XML. A character that XML has not is told as one that stands for any."""
    return escape(NO_XML.sub("\ufffd", text), {"\r": "&#13;"})


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

"""Refusals in XML, for the protocols that are not JSON: S3's and the query protocol's."""

from xml.sax.saxutils import escape

from local_aws.errors import ServiceError
from local_aws.wire.http import HttpResponse

S3_CODES = {
    "MissingAuthenticationTokenException": "AccessDenied",
    "UnrecognizedClientException": "InvalidAccessKeyId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "IncompleteSignatureException": "AuthorizationHeaderMalformed",
}
"""S3 has its own names: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""


def s3_error(error: ServiceError, resource: str) -> HttpResponse:
    """A refusal before S3 itself was reached."""
    code = getattr(error, "s3_code", "") or S3_CODES.get(error.code, error.code)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(error.message)}</Message>"
        f"<Resource>{escape(resource)}</Resource></Error>"
    )
    return HttpResponse(error.status, {"content-type": "application/xml"}, body.encode())


def query_error(error: ServiceError) -> HttpResponse:
    """The XML of the query protocol, which IAM, STS and SNS speak."""
    body = (
        "<ErrorResponse><Error><Type>Sender</Type>"
        f"<Code>{error.code.removesuffix('Exception')}</Code>"
        f"<Message>{escape(error.message)}</Message></Error></ErrorResponse>"
    )
    return HttpResponse(error.status, {"content-type": "text/xml"}, body.encode())

"""Refusals in the XML of the query protocol."""

from xml.sax.saxutils import escape

from local_aws.errors import ServiceError
from local_aws.wire.http import HttpResponse


def query_error(error: ServiceError) -> HttpResponse:
    """The XML of the query protocol, which IAM, STS and SNS speak."""
    body = (
        "<ErrorResponse><Error><Type>Sender</Type>"
        f"<Code>{error.code.removesuffix('Exception')}</Code>"
        f"<Message>{escape(error.message)}</Message></Error></ErrorResponse>"
    )
    return HttpResponse(error.status, {"content-type": "text/xml"}, body.encode())

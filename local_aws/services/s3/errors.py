"""S3's errors, with its codes, statuses and XML.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from local_aws.errors import ServiceError
from local_aws.wire import sigv4
from local_aws.wire.characters import escaped
from local_aws.wire.http import HttpResponse


class S3Error(ServiceError):
    """An error of S3; ``fields`` become elements of its XML, such as ``Key``."""

    code = "InternalError"
    status = 500
    headers: Mapping[str, str] = MappingProxyType({})
    """What the answer says beside the error, such as that there is a delete marker."""


class AccessDenied(S3Error):
    code = "AccessDenied"
    status = 403

    def __init__(self, message: str = "Access Denied") -> None:
        super().__init__(message)


class NoSuchBucket(S3Error):
    code = "NoSuchBucket"
    status = 404

    def __init__(self, bucket: str) -> None:
        super().__init__("The specified bucket does not exist", BucketName=bucket)


class NoSuchKey(S3Error):
    code = "NoSuchKey"
    status = 404

    def __init__(self, key: str) -> None:
        super().__init__("The specified key does not exist.", Key=key)


class NoSuchUpload(S3Error):
    code = "NoSuchUpload"
    status = 404

    def __init__(self, upload_id: str) -> None:
        super().__init__(
            "The specified upload does not exist. The upload ID may be invalid, or the upload "
            "may have been aborted or completed.",
            UploadId=upload_id,
        )


class NoSuchConfiguration(S3Error):
    """A bucket setting that was never put; each kind has its own code."""

    status = 404

    def __init__(self, code: str, message: str, bucket: str) -> None:
        super().__init__(message, BucketName=bucket)
        self.code = code


class BucketAlreadyOwnedByYou(S3Error):
    code = "BucketAlreadyOwnedByYou"
    status = 409

    def __init__(self, bucket: str) -> None:
        super().__init__(
            "Your previous request to create the named bucket succeeded and you already own it.",
            BucketName=bucket,
        )


class BucketNotEmpty(S3Error):
    code = "BucketNotEmpty"
    status = 409

    def __init__(self, bucket: str) -> None:
        super().__init__("The bucket you tried to delete is not empty", BucketName=bucket)


class InvalidBucketName(S3Error):
    code = "InvalidBucketName"
    status = 400

    def __init__(self, bucket: str) -> None:
        super().__init__("The specified bucket is not valid.", BucketName=bucket)


class KeyTooLong(S3Error):
    code = "KeyTooLongError"
    status = 400

    def __init__(self, size: int, limit: int) -> None:
        super().__init__("Your key is too long", Size=size, MaxSizeAllowed=limit)


class InvalidURI(S3Error):
    code = "InvalidURI"
    status = 400

    def __init__(self, uri: str) -> None:
        super().__init__("Couldn't parse the specified URI.", URI=uri)


class InvalidArgument(S3Error):
    code = "InvalidArgument"
    status = 400

    def __init__(self, message: str, name: str = "", value: str = "") -> None:
        fields = {"ArgumentName": name, "ArgumentValue": value} if name else {}
        super().__init__(message, **fields)


class InvalidRequest(S3Error):
    code = "InvalidRequest"
    status = 400


class MalformedXML(S3Error):
    code = "MalformedXML"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            "The XML you provided was not well-formed or did not validate against our published "
            "schema"
        )


class MalformedPolicy(S3Error):
    code = "MalformedPolicy"
    status = 400


class InvalidTag(S3Error):
    code = "InvalidTag"
    status = 400


class InvalidRange(S3Error):
    code = "InvalidRange"
    status = 416

    def __init__(self, requested: str, size: int) -> None:
        super().__init__(
            "The requested range is not satisfiable",
            RangeRequested=requested,
            ActualObjectSize=size,
        )


class InvalidPartNumber(S3Error):
    code = "InvalidPartNumber"
    status = 416

    def __init__(self, requested: int, count: int) -> None:
        super().__init__(
            "The requested partnumber is not satisfiable",
            PartNumberRequested=requested,
            ActualPartCount=count,
        )


class PreconditionFailed(S3Error):
    code = "PreconditionFailed"
    status = 412

    def __init__(self, condition: str) -> None:
        super().__init__(
            "At least one of the pre-conditions you specified did not hold", Condition=condition
        )


class NotModified(S3Error):
    """Answered without a body."""

    code = "NotModified"
    status = 304

    def __init__(self, etag: str) -> None:
        super().__init__("Not Modified")
        self.headers = {"etag": f'"{etag}"'}


class BadDigest(S3Error):
    code = "BadDigest"
    status = 400

    def __init__(self, name: str = "Content-MD5") -> None:
        super().__init__(f"The {name} you specified did not match the calculated checksum.")


class InvalidDigest(S3Error):
    code = "InvalidDigest"
    status = 400

    def __init__(self) -> None:
        super().__init__("The Content-MD5 you specified is not valid.")


class ContentSHA256Mismatch(S3Error):
    code = "XAmzContentSHA256Mismatch"
    status = 400

    def __init__(self, signed: str, computed: str) -> None:
        super().__init__(
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ClientComputedContentSHA256=signed,
            S3ComputedContentSHA256=computed,
        )


class SignatureDoesNotMatch(S3Error):
    code = "SignatureDoesNotMatch"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )


class IncompleteBody(S3Error):
    code = "IncompleteBody"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        )


class MissingContentLength(S3Error):
    code = "MissingContentLength"
    status = 411

    def __init__(self) -> None:
        super().__init__("You must provide the Content-Length HTTP header.")


class EntityTooLarge(S3Error):
    code = "EntityTooLarge"
    status = 400

    def __init__(self, limit: int) -> None:
        super().__init__(
            "Your proposed upload exceeds the maximum allowed size", MaxSizeAllowed=limit
        )


class EntityTooSmall(S3Error):
    code = "EntityTooSmall"
    status = 400

    def __init__(self, number: int, size: int, minimum: int) -> None:
        super().__init__(
            "Your proposed upload is smaller than the minimum allowed size",
            PartNumber=number,
            ProposedSize=size,
            MinSizeAllowed=minimum,
        )


class InvalidPart(S3Error):
    code = "InvalidPart"
    status = 400

    def __init__(self, upload_id: str, number: int) -> None:
        super().__init__(
            "One or more of the specified parts could not be found. The part may not have been "
            "uploaded, or the specified entity tag may not match the part's entity tag.",
            UploadId=upload_id,
            PartNumber=number,
        )


class InvalidPartOrder(S3Error):
    code = "InvalidPartOrder"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        )


class MethodNotAllowed(S3Error):
    code = "MethodNotAllowed"
    status = 405

    def __init__(self, method: str) -> None:
        super().__init__(
            "The specified method is not allowed against this resource.", Method=method
        )


class NotSupported(S3Error):
    """What S3 has and we have not: refused by name, with S3's own code for it."""

    code = "NotImplemented"
    status = 501

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported by local_aws")


# The names that S3 gives to what the other services' signature errors say.
_SIGNATURE_CODES: tuple[tuple[type[ServiceError], str, int], ...] = (
    (sigv4.SkewedClock, "RequestTimeTooSkewed", 403),
    (sigv4.ExpiredRequest, "AccessDenied", 403),
    (sigv4.HeadersNotSigned, "AccessDenied", 403),
    (sigv4.InvalidSignature, "SignatureDoesNotMatch", 403),
    (sigv4.InvalidToken, "InvalidToken", 400),
    (sigv4.UnrecognizedClient, "InvalidAccessKeyId", 403),
    (sigv4.ExpiredToken, "ExpiredToken", 400),
    (sigv4.MissingAuthentication, "AccessDenied", 403),
    (sigv4.TwoSignatures, "InvalidArgument", 400),
    (sigv4.UnsupportedSignature, "InvalidRequest", 400),
    (sigv4.MalformedQuery, "AuthorizationQueryParametersError", 400),
    (sigv4.IncompleteSignature, "AuthorizationHeaderMalformed", 400),
)


def error_response(error: ServiceError, resource: str) -> HttpResponse:
    """The error as S3 answers it. A HEAD request's sender drops the body itself."""
    request_id, host_id = uuid.uuid4().hex[:16].upper(), uuid.uuid4().hex
    code, status = _code(error)
    headers = {"x-amz-request-id": request_id, "x-amz-id-2": host_id}
    headers |= getattr(error, "headers", {})
    if isinstance(error, NotModified):
        return HttpResponse(status, headers, b"")
    fields = {
        "Code": code,
        "Message": error.message,
        **error.fields,
        "Resource": resource,
        "RequestId": request_id,
        "HostId": host_id,
    }
    body = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in fields.items())
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{body}</Error>'
    headers["content-type"] = "application/xml"
    return HttpResponse(status, headers, document.encode())


def _code(error: ServiceError) -> tuple[str, int]:
    for kind, code, status in _SIGNATURE_CODES:
        if isinstance(error, kind):
            return code, status
    return error.code, error.status


def _text(value: object) -> str:
    return escaped(str(value))

"""PostObject, the upload of a browser's form. botocore's model has no such operation.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from local_aws.services.s3 import encryption
from local_aws.services.s3.api import versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.http import checksums, headers, xml
from local_aws.services.s3.http.forms import Form
from local_aws.services.s3.http.request import Reply, S3Request
from local_aws.services.s3.lifecycle import told
from local_aws.services.s3.store.files import Incoming
from local_aws.services.s3.store.objects import ObjectInfo
from local_aws.wire.characters import writable

REDIRECTS = ("success_action_redirect", "redirect")


def open_form(s3: Backend, request: S3Request) -> tuple[Incoming, Form]:
    """A file for the form's file, and what reads the form into it."""
    s3.store.require_bucket(request.bucket)
    incoming = s3.store.incoming()
    try:
        return incoming, Form(s3, request, incoming)
    except BaseException:
        incoming.discard()
        raise


def post_object(s3: Backend, request: S3Request) -> Reply:
    attributes = headers.attributes(request.headers)
    attributes = replace(
        encryption.apply(s3, request.bucket, attributes),
        checksums=request.checksums,
        checksum_type=checksums.FULL_OBJECT if request.checksums else "",
    )
    info = s3.store.commit(request.file(), request.bucket, request.key, attributes)
    reply = _reply(s3, request, info)
    reply.headers |= {
        "etag": headers.quoted(info.etag),
        **headers.of_checksums(attributes),
        **headers.of_encryption(attributes),
        **versioning.of_version(s3, request.bucket, info),
        **told.expiration(s3.settings, request.bucket, info),
    }
    return reply


def _reply(s3: Backend, request: S3Request, info: ObjectInfo) -> Reply:
    """As the form asks: a redirect, or status 200, 201 with a document, or else 204."""
    target = next((request.form[name] for name in REDIRECTS if request.form.get(name)), "")
    if _is_address(target):
        return Reply(303, {"location": _with_result(target, request, info)})
    location = f"{s3.platform.endpoint_url}/{request.bucket}/{quote(request.key)}"
    status = request.form.get("success_action_status", "")
    if status != "201":
        return Reply(200 if status == "200" else 204, {"location": location})
    body = xml.document(
        "PostResponse",
        [
            ("Location", location),
            ("Bucket", request.bucket),
            ("Key", writable(request.key)),
            ("ETag", headers.quoted(info.etag)),
        ],
    )
    return Reply(201, {"location": location, "content-type": "application/xml"}, body)


def _is_address(target: str) -> bool:
    """S3 acts as if there were no redirect where it cannot read it."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    plain = target.isascii() and target.isprintable()
    return plain and parts.scheme in ("http", "https") and bool(parts.netloc)


def _with_result(target: str, request: S3Request, info: ObjectInfo) -> str:
    parts = urlsplit(target)
    result = {"bucket": request.bucket, "key": request.key, "etag": headers.quoted(info.etag)}
    query = [*parse_qsl(parts.query, keep_blank_values=True), *result.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))

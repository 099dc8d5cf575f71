"""Multipart uploads over the wire; UploadPartCopy is in `copying`."""

import re
from urllib.parse import quote

from local_aws.services.s3 import encryption
from local_aws.services.s3.api import versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import InvalidRequest, MalformedXML
from local_aws.services.s3.http import checksums, conditions, headers, xml
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.lifecycle import told
from local_aws.services.s3.store.objects import ObjectInfo
from local_aws.services.s3.store.uploads import PartClaim, Upload
from local_aws.wire.characters import writable


def create_multipart_upload(s3: Backend, request: S3Request) -> Reply:
    asked = request.headers.get("x-amz-checksum-algorithm", "")
    algorithm = checksums.algorithm(asked) if asked else ""
    kind = request.headers.get("x-amz-checksum-type", "").upper()
    if kind and not algorithm:
        raise InvalidRequest("The x-amz-checksum-type header needs x-amz-checksum-algorithm.")
    if algorithm:
        kind = kind or checksums.default_type(algorithm)
        checksums.check_type(algorithm, kind)
    attributes = encryption.apply(s3, request.bucket, headers.attributes(request.headers))
    upload = s3.uploads.create(request.bucket, request.key, attributes, algorithm, kind)
    fields = headers.of_encryption(attributes) | told.abortion(s3.settings, upload)
    if algorithm:
        fields |= {"x-amz-checksum-algorithm": algorithm.upper(), "x-amz-checksum-type": kind}
    children = [("Bucket", upload.bucket), ("Key", writable(upload.key)), ("UploadId", upload.id)]
    return xml_reply(xml.document("InitiateMultipartUploadResult", children), fields)


def upload_part(s3: Backend, request: S3Request) -> Reply:
    upload = s3.uploads.get(request.bucket, request.key, request.query["uploadId"])
    number = request.integer("partNumber", 0, 1 << 31)
    part = s3.uploads.add_part(upload, number, request.file(), request.checksums)
    sums = {checksums.PREFIX + name: value for name, value in part.checksums.items()}
    encrypted = headers.of_encryption(upload.attributes)
    return Reply(200, {"etag": headers.quoted(part.etag), **sums, **encrypted})


def complete_multipart_upload(s3: Backend, request: S3Request) -> Reply:
    upload_id = request.query["uploadId"]
    info = s3.uploads.completed(request.bucket, request.key, upload_id)
    if info is None:
        upload = s3.uploads.get(request.bucket, request.key, upload_id)
        claims = _claims(request.body)
        check = conditions.write_check(request.headers, request.key)
        checksum = _whole_checksum(request, upload)
        _check_size(s3, request, upload, claims)
        info = s3.uploads.complete(upload, claims, checksum, check)
    known = info.attributes
    return xml_reply(
        xml.document(
            "CompleteMultipartUploadResult",
            [
                ("Location", f"{s3.platform.endpoint_url}/{request.bucket}/{quote(request.key)}"),
                ("Bucket", request.bucket),
                ("Key", writable(request.key)),
                ("ETag", headers.quoted(info.etag)),
                *_sums(info),
                ("ChecksumType", known.checksum_type or None),
            ],
        ),
        headers.of_encryption(known)
        | versioning.of_version(s3, request.bucket, info)
        | told.expiration(s3.settings, request.bucket, info),
    )


def _sums(info: ObjectInfo) -> list[tuple[str, xml.Value | None]]:
    return [(checksums.element(name), value) for name, value in info.attributes.checksums.items()]


def _claims(body: bytes) -> list[PartClaim]:
    nodes = xml.parse(body, "CompleteMultipartUpload").all("Part")
    if not nodes:
        raise MalformedXML
    return [_claim(node) for node in nodes]


def _claim(node: xml.Node) -> PartClaim:
    number, etag = node.need("PartNumber"), node.need("ETag").strip('"')
    if not re.fullmatch("[0-9]{1,10}", number):
        raise MalformedXML
    sums = {name: node.get(checksums.element(name)) for name in checksums.ALGORITHMS}
    given = {name: value for name, value in sums.items() if value}
    return PartClaim(int(number), etag, given)


def _whole_checksum(request: S3Request, upload: Upload) -> str:
    kind = request.headers.get("x-amz-checksum-type", "").upper()
    if kind and upload.checksum_type and kind != upload.checksum_type:
        raise InvalidRequest(
            f"The upload was created with the {upload.checksum_type} checksum type, "
            f"the request says {kind}."
        )
    claims = checksums.in_headers(request.headers)
    for name in claims:
        if name != upload.algorithm:
            raise InvalidRequest(
                f"Checksum Type mismatch occurred, expected checksum Type: "
                f"{upload.algorithm or 'null'}, actual checksum Type: {name}"
            )
    return claims.get(upload.algorithm, "")


def _check_size(s3: Backend, request: S3Request, upload: Upload, claims: list[PartClaim]) -> None:
    expected = request.headers.get("x-amz-mp-object-size")
    if expected is None:
        return
    named = {claim.number for claim in claims}
    size = sum(part.size for part in s3.uploads.parts(upload) if part.number in named)
    if expected != str(size):
        raise InvalidRequest(
            f"The provided 'x-amz-mp-object-size' header value {expected} does not match what was "
            f"computed: {size}"
        )


def abort_multipart_upload(s3: Backend, request: S3Request) -> Reply:
    upload = s3.uploads.get(request.bucket, request.key, request.query["uploadId"])
    s3.uploads.abort(upload)
    return Reply(204)

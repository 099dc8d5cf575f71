"""The operations of S3, in the order in which a request is compared with them.

A route is a method, a target and what else must be there: words of the query (`uploadId`), or a
header. More particular routes come first. What is in no route is refused by its name on AWS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from local_aws.services.s3.api import (
    access_logs,
    acls,
    buckets,
    copying,
    listing,
    multipart,
    notifications,
    objects,
    policies,
    post_object,
    settings,
    unset,
    upload_listing,
    versioning,
)
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import MethodNotAllowed, NotSupported
from local_aws.services.s3.http.request import Reply, S3Request
from local_aws.services.s3.settings import KINDS
from local_aws.wire.models import service_model

SERVICE, BUCKET, OBJECT = "/", "/{Bucket}", "/{Bucket}/{Key+}"
COPY_SOURCE = "x-amz-copy-source"


@dataclass(frozen=True)
class Route:
    """`streams`: the body goes to a file and never into memory; `reads`: one object is read."""

    name: str
    method: str
    target: str
    words: tuple[str, ...]
    run: Callable[[Backend, S3Request], Reply]
    header: str = ""
    streams: bool = False
    reads: bool = False


ROUTES: tuple[Route, ...] = (
    Route("ListBuckets", "GET", SERVICE, (), buckets.list_buckets),
    # Multipart uploads.
    Route(
        "UploadPartCopy",
        "PUT",
        OBJECT,
        ("partNumber", "uploadId"),
        copying.upload_part_copy,
        COPY_SOURCE,
    ),
    Route(
        "UploadPart", "PUT", OBJECT, ("partNumber", "uploadId"), multipart.upload_part, streams=True
    ),
    Route("CreateMultipartUpload", "POST", OBJECT, ("uploads",), multipart.create_multipart_upload),
    Route(
        "CompleteMultipartUpload",
        "POST",
        OBJECT,
        ("uploadId",),
        multipart.complete_multipart_upload,
    ),
    Route(
        "AbortMultipartUpload", "DELETE", OBJECT, ("uploadId",), multipart.abort_multipart_upload
    ),
    Route("ListParts", "GET", OBJECT, ("uploadId",), upload_listing.list_parts),
    Route(
        "ListMultipartUploads", "GET", BUCKET, ("uploads",), upload_listing.list_multipart_uploads
    ),
    # What is configured.
    *(
        Route(verb.title() + kind.operation, verb, BUCKET, (kind.query,), make(kind))
        for kind in KINDS
        for verb, make in (
            ("GET", settings.getter),
            ("PUT", settings.putter),
            ("DELETE", settings.deleter),
        )
    ),
    *(Route(name, "GET", BUCKET, (word,), run) for name, word, run in unset.ANSWERS),
    Route(
        "PutBucketRequestPayment",
        "PUT",
        BUCKET,
        ("requestPayment",),
        unset.put_bucket_request_payment,
    ),
    Route(
        "GetBucketNotificationConfiguration",
        "GET",
        BUCKET,
        ("notification",),
        notifications.get_bucket_notification_configuration,
    ),
    Route(
        "PutBucketNotificationConfiguration",
        "PUT",
        BUCKET,
        ("notification",),
        notifications.put_bucket_notification_configuration,
    ),
    Route("GetBucketLogging", "GET", BUCKET, ("logging",), access_logs.get_bucket_logging),
    Route("PutBucketLogging", "PUT", BUCKET, ("logging",), access_logs.put_bucket_logging),
    Route("GetBucketVersioning", "GET", BUCKET, ("versioning",), versioning.get_bucket_versioning),
    Route("PutBucketVersioning", "PUT", BUCKET, ("versioning",), versioning.put_bucket_versioning),
    Route("GetBucketAcl", "GET", BUCKET, ("acl",), acls.get_bucket_acl),
    Route("GetObjectAcl", "GET", OBJECT, ("acl",), acls.get_object_acl),
    Route("PutBucketAcl", "PUT", BUCKET, ("acl",), acls.put_bucket_acl),
    Route("PutObjectAcl", "PUT", OBJECT, ("acl",), acls.put_object_acl),
    Route(
        "GetBucketPolicyStatus",
        "GET",
        BUCKET,
        ("policyStatus",),
        policies.get_bucket_policy_status,
    ),
    Route("GetObjectTagging", "GET", OBJECT, ("tagging",), settings.get_object_tagging),
    Route("PutObjectTagging", "PUT", OBJECT, ("tagging",), settings.put_object_tagging),
    Route("DeleteObjectTagging", "DELETE", OBJECT, ("tagging",), settings.delete_object_tagging),
    Route("GetObjectAttributes", "GET", OBJECT, ("attributes",), objects.get_object_attributes),
    Route("GetBucketLocation", "GET", BUCKET, ("location",), buckets.get_bucket_location),
    Route("DeleteObjects", "POST", BUCKET, ("delete",), objects.delete_objects),
    Route("ListObjectVersions", "GET", BUCKET, ("versions",), versioning.list_object_versions),
    Route("ListObjectsV2", "GET", BUCKET, ("list-type",), listing.list_objects_v2),
    # The plain verbs.
    Route("ListObjects", "GET", BUCKET, (), listing.list_objects),
    Route("CreateBucket", "PUT", BUCKET, (), buckets.create_bucket),
    Route("DeleteBucket", "DELETE", BUCKET, (), buckets.delete_bucket),
    Route("HeadBucket", "HEAD", BUCKET, (), buckets.head_bucket),
    Route("CopyObject", "PUT", OBJECT, (), copying.copy_object, COPY_SOURCE),
    Route("PutObject", "PUT", OBJECT, (), objects.put_object, streams=True),
    Route("PostObject", "POST", BUCKET, (), post_object.post_object, streams=True),
    Route("GetObject", "GET", OBJECT, (), objects.get_object, reads=True),
    Route("HeadObject", "HEAD", OBJECT, (), objects.head_object, reads=True),
    Route("DeleteObject", "DELETE", OBJECT, (), objects.delete_object),
)


_BY_TARGET: dict[tuple[str, str], list[Route]] = {}
for _one in ROUTES:
    _BY_TARGET.setdefault((_one.method, _one.target), []).append(_one)


def route(request: S3Request) -> Route:
    """The operation that is meant; raises what AWS answers, or NotSupported with its name."""
    target = OBJECT if request.key else BUCKET if request.bucket else SERVICE
    candidates = _BY_TARGET.get((request.method, target), ())
    found = next((one for one in candidates if _matches(one, request)), None)
    for word in request.query:
        if word in _words() and not (found and word in found.words):
            # Never fall back to the plain verb: `DELETE ?replication` is no DeleteBucket.
            name = _aws_names().get((request.method, target, word))
            raise NotSupported(name) if name else MethodNotAllowed(request.method)
    if found:
        return found
    raise MethodNotAllowed(request.method)


def _matches(candidate: Route, request: S3Request) -> bool:
    return all(word in request.query for word in candidate.words) and (
        not candidate.header or candidate.header in request.headers
    )


@cache
def _aws_names() -> dict[tuple[str, str, str], str]:
    """AWS's operations by method, target and the word of the query that tells them apart."""
    model = service_model("s3")
    names: dict[tuple[str, str, str], str] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        http = operation.http
        if operation.deprecated:
            continue
        path, _, words = http["requestUri"].partition("?")
        word = words.partition("&")[0].partition("=")[0]
        if word:
            names.setdefault((http["method"], path, word), name)
    return names


@cache
def _words() -> frozenset[str]:
    return frozenset(word for _, _, word in _aws_names()) | {"uploadId"}

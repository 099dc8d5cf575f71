"""Get, put and delete of buckets' settings, tags and the read-only answers beside them."""

from collections.abc import Callable

from local_aws.services.s3 import documents, encryption
from local_aws.services.s3.api import policies, versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import InvalidTag, MalformedXML, NotSupported
from local_aws.services.s3.http import headers, xml
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.lifecycle import rules
from local_aws.services.s3.settings import PUBLIC_ACCESS_MEMBERS, Kind

Operation = Callable[[Backend, S3Request], Reply]


def getter(kind: Kind) -> Operation:
    def get(s3: Backend, request: S3Request) -> Reply:
        body = s3.settings.get(request.bucket, kind)
        kind_of_body = "application/xml" if kind.root else "application/json"
        return Reply(200, {"content-type": kind_of_body, **kind.headers}, body)

    return get


def putter(kind: Kind) -> Operation:
    def put(s3: Backend, request: S3Request) -> Reply:
        s3.store.require_bucket(request.bucket)
        for name, only in kind.headers.items():
            if request.headers.get(name, only) != only:
                raise NotSupported(f"{name} {request.headers[name]}")
        body = CHECKS.get(kind.query, bytes)(request.body)
        policies.check(s3, request, kind)
        s3.settings.put(request.bucket, kind, body)
        status = 200 if kind.root and kind.query != "tagging" else 204
        return Reply(status, dict(kind.headers))

    return put


def deleter(kind: Kind) -> Operation:
    def delete(s3: Backend, request: S3Request) -> Reply:
        s3.settings.delete(request.bucket, kind)
        return Reply(204)

    return delete


def _checked_tags(body: bytes) -> bytes:
    tags = headers.tags_of("PutBucketTagging", body, headers.MAX_BUCKET_TAGS)
    if any(name.startswith("aws:") for name in tags):
        raise InvalidTag("System tags cannot be added/updated by requester")
    return body


def _checked_public_access(body: bytes) -> bytes:
    """All four of them, the ones that were not named switched off."""
    operation = "PutPublicAccessBlock"
    block = dict.fromkeys(PUBLIC_ACCESS_MEMBERS, False)
    return documents.write(operation, block | documents.read(operation, body))


def _checked_ownership(body: bytes) -> bytes:
    if len(documents.read("PutBucketOwnershipControls", body)["Rules"]) != 1:
        raise MalformedXML
    return body


CHECKS: dict[str, Callable[[bytes], bytes]] = {
    "tagging": _checked_tags,
    "publicAccessBlock": _checked_public_access,
    "encryption": encryption.checked,
    "ownershipControls": _checked_ownership,
    "lifecycle": rules.checked,
}
"""By the word of the query: the document as it is kept, or AWS's refusal of it."""


def get_object_tagging(s3: Backend, request: S3Request) -> Reply:
    info = versioning.find(s3, request)
    tags = [
        ("Tag", [("Key", key), ("Value", value)]) for key, value in info.attributes.tags.items()
    ]
    version = versioning.of_version(s3, request.bucket, info)
    return xml_reply(xml.document("Tagging", [("TagSet", tags)]), version)


def put_object_tagging(s3: Backend, request: S3Request) -> Reply:
    return Reply(200, _set_tags(s3, request, headers.object_tags(request.body)))


def delete_object_tagging(s3: Backend, request: S3Request) -> Reply:
    return Reply(204, _set_tags(s3, request, {}))


def _set_tags(s3: Backend, request: S3Request, tags: dict[str, str]) -> dict[str, str]:
    found = versioning.find(s3, request)
    version = found.version if s3.store.versioning(request.bucket) else None
    info = s3.store.set_tags(request.bucket, request.key, tags, version)
    return versioning.of_version(s3, request.bucket, info)

"""Get, put and delete of buckets' settings, tags and the read-only answers beside them.

Kept and returned, not acted on: lifecycles are not executed, bytes on disk not encrypted.
"""

from collections.abc import Callable

from local_aws.services.s3 import headers, xml
from local_aws.services.s3.api import policies, versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import MalformedXML
from local_aws.services.s3.request import Reply, S3Request, xml_reply
from local_aws.services.s3.settings import Kind

Operation = Callable[[Backend, S3Request], Reply]


def getter(kind: Kind) -> Operation:
    def get(s3: Backend, request: S3Request) -> Reply:
        body = s3.settings.get(request.bucket, kind)
        kind_of_body = "application/xml" if kind.root else "application/json"
        return Reply(200, {"content-type": kind_of_body}, body)

    return get


def putter(kind: Kind) -> Operation:
    def put(s3: Backend, request: S3Request) -> Reply:
        s3.store.require_bucket(request.bucket)
        _check(kind, request.body)
        policies.check(s3, request, kind)
        s3.settings.put(request.bucket, kind, request.body)
        return Reply(200 if kind.root and kind.query != "tagging" else 204)

    return put


def deleter(kind: Kind) -> Operation:
    def delete(s3: Backend, request: S3Request) -> Reply:
        s3.settings.delete(request.bucket, kind)
        return Reply(204)

    return delete


def _check(kind: Kind, body: bytes) -> None:
    if not kind.root:
        return
    node = xml.parse(body, kind.root)
    if kind.query == "tagging":
        headers.check_tags(_tags(node), headers.MAX_BUCKET_TAGS)
    elif kind.query != "publicAccessBlock" and not node.all("Rule"):
        raise MalformedXML


def get_object_tagging(s3: Backend, request: S3Request) -> Reply:
    info = versioning.find(s3, request)
    tags = [
        ("Tag", [("Key", key), ("Value", value)]) for key, value in info.attributes.tags.items()
    ]
    version = versioning.of_version(s3, request.bucket, info)
    return xml_reply(xml.document("Tagging", [("TagSet", tags)]), version)


def put_object_tagging(s3: Backend, request: S3Request) -> Reply:
    tags = headers.check_tags(_tags(xml.parse(request.body, "Tagging")), headers.MAX_OBJECT_TAGS)
    return Reply(200, _set_tags(s3, request, tags))


def delete_object_tagging(s3: Backend, request: S3Request) -> Reply:
    return Reply(204, _set_tags(s3, request, {}))


def _set_tags(s3: Backend, request: S3Request, tags: dict[str, str]) -> dict[str, str]:
    found = versioning.find(s3, request)
    version = found.version if s3.store.versioning(request.bucket) else None
    info = s3.store.set_tags(request.bucket, request.key, tags, version)
    return versioning.of_version(s3, request.bucket, info)


def _tags(node: xml.Node) -> list[tuple[str, str]]:
    sets = node.all("TagSet")
    if not sets:
        raise MalformedXML
    return [(tag.need("Key"), tag.need("Value")) for tag in sets[0].all("Tag")]

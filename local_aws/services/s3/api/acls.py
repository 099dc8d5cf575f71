"""The ACLs of buckets and objects; what they grant is in `acl`."""

from local_aws.services.s3.access import acl
from local_aws.services.s3.access.rules import ACL
from local_aws.services.s3.api import versioning
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import MalformedXML, NotSupported
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply


def get_bucket_acl(s3: Backend, request: S3Request) -> Reply:
    return xml_reply(acl.document(_owner(s3), s3.rules.get(request.bucket).acl))


def put_bucket_acl(s3: Backend, request: S3Request) -> Reply:
    s3.settings.put(request.bucket, ACL, _wanted(request).encode())
    return Reply(200)


def get_object_acl(s3: Backend, request: S3Request) -> Reply:
    info = versioning.find(s3, request)
    return xml_reply(acl.document(_owner(s3), info.attributes.acl or "private"))


def put_object_acl(s3: Backend, request: S3Request) -> Reply:
    info = versioning.find(s3, request)
    s3.store.set_acl(request.bucket, request.key, _wanted(request), info.version)
    return Reply(200, versioning.of_version(s3, request.bucket, info))


def _wanted(request: S3Request) -> str:
    found = acl.named(request.headers)
    if request.body:
        raise NotSupported("An ACL of single grants (AccessControlPolicy)")
    if found is None:
        raise MalformedXML
    return found


def _owner(s3: Backend) -> str:
    return dict(s3.owner)["ID"]

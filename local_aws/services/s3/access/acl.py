"""Canned access control lists: what they grant, and when a bucket takes them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
Everything belongs to the one account, so `private` and the bucket owner's lists grant the same.
Lists of single grants are refused by name.
"""

from collections.abc import Mapping

from local_aws.services.s3.access.rules import Block, Rules
from local_aws.services.s3.errors import InvalidArgument, NotSupported, S3Error
from local_aws.services.s3.http import xml

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
SIGNED_IN = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
"""Who delivers server access logs."""
DELIVERS = "log-delivery-write"
"""Of buckets only."""
GRANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "private": (),
    "public-read": ((EVERYBODY, "READ"),),
    "public-read-write": ((EVERYBODY, "READ"), (EVERYBODY, "WRITE")),
    "authenticated-read": ((SIGNED_IN, "READ"),),
    "bucket-owner-read": (),
    "bucket-owner-full-control": (),
    DELIVERS: ((LOGS, "WRITE"), (LOGS, "READ_ACP")),
}
PUBLIC = ("public-read", "public-read-write", "authenticated-read")
OWNERS = ("private", "bucket-owner-full-control")
"""What a bucket without ACLs still accepts, since it changes nothing."""

READS = ("s3:GetObject", "s3:GetObjectVersion")
BUCKET_READS = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
BUCKET_WRITES = ("s3:PutObject",)
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


class AclNotSupported(S3Error):
    """What a bucket answers whose owner is enforced, the default since 2023."""

    code = "AccessControlListNotSupported"
    status = 400

    def __init__(self) -> None:
        super().__init__("The bucket does not allow ACLs")


class AclBesideOwnership(S3Error):
    code = "InvalidBucketAclWithObjectOwnership"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        )


class AclBesideBlock(S3Error):
    code = "InvalidBucketAclWithBlockPublicAccessError"
    status = 400

    def __init__(self) -> None:
        super().__init__("Bucket cannot have public ACLs set with BlockPublicAccess enabled")


class PublicAclBlocked(S3Error):
    code = "AccessDenied"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Public access control lists are blocked by the BlockPublicAcls setting "
            "in S3 Block Public Access"
        )


def named(headers: Mapping[str, str]) -> str | None:
    """The canned list that the headers name. Single grants are refused."""
    if any(name.startswith("x-amz-grant-") for name in headers):
        raise NotSupported("An ACL of single grants (x-amz-grant-)")
    acl = headers.get("x-amz-acl")
    if acl == "aws-exec-read":
        raise NotSupported("The ACL aws-exec-read")
    if acl is not None and acl not in GRANTS:
        raise InvalidArgument("The ACL is not one that S3 has", "x-amz-acl", acl)
    return acl


def check_write(headers: Mapping[str, str], rules: Rules, *, of_bucket: bool) -> None:
    """Raise where the request's list is not taken by its bucket."""
    if not rules.acls_count and any(name.startswith("x-amz-grant-") for name in headers):
        raise AclNotSupported
    acl = named(headers)
    if acl is None:
        return
    if acl == DELIVERS and not of_bucket:
        raise InvalidArgument("The ACL is not one of objects", "x-amz-acl", acl)
    if not rules.acls_count and acl not in OWNERS:
        raise AclNotSupported
    if acl in PUBLIC and rules.block.public_acls:
        raise PublicAclBlocked


def check_creation(headers: Mapping[str, str]) -> None:
    """A new bucket blocks public lists, and has none at all unless it says so."""
    acl = named(headers)
    if acl in (None, "private"):
        return
    if headers.get("x-amz-object-ownership", "BucketOwnerEnforced") == "BucketOwnerEnforced":
        raise AclBesideOwnership
    if acl in PUBLIC:
        raise AclBesideBlock


def grants(acl: str, permission: str, block: Block, *, signed: bool) -> bool:
    """Whether the list gives the permission to somebody who is only anybody."""
    if block.ignore_acls:
        return False
    groups = (EVERYBODY, SIGNED_IN) if signed else (EVERYBODY,)
    return any(group in groups and granted == permission for group, granted in GRANTS[acl])


def document(owner: str, acl: str) -> bytes:
    """The AccessControlPolicy of GetBucketAcl and GetObjectAcl."""
    own = f'<Grantee {XSI} xsi:type="CanonicalUser"><ID>{owner}</ID></Grantee>'
    given = [(own, "FULL_CONTROL")] + [
        (f'<Grantee {XSI} xsi:type="Group"><URI>{group}</URI></Grantee>', permission)
        for group, permission in GRANTS[acl]
    ]
    body = "".join(
        f"<Grant>{grantee}<Permission>{permission}</Permission></Grant>"
        for grantee, permission in given
    )
    return (
        f'{xml.HEAD}<AccessControlPolicy xmlns="{xml.NAMESPACE}"><Owner><ID>{owner}</ID></Owner>'
        f"<AccessControlList>{body}</AccessControlList></AccessControlPolicy>"
    ).encode()

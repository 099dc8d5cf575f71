"""Operations on buckets themselves."""

import re

from local_aws.services.s3.access import acl
from local_aws.services.s3.access.rules import ACL, OWNERSHIP
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import (
    BucketAlreadyOwnedByYou,
    InvalidArgument,
    NotSupported,
    S3Error,
)
from local_aws.services.s3.http import xml
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.model import Bucket

CLASSIC_REGION = "us-east-1"
MAX_BUCKETS = 10_000
OWNERSHIPS = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")


class IllegalLocation(S3Error):
    code = "IllegalLocationConstraintException"
    status = 400


class InvalidLocation(S3Error):
    code = "InvalidLocationConstraint"
    status = 400


def list_buckets(s3: Backend, request: S3Request) -> Reply:
    limit = request.integer("max-buckets", MAX_BUCKETS, MAX_BUCKETS) or MAX_BUCKETS
    prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
    region = request.query.get("bucket-region")
    found = [
        bucket
        for bucket in s3.store.buckets()
        if bucket.name.startswith(prefix)
        and bucket.name > after
        and region in (None, bucket.region)
    ]
    shown = found[:limit]
    return xml_reply(
        xml.document(
            "ListAllMyBucketsResult",
            [
                ("Owner", s3.owner),
                ("Buckets", [("Bucket", _entry(bucket)) for bucket in shown]),
                ("ContinuationToken", shown[-1].name if len(found) > limit else None),
                ("Prefix", prefix or None),
            ],
        )
    )


def _entry(bucket: Bucket) -> list[tuple[str, xml.Value | None]]:
    return [
        ("Name", bucket.name),
        ("CreationDate", bucket.created),
        ("BucketRegion", bucket.region),
    ]


def create_bucket(s3: Backend, request: S3Request) -> Reply:
    if request.headers.get("x-amz-bucket-object-lock-enabled", "").lower() == "true":
        raise NotSupported("Object Lock")
    region, ownership = _location(s3, request), _ownership(request)
    try:
        s3.store.create_bucket(request.bucket, region)
    except BucketAlreadyOwnedByYou:
        # Only the oldest region answers 200 to its owner.
        if region != CLASSIC_REGION:
            raise
    else:
        if ownership:
            s3.settings.put(request.bucket, OWNERSHIP, ownership)
        if acl.named(request.headers):
            s3.settings.put(request.bucket, ACL, request.headers["x-amz-acl"].encode())
    return Reply(200, {"location": f"/{request.bucket}"})


def _ownership(request: S3Request) -> bytes | None:
    wanted = request.headers.get("x-amz-object-ownership")
    if wanted is None:
        return None
    if wanted not in OWNERSHIPS:
        raise InvalidArgument("Invalid x-amz-object-ownership", "x-amz-object-ownership", wanted)
    return xml.document(OWNERSHIP.root, [("Rule", [("ObjectOwnership", wanted)])])


def _location(s3: Backend, request: S3Request) -> str:
    if not request.body.strip():
        return s3.store.region
    region = xml.parse(request.body, "CreateBucketConfiguration").get("LocationConstraint")
    if not region:
        return s3.store.region
    region = "eu-west-1" if region == "EU" else region
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region) or region == CLASSIC_REGION:
        raise InvalidLocation("The specified location-constraint is not valid")
    if region != s3.store.region:
        raise IllegalLocation(
            f"The {region} location constraint is incompatible for the region specific endpoint "
            "this request was sent to."
        )
    return region


def delete_bucket(s3: Backend, request: S3Request) -> Reply:
    s3.store.delete_bucket(request.bucket)
    return Reply(204)


def head_bucket(s3: Backend, request: S3Request) -> Reply:
    bucket = s3.store.bucket(request.bucket)
    return Reply(200, {"x-amz-bucket-region": bucket.region, "content-type": "application/xml"})


def get_bucket_location(s3: Backend, request: S3Request) -> Reply:
    region = s3.store.bucket(request.bucket).region
    location = "" if region == CLASSIC_REGION else region
    text = f'{xml.HEAD}<LocationConstraint xmlns="{xml.NAMESPACE}">{location}</LocationConstraint>'
    return xml_reply(text.encode())

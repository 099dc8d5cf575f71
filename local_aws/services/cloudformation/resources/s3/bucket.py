"""AWS::S3::Bucket: a bucket, and its settings one by one.

What S3 here refuses (replication, object lock ...) is no property that is taken.
"""

from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.named import Named, changed
from local_aws.services.cloudformation.resources.s3.settings import SETTINGS

CLASSIC_REGION = "us-east-1"
ABSENT = ("404", "NoSuchBucket")
ACL = {
    "Private": "private",
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "BucketOwnerRead": "bucket-owner-read",
    "BucketOwnerFullControl": "bucket-owner-full-control",
    "AwsExecRead": "aws-exec-read",
    "LogDeliveryWrite": "log-delivery-write",
}
"""Canned lists by a template's names. S3 refuses those that it has not."""

# https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
DASHED_WEBSITES = (
    *("us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2"),
    *("ap-northeast-1", "eu-west-1", "sa-east-1"),
)


class Bucket(Named):
    named_by = "BucketName"
    longest = 63
    takes = frozenset(
        {"BucketName", "AccessControl", "Tags", *(setting.property for setting in SETTINGS)}
    )
    refuses = frozenset({"NotificationConfiguration.LambdaConfigurations"})

    def make(self, work: Work) -> None:
        region = work.region
        place = None if region == CLASSIC_REGION else {"LocationConstraint": region}
        call(
            work.client("s3"),
            "create_bucket",
            Bucket=self.name(work),
            CreateBucketConfiguration=place,
        )

    def update(self, work: Work) -> Made:
        s3, bucket = work.client("s3"), work.physical_id
        for setting in SETTINGS:
            if changed(work, setting.property):
                setting.put(s3, bucket, work.properties.get(setting.property))
        if changed(work, "AccessControl"):
            given = work.properties.get("AccessControl", "Private")
            call(s3, "put_bucket_acl", Bucket=bucket, ACL=ACL.get(given, given))
        self._tag(s3, work)
        return _made(work, bucket)

    def delete(self, work: Work) -> None:
        find(work.client("s3"), "delete_bucket", ABSENT, Bucket=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        s3, bucket = work.client("s3"), work.physical_id
        if find(s3, "head_bucket", ABSENT, Bucket=bucket) is None:
            return None
        found: dict[str, Any] = {one.property: one.get(s3, bucket) for one in SETTINGS}
        found["Tags"] = tags.own(work, _tags(s3, bucket)) or None
        given = {name: value for name, value in found.items() if value is not None}
        return {"BucketName": bucket} | given

    def identify(self, work: Work) -> Made | None:
        name = self.name(work)
        if find(work.client("s3"), "head_bucket", ABSENT, Bucket=name) is None:
            return None
        return _made(work, name)

    def name(self, work: Work) -> str:
        """A bucket's name has no capitals."""
        named = work.physical_id or self.named_by in work.properties
        return super().name(work) if named else super().name(work).lower()

    @staticmethod
    def _tag(s3: Any, work: Work) -> None:
        wanted = tags.wanted(work)
        if wanted == _tags(s3, work.physical_id):
            return
        if wanted:
            tag_set = {"TagSet": tags.entries(wanted)}
            call(s3, "put_bucket_tagging", Bucket=work.physical_id, Tagging=tag_set)
        else:
            call(s3, "delete_bucket_tagging", Bucket=work.physical_id)


def _tags(s3: Any, bucket: str) -> dict[str, str]:
    found = find(s3, "get_bucket_tagging", ["NoSuchTagSet"], Bucket=bucket)
    return tags.by_key(found["TagSet"]) if found else {}


def _made(work: Work, bucket: str) -> Made:
    dot = "-" if work.region in DASHED_WEBSITES else "."
    return Made(
        bucket,
        {
            "Arn": f"arn:aws:s3:::{bucket}",
            "DomainName": f"{bucket}.s3.amazonaws.com",
            "DualStackDomainName": f"{bucket}.s3.dualstack.{work.region}.amazonaws.com",
            "RegionalDomainName": f"{bucket}.s3.{work.region}.amazonaws.com",
            "WebsiteURL": f"http://{bucket}.s3-website{dot}{work.region}.amazonaws.com",
        },
    )

"""AWS::S3::BucketPolicy. A bucket has one policy, so it is known by its bucket's name."""

import json
from dataclasses import replace

from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.named import AlreadyExists, Named

ABSENT = ("NoSuchBucketPolicy", "NoSuchBucket")


class BucketPolicy(Named):
    named_by = "Bucket"
    longest = 63
    takes = frozenset({"Bucket", "PolicyDocument"})

    def create(self, work: Work) -> Made:
        work = replace(work, physical_id=str(work.properties["Bucket"]))
        if not work.retried and self.identify(work) is not None:
            raise AlreadyExists(f"The bucket policy already exists on bucket {work.physical_id}.")
        return self.update(work)

    def update(self, work: Work) -> Made:
        policy = work.properties["PolicyDocument"]
        call(work.client("s3"), "put_bucket_policy", Bucket=work.physical_id, Policy=policy)
        return Made(work.physical_id)

    def delete(self, work: Work) -> None:
        find(work.client("s3"), "delete_bucket_policy", ABSENT, Bucket=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        found = find(work.client("s3"), "get_bucket_policy", ABSENT, Bucket=work.physical_id)
        if found is None:
            return None
        return {"Bucket": work.physical_id, "PolicyDocument": json.loads(found["Policy"])}

    def identify(self, work: Work) -> Made | None:
        bucket = self.name(work)
        found = find(work.client("s3"), "get_bucket_policy", ABSENT, Bucket=bucket)
        return Made(bucket) if found is not None else None

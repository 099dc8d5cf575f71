"""S3's types. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html"""

from local_aws.services.cloudformation.resources.handler import Handler
from local_aws.services.cloudformation.resources.s3.bucket import Bucket
from local_aws.services.cloudformation.resources.s3.policy import BucketPolicy

HANDLERS: dict[str, Handler] = {
    "AWS::S3::Bucket": Bucket(),
    "AWS::S3::BucketPolicy": BucketPolicy(),
}

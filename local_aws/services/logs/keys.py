"""The KMS key of a log group: asked for when it is set, and told.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html. Events lie on
disk as they are, and a key that is disabled afterwards does not hide them.
"""

from local_aws.context import Platform
from local_aws.services.logs.errors import InvalidParameterException
from local_aws.services.s3.encryption import KmsError, key_arn


def check(platform: Platform, arn: str) -> None:
    """Raise where the key is not named by its ARN, is not there or cannot be used."""
    if ":key/" not in arn:
        raise InvalidParameterException(f"The specified KMS key ARN is not valid: {arn}")
    try:
        key_arn(platform, arn)
    except KmsError as error:
        raise InvalidParameterException(
            f"The specified KMS Key Id could not be used: {error.message}"
        ) from None

"""What templates ask Parameter Store for.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.stacks.sources import FETCHES

SECURE = "SecureString"
AT_ONCE = 10
"""Names that one request may have."""


def values(client: Callable[[str], Any], names: Sequence[str]) -> dict[str, str]:
    """The values of parameters by name. Raises ValidationError where one is not there."""
    found: dict[str, str] = {}
    missing: list[str] = []
    secure: list[str] = []
    for start in range(0, len(names), AT_ONCE):
        answer = _asked(client, names[start : start + AT_ONCE])
        missing += answer["InvalidParameters"]
        for one in answer["Parameters"]:
            name = one["Name"] + one.get("Selector", "")
            found[name] = one["Value"]
            secure += [name] if one["Type"] == SECURE else []
    if missing:
        raise ValidationError(
            f"Unable to fetch parameters [{','.join(missing)}] from parameter store for this "
            "account."
        )
    if secure:
        raise ValidationError(
            f"Parameters [{','.join(secure)}] referenced by template have types not supported by "
            "CloudFormation."
        )
    return found


def referenced(client: Callable[[str], Any], reference: str) -> str:
    """What ``{{resolve:ssm:name}}`` or ``{{resolve:ssm:name:version}}`` stands for."""
    answer = _asked(client, [reference])
    if not answer["Parameters"]:
        raise ValidationError(f"Parameters: [ssm:{reference}] cannot be found.")
    one = answer["Parameters"][0]
    if one["Type"] == SECURE:
        raise ValidationError(
            f"Parameters [{reference}] referenced by template have types not supported by "
            "CloudFormation."
        )
    return str(one["Value"])


def _asked(client: Callable[[str], Any], names: Sequence[str]) -> dict[str, Any]:
    try:
        with FETCHES:
            answer: dict[str, Any] = client("ssm").get_parameters(Names=list(names))
    except ClientError as error:
        raise ValidationError(str(error.response["Error"]["Message"])) from None
    return answer

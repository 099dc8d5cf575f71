"""What KMS does beside moto: a key's policy is read when it is put, since decisions need it.

An alias is refused where only a key is taken, which moto answers with a 500.

https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
"""

from local_aws.access import document
from local_aws.access.document import PolicyError
from local_aws.access.resources import Parameters
from local_aws.errors import ServiceError

WITH_POLICY = ("CreateKey", "PutKeyPolicy")


BY_KEY = ("RotateKeyOnDemand", "ListKeyRotations")


class NotFound(ServiceError):
    code = "NotFoundException"


class MalformedPolicyDocument(ServiceError):
    code = "MalformedPolicyDocumentException"


def check(operation: str, parameters: Parameters) -> None:
    """Raise where a key's policy could not be evaluated later, or a key is named by its alias."""
    key = str(parameters.get("KeyId", ""))
    if operation in BY_KEY and "alias/" in key:
        raise NotFound(f"Invalid keyId {key}")
    if operation not in WITH_POLICY or "Policy" not in parameters:
        return
    try:
        document.parse(str(parameters["Policy"]), document.KEY)
    except PolicyError as error:
        raise MalformedPolicyDocument(str(error)) from None

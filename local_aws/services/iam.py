"""What IAM does beside moto: policies are read when they are put, and users have boundaries.

moto keeps users, roles, groups and policies; it accepts a condition that does not exist, and
drops a user's permissions boundary, which would let the user do more than was said.
"""

import re
from typing import Any

from local_aws import aws_policies
from local_aws.access import document
from local_aws.access.document import PolicyError
from local_aws.access.resources import Parameters
from local_aws.errors import ServiceError
from local_aws.moto_services import MotoServices
from local_aws.wire.http import HttpResponse

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
IDENTITY_DOCUMENTS = r"Put(User|Role|Group)Policy|CreatePolicy(Version)?"
TRUST_DOCUMENTS = {
    "CreateRole": "AssumeRolePolicyDocument",
    "UpdateAssumeRolePolicy": "PolicyDocument",
}


class MalformedPolicyDocument(ServiceError):
    code = "MalformedPolicyDocument"


class NoSuchEntity(ServiceError):
    code = "NoSuchEntity"
    status = 404


class DeleteConflict(ServiceError):
    """What is still in use."""

    code = "DeleteConflict"
    status = 409


class Unsupported(ServiceError):
    """Refused by name: accepted, it would be dropped without a word."""

    code = "NotImplemented"
    status = 501


def check(operation: str, parameters: Parameters) -> None:
    """Raise where a policy could not be evaluated later, or a limit would be dropped."""
    if operation == "CreateUser" and "PermissionsBoundary" in parameters:
        raise Unsupported(
            "CreateUser with PermissionsBoundary is not supported by local_aws: "
            "call PutUserPermissionsBoundary once the user is there"
        )
    if re.fullmatch(IDENTITY_DOCUMENTS, operation):
        _parse(parameters.get("PolicyDocument"), document.IDENTITY)
    if operation in TRUST_DOCUMENTS:
        _parse(parameters.get(TRUST_DOCUMENTS[operation]), document.TRUST)


def _parse(text: Any, kind: str) -> None:
    if text is None:
        return  # moto says which parameter is missing
    try:
        document.parse(str(text), kind)
    except PolicyError as error:
        raise MalformedPolicyDocument(str(error)) from None


def answer(moto: MotoServices, operation: str, parameters: Parameters) -> HttpResponse | None:
    """The answer to what moto does not have, else None."""
    aws_policies.know(moto, parameters.get("PolicyArn"), parameters.get("PermissionsBoundary"))
    if operation == "DeletePolicy":
        _check_unattached(moto, parameters.get("PolicyArn", ""))
    if operation == "PutUserPermissionsBoundary":
        _set_boundary(moto, parameters, parameters.get("PermissionsBoundary", ""))
    elif operation == "DeleteUserPermissionsBoundary":
        _set_boundary(moto, parameters, "")
    else:
        return None
    body = f'<{operation}Response xmlns="{NAMESPACE}"><ResponseMetadata/></{operation}Response>'
    return HttpResponse(200, {"content-type": "text/xml"}, body.encode())


def _check_unattached(moto: MotoServices, arn: str) -> None:
    """moto would leave principals with a policy that is gone."""
    with moto.iam() as iam:
        kinds = (iam.users, iam.roles, iam.groups) if iam else ()
        # moto counts, and counts one twice that is attached again.
        if any(arn in one.managed_policies for kind in kinds for one in kind.values()):
            raise DeleteConflict("Cannot delete a policy attached to entities.")


def _set_boundary(moto: MotoServices, parameters: Parameters, arn: str) -> None:
    name = parameters.get("UserName", "")
    with moto.iam(changed=True) as iam:
        user = iam.users.get(name) if iam else None
        if user is None:
            raise NoSuchEntity(f"The user with name {name} cannot be found.")
        if arn and arn not in iam.managed_policies:
            raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
        # GetUser answers with `permissions_boundary`, as moto does for roles.
        user.permissions_boundary_arn = arn or None
        user.permissions_boundary = (
            {
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": arn,
            }
            if arn
            else None
        )

"""The errors of CloudFormation, by AWS's codes."""

from local_aws.errors import ServiceError


class ValidationError(ServiceError):
    """A request or a template that is not taken; also how we refuse what we do not do."""

    code = "ValidationError"


class AlreadyExists(ServiceError):
    """A stack or change set of that name is there."""

    code = "AlreadyExistsException"


class InsufficientCapabilities(ServiceError):
    """A template that makes IAM's resources, and a caller who did not say that it may."""

    code = "InsufficientCapabilitiesException"


class ChangeSetNotFound(ServiceError):
    code = "ChangeSetNotFound"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"ChangeSet [{name}] does not exist")


class InvalidChangeSetStatus(ServiceError):
    code = "InvalidChangeSetStatus"


class TokenAlreadyExists(ServiceError):
    """A ClientRequestToken that another operation was asked for with."""

    code = "TokenAlreadyExistsException"


def unsupported(what: str) -> ValidationError:
    """The refusal of something that AWS can do and we cannot."""
    return ValidationError(f"{what} is not supported by local_aws")

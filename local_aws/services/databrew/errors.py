"""DataBrew's errors."""

from local_aws.errors import ServiceError


class ValidationException(ServiceError):
    """A request that says something which cannot be."""

    code = "ValidationException"


class ConflictException(ServiceError):
    """A name that is taken, or a thing that is in use."""

    code = "ConflictException"
    status = 409


class ResourceNotFoundException(ServiceError):
    """A thing that is not there."""

    code = "ResourceNotFoundException"
    status = 404

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"The {kind} {name} was not found")

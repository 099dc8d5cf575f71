"""The errors of CloudWatch Logs, by AWS's names."""

from local_aws.errors import ServiceError


class ResourceNotFoundException(ServiceError):
    """A log group or a log stream that does not exist."""

    code = "ResourceNotFoundException"


class ResourceAlreadyExistsException(ServiceError):
    """A log group or a log stream that exists."""

    code = "ResourceAlreadyExistsException"


class InvalidParameterException(ServiceError):
    """A request that cannot be acted on; also how we refuse what local_aws does not support."""

    code = "InvalidParameterException"


class TooManyTagsException(ServiceError):
    """More tags than a resource can have."""

    code = "TooManyTagsException"


def unsupported(what: str) -> InvalidParameterException:
    """The refusal of something that AWS can do and we cannot."""
    return InvalidParameterException(f"{what} is not supported by local_aws")

"""The errors of CloudWatch, by AWS's codes."""

from local_aws.errors import ServiceError


class InvalidParameterValue(ServiceError):
    """A value that AWS does not take."""

    code = "InvalidParameterValue"


class InvalidParameterCombination(ServiceError):
    """Values that do not go together."""

    code = "InvalidParameterCombination"


class ValidationError(ServiceError):
    """How GetMetricData refuses; also how we refuse what local_aws does not support."""

    code = "ValidationError"


class InvalidNextToken(ServiceError):
    """A page's token that this server did not make."""

    code = "InvalidNextToken"


def unsupported(what: str) -> ValidationError:
    """The refusal of something that AWS can do and we cannot."""
    return ValidationError(f"{what} is not supported by local_aws")

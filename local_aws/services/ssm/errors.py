"""The errors of Systems Manager, by AWS's names."""

from local_aws.errors import ServiceError


class ValidationException(ServiceError):
    """A request that cannot be acted on; also how we refuse what local_aws does not support."""

    code = "ValidationException"


class AccessDeniedException(ServiceError):
    """A name that is AWS's own."""

    code = "AccessDeniedException"


class ParameterNotFound(ServiceError):
    code = "ParameterNotFound"


class ParameterVersionNotFound(ServiceError):
    code = "ParameterVersionNotFound"


class ParameterAlreadyExists(ServiceError):
    """A parameter that is there, and was not to be overwritten."""

    code = "ParameterAlreadyExists"


class ParameterLimitExceeded(ServiceError):
    """More parameters than an account can have."""

    code = "ParameterLimitExceeded"


class ParameterPatternMismatch(ServiceError):
    code = "ParameterPatternMismatchException"


class InvalidAllowedPattern(ServiceError):
    code = "InvalidAllowedPatternException"


class HierarchyLevelLimitExceeded(ServiceError):
    code = "HierarchyLevelLimitExceededException"


class HierarchyTypeMismatch(ServiceError):
    """A new version of another type."""

    code = "HierarchyTypeMismatchException"


class InvalidFilterKey(ServiceError):
    code = "InvalidFilterKey"


class InvalidFilterOption(ServiceError):
    code = "InvalidFilterOption"


class InvalidFilterValue(ServiceError):
    code = "InvalidFilterValue"


class InvalidNextToken(ServiceError):
    code = "InvalidNextToken"


class InvalidResourceId(ServiceError):
    """A parameter that is not there, where tags are asked for."""

    code = "InvalidResourceId"


class InvalidResourceType(ServiceError):
    code = "InvalidResourceType"


class InvalidKeyId(ServiceError):
    """A key of KMS that cannot be used."""

    code = "InvalidKeyId"


class TooManyTags(ServiceError):
    code = "TooManyTagsError"


def unsupported(what: str) -> ValidationException:
    """The refusal of something that AWS can do and we cannot."""
    return ValidationException(f"{what} is not supported by local_aws")

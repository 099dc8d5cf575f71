"""Glue's errors, by AWS's names (https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html).

Glue's clients tell errors apart by the code alone, so each code is a class of its own.
"""

from local_aws.errors import ServiceError


class EntityNotFoundException(ServiceError):
    """A database, table, partition, crawler, job... that does not exist."""

    code = "EntityNotFoundException"


class AlreadyExistsException(ServiceError):
    """A name that is taken."""

    code = "AlreadyExistsException"


class InvalidInputException(ServiceError):
    """A request that Glue cannot act on; also how we refuse what local_aws does not support."""

    code = "InvalidInputException"


class InvalidStateException(ServiceError):
    """Something in the catalog is not what the request needs it to be."""

    code = "InvalidStateException"


class ConcurrentModificationException(ServiceError):
    """The table changed since the caller read it."""

    code = "ConcurrentModificationException"


class ConditionCheckFailureException(ServiceError):
    """What the caller said must be so is not."""

    code = "ConditionCheckFailureException"


class ResourceNumberLimitExceededException(ServiceError):
    """There is no room for one more."""

    code = "ResourceNumberLimitExceededException"


class CrawlerRunningException(ServiceError):
    """The crawler is running: it can be neither started, changed nor deleted."""

    code = "CrawlerRunningException"


class CrawlerNotRunningException(ServiceError):
    """There is nothing to stop."""

    code = "CrawlerNotRunningException"


class CrawlerStoppingException(ServiceError):
    """The crawler is already being stopped."""

    code = "CrawlerStoppingException"


def unsupported(what: str) -> InvalidInputException:
    """The refusal of something that AWS can do and we cannot."""
    return InvalidInputException(f"{what} is not supported by local_aws")

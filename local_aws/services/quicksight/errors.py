"""QuickSight's errors, as its model names them.

https://docs.aws.amazon.com/quicksight/latest/APIReference/CommonErrors.html
"""

from local_aws.errors import ServiceError


class AccessDenied(ServiceError):
    """Another account's resources."""

    code = "AccessDeniedException"
    status = 401

    def __init__(self, account: str) -> None:
        super().__init__(f"Account {account} is not the account of this server")


class InvalidParameter(ServiceError):
    """A value that QuickSight, or this QuickSight, does not take."""

    code = "InvalidParameterValueException"
    status = 400


class Unsupported(InvalidParameter):
    """A thing that QuickSight has and local_aws has not: refused by name, never faked."""

    def __init__(self, thing: str, remedy: str = "") -> None:
        super().__init__(f"{thing} is not supported by local_aws{'. ' if remedy else ''}{remedy}")


class LimitExceeded(ServiceError):
    """More of something than QuickSight takes."""

    code = "LimitExceededException"
    status = 409

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message, ResourceType=kind)


class InvalidNextToken(ServiceError):
    """A token that this server did not give."""

    code = "InvalidNextTokenException"
    status = 400


class ResourceNotFound(ServiceError):
    """No resource of that kind under that id."""

    code = "ResourceNotFoundException"
    status = 404

    def __init__(self, kind: str, resource_id: str) -> None:
        super().__init__(f"{kind} {resource_id} does not exist", ResourceType=kind)


class ResourceExists(ServiceError):
    """The id is taken."""

    code = "ResourceExistsException"
    status = 409

    def __init__(self, kind: str, resource_id: str) -> None:
        super().__init__(f"{kind} {resource_id} already exists", ResourceType=kind)


class ConflictException(ServiceError):
    """What is asked would break something that is in use."""

    code = "ConflictException"
    status = 409


class IngestionFailed(Exception):
    """An ingestion that cannot go on; ``type`` is one of QuickSight's IngestionErrorType values.

    https://docs.aws.amazon.com/quicksight/latest/user/errors-spice-ingestion.html
    """

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.type = error_type
        self.message = message


class QueryRefused(Exception):
    """A visual whose data cannot be had; the message is for the reader of the dashboard."""

    state = "failed"


class NoDataYet(QueryRefused):
    """Nothing went wrong: the first refresh has still to come to its end."""

    state = "empty"


class NoFields(QueryRefused):
    """A visual whose field wells nobody has filled."""

    state = "empty"

    def __init__(self) -> None:
        super().__init__("This visual has empty field wells.")


class NothingLeft(QueryRefused):
    """A visual whose filters leave nothing to show."""

    state = "empty"


class VisualRefused(QueryRefused):
    """A visual with something that is not done here: a card says what, never a wrong figure."""

    state = "refused"


class WrongChoice(QueryRefused):
    """A choice in the page's address that its filter or parameter cannot take."""

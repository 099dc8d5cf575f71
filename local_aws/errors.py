"""The one base of every error that leaves the server in AWS's shape."""

from typing import Any


class ServiceError(Exception):
    """An error of an AWS operation.

    ``fields`` are the error shape's further members, such as Athena's ``AthenaErrorCode``.
    """

    code = "InternalServerException"
    status = 400

    def __init__(self, message: str, /, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


class UnknownOperation(ServiceError):
    """An operation that AWS has and local_aws has not: refused by name, never faked."""

    code = "UnknownOperationException"

    def __init__(self, service: str, operation: str) -> None:
        super().__init__(f"{service}:{operation} is not supported by local_aws")


class UnknownService(ServiceError):
    """A whole service that local_aws does not have."""

    code = "UnknownOperationException"

    def __init__(self, service: str) -> None:
        super().__init__(f"The service '{service}' is not supported by local_aws")


class InternalError(ServiceError):
    """A defect of ours. 500, as AWS answers: clients may retry it."""

    code = "InternalFailure"
    status = 500


class SerializationError(ServiceError):
    """A request body that is not what the operation's model says."""

    code = "SerializationException"

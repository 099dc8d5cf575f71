"""What an engine is told that may not do something. Each service has words of its own for it."""

from local_aws.errors import ServiceError


class Denied(ServiceError):
    """What the actor may not, in the words of the service that was asked for it."""

    code = "AccessDeniedException"

    def __init__(self, message: str, action: str, resource: str) -> None:
        super().__init__(message)
        self.action = action
        self.resource = resource


class S3Denied(Denied):
    """Refused by S3, or by KMS for the sake of an object; `uri` is what for."""

    code = "AccessDenied"
    status = 403

    def __init__(self, message: str, action: str, resource: str, uri: str) -> None:
        super().__init__(message, action, resource)
        self.uri = uri


class RoleRefused(ServiceError):
    """The role's trust does not let the service assume it."""

    code = "AccessDeniedException"

    def __init__(self, role: str, service: str) -> None:
        super().__init__(f"{service} is not authorized to assume the role {role}")
        self.role = role

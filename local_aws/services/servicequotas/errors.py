"""Service Quotas' errors. https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/."""

from local_aws.errors import ServiceError


class NoSuchResourceException(ServiceError):
    """A service or a quota that is not there, or not here."""

    code = "NoSuchResourceException"
    status = 400


class InvalidPaginationTokenException(ServiceError):
    code = "InvalidPaginationTokenException"
    status = 400

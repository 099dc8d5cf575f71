"""What a template does wrong, in AWS's words, and what is not known yet."""

from local_aws.errors import ServiceError


class TemplateInvalid(ServiceError):
    """A template, or the parameters given for it, that CloudFormation refuses."""

    code = "ValidationError"


class Unknown(Exception):
    """A value of a resource that is not made yet."""

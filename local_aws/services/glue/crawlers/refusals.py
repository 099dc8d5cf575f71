"""What a crawler's role may not, as a crawl says it: of the service, not of the role's session."""

from local_aws.acting.errors import Denied

SERVICE = "glue.amazonaws.com"


def in_words(error: Denied) -> str:
    """``Service Principal: glue.amazonaws.com is not authorized to perform: ...``."""
    _, _, what = error.message.partition(" is not authorized")
    return f"Service Principal: {SERVICE} is not authorized{what}"

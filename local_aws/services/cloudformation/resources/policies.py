"""Policy documents of a template, which are objects or texts."""

import json
from typing import Any

from local_aws.services.cloudformation.resources.handler import ResourceFailed


def parsed(document: Any) -> dict[str, Any]:
    """The document. Raises ResourceFailed where it is no JSON object: some services take any."""
    try:
        policy = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise ResourceFailed("The policy is not a valid JSON object.")
    return policy

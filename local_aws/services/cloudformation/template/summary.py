"""What GetTemplateSummary and ValidateTemplate tell of a template, by AWS's names of members."""

from typing import Any

from local_aws.services.cloudformation.template.capabilities import capabilities
from local_aws.services.cloudformation.template.model import Template


def summary(template: Template) -> dict[str, Any]:
    """Members that have nothing to say are left out."""
    return {
        "Description": template.description,
        "Capabilities": capabilities(template),
        "ResourceTypes": [of.type_name for of in template.resources.values()],
    }

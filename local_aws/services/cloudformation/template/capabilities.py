"""Which capabilities a stack's caller must acknowledge before a template is carried out."""

from local_aws.services.cloudformation.template.model import Template


def capabilities(template: Template) -> list[str]:
    """Of CAPABILITY_IAM, CAPABILITY_NAMED_IAM and CAPABILITY_AUTO_EXPAND, those it needs."""
    named = {"AWS::IAM::Role": "RoleName", "AWS::IAM::Policy": ""}
    types = {of.type_name for of in template.resources.values()} & named.keys()
    return ["CAPABILITY_IAM"] if types else []

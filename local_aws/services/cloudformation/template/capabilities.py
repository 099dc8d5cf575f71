"""Which capabilities a stack's caller must acknowledge before a template is carried out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from collections.abc import Mapping

from local_aws.services.cloudformation.template.model import Template

IAM: Mapping[str, str | None] = {
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": None,
}
"""Types that give rights, and the property that names them."""


def capabilities(template: Template) -> list[str]:
    """Of CAPABILITY_IAM, CAPABILITY_NAMED_IAM and CAPABILITY_AUTO_EXPAND, those it needs.

    CAPABILITY_NAMED_IAM is asked for in the place of CAPABILITY_IAM, and stands for it.
    """
    needed = ["CAPABILITY_AUTO_EXPAND"] if template.extended else []
    rights = [of for of in template.resources.values() if of.type_name in IAM]
    if rights:
        named = any(IAM[of.type_name] in of.properties for of in rights)
        needed.insert(0, "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    return needed


def reason(template: Template) -> str:
    """Which types ask for them, as GetTemplateSummary says it; empty where none does."""
    types = dict.fromkeys(of.type_name for of in template.resources.values() if of.type_name in IAM)
    if not types:
        return ""
    return f"The following resource(s) require capabilities: [{', '.join(types)}]"

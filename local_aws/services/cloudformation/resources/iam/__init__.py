"""IAM's types. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html"""

from local_aws.services.cloudformation.resources.handler import Handler
from local_aws.services.cloudformation.resources.iam.access_key import AccessKey
from local_aws.services.cloudformation.resources.iam.group import Group, UserToGroupAddition
from local_aws.services.cloudformation.resources.iam.inline import Inline, Policy
from local_aws.services.cloudformation.resources.iam.instance_profile import InstanceProfile
from local_aws.services.cloudformation.resources.iam.managed import ManagedPolicy
from local_aws.services.cloudformation.resources.iam.oidc_provider import OidcProvider
from local_aws.services.cloudformation.resources.iam.role import Role
from local_aws.services.cloudformation.resources.iam.user import User

HANDLERS: dict[str, Handler] = {
    "AWS::IAM::AccessKey": AccessKey(),
    "AWS::IAM::Group": Group(),
    "AWS::IAM::GroupPolicy": Inline("group"),
    "AWS::IAM::InstanceProfile": InstanceProfile(),
    "AWS::IAM::ManagedPolicy": ManagedPolicy(),
    "AWS::IAM::OIDCProvider": OidcProvider(),
    "AWS::IAM::Policy": Policy(),
    "AWS::IAM::Role": Role(),
    "AWS::IAM::RolePolicy": Inline("role"),
    "AWS::IAM::User": User(),
    "AWS::IAM::UserPolicy": Inline("user"),
    "AWS::IAM::UserToGroupAddition": UserToGroupAddition(),
}

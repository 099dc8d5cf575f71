"""IAM's types. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html"""

from local_aws.services.cloudformation.resources.handler import Handler
from local_aws.services.cloudformation.resources.iam.role import Role

HANDLERS: dict[str, Handler] = {
    "AWS::IAM::Role": Role(),
}

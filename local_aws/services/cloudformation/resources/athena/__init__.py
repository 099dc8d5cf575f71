"""Athena's types.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Athena.html
"""

from local_aws.services.cloudformation.resources.athena.workgroups import WorkGroups
from local_aws.services.cloudformation.resources.handler import Handler

HANDLERS: dict[str, Handler] = {
    "AWS::Athena::WorkGroup": WorkGroups(),
}

"""Glue's types.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Glue.html
"""

from local_aws.services.cloudformation.resources.glue.databases import Databases
from local_aws.services.cloudformation.resources.handler import Handler

HANDLERS: dict[str, Handler] = {
    "AWS::Glue::Database": Databases(),
}

"""Athena's types; capacity reservations and further data catalogs are not ours: refused by name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Athena.html
"""

from local_aws.services.cloudformation.resources.athena.saved import (
    NamedQueries,
    PreparedStatements,
)
from local_aws.services.cloudformation.resources.athena.workgroups import WorkGroups
from local_aws.services.cloudformation.resources.handler import Handler

HANDLERS: dict[str, Handler] = {
    "AWS::Athena::NamedQuery": NamedQueries(),
    "AWS::Athena::PreparedStatement": PreparedStatements(),
    "AWS::Athena::WorkGroup": WorkGroups(),
}

"""Glue's types; those of triggers, workflows and the others that our Glue has not are refused.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Glue.html
"""

from local_aws.services.cloudformation.resources.glue.classifiers import Classifiers
from local_aws.services.cloudformation.resources.glue.connections import Connections
from local_aws.services.cloudformation.resources.glue.crawlers import Crawlers
from local_aws.services.cloudformation.resources.glue.databases import Databases
from local_aws.services.cloudformation.resources.glue.jobs import Jobs
from local_aws.services.cloudformation.resources.glue.partitions import Partitions
from local_aws.services.cloudformation.resources.glue.tables import Tables
from local_aws.services.cloudformation.resources.handler import Handler

HANDLERS: dict[str, Handler] = {
    "AWS::Glue::Classifier": Classifiers(),
    "AWS::Glue::Connection": Connections(),
    "AWS::Glue::Crawler": Crawlers(),
    "AWS::Glue::Database": Databases(),
    "AWS::Glue::Job": Jobs(),
    "AWS::Glue::Partition": Partitions(),
    "AWS::Glue::Table": Tables(),
}

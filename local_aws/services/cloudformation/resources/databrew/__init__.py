"""DataBrew's types; projects are not ours, and refused by name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DataBrew.html
"""

from local_aws.services.cloudformation.resources.databrew.datasets import Datasets
from local_aws.services.cloudformation.resources.databrew.jobs import Jobs
from local_aws.services.cloudformation.resources.databrew.recipes import Recipes
from local_aws.services.cloudformation.resources.databrew.rulesets import Rulesets
from local_aws.services.cloudformation.resources.databrew.schedules import Schedules
from local_aws.services.cloudformation.resources.handler import Handler

HANDLERS: dict[str, Handler] = {
    "AWS::DataBrew::Dataset": Datasets(),
    "AWS::DataBrew::Job": Jobs(),
    "AWS::DataBrew::Recipe": Recipes(),
    "AWS::DataBrew::Ruleset": Rulesets(),
    "AWS::DataBrew::Schedule": Schedules(),
}

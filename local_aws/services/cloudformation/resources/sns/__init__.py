"""SNS's types. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html"""

from local_aws.services.cloudformation.resources.handler import Handler
from local_aws.services.cloudformation.resources.sns.policy import TopicInlinePolicy, TopicPolicy
from local_aws.services.cloudformation.resources.sns.subscription import Subscription
from local_aws.services.cloudformation.resources.sns.topic import Topic

HANDLERS: dict[str, Handler] = {
    "AWS::SNS::Topic": Topic(),
    "AWS::SNS::Subscription": Subscription(),
    "AWS::SNS::TopicPolicy": TopicPolicy(),
    "AWS::SNS::TopicInlinePolicy": TopicInlinePolicy(),
}

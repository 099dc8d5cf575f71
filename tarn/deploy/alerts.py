"""The SNS topic of alerts. Who is told is not declared here: subscriptions are people's."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from tarn.alerts import topic_arn
from tarn.aws import Aws
from tarn.errors import aws_errors, code_of


def topic(aws: Aws) -> Iterator[str]:
    sns, name = aws.client("sns"), aws.settings.topic_name
    with aws_errors(f"topic {name}"):
        try:
            sns.get_topic_attributes(TopicArn=topic_arn(aws))
        except ClientError as error:
            if code_of(error) != "NotFound":
                raise
            sns.create_topic(Name=name)
            yield f"topic {name}: created"

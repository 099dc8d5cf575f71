"""The SNS topic of alerts. Who is told is not declared here: subscriptions are people's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.errors import aws_errors, code_of
from tarn.health.alerts import topic_arn


def topic(aws: Aws) -> Iterator[Change]:
    sns, name = aws.client("sns"), aws.settings.topic_name
    with aws_errors(f"topic {name}"):
        try:
            sns.get_topic_attributes(TopicArn=topic_arn(aws))
        except ClientError as error:
            if code_of(error) != "NotFound":
                raise
            yield Change(f"topic {name}", "create", partial(sns.create_topic, Name=name))

"""The types of resources: each is made, changed, read and deleted by its service's own API."""

from functools import cache
from importlib import import_module

from local_aws.services.cloudformation.resources.handler import Handler

MODULES = {
    "Athena": "athena",
    "DataBrew": "databrew",
    "Events": "events",
    "Glue": "glue",
    "IAM": "iam",
    "KMS": "kms",
    "Logs": "logs",
    "QuickSight": "quicksight",
    "S3": "s3",
    "SNS": "sns",
    "SQS": "sqs",
    "SSM": "ssm",
    "SecretsManager": "secretsmanager",
}
"""Where the types of a service are: ``AWS::Glue::*`` in `resources.glue`, by its ``HANDLERS``."""


def handler_of(type_name: str) -> Handler | None:
    """What makes resources of a type such as ``AWS::Glue::Job``; None where nothing here does."""
    service = type_name.split("::")[1] if type_name.count("::") == 2 else ""
    return handlers(service).get(type_name) if service in MODULES else None


@cache
def handlers(service: str) -> dict[str, Handler]:
    """The types of one service by name. Its module is imported when a template first asks."""
    found: dict[str, Handler] = import_module(f"{__name__}.{MODULES[service]}").HANDLERS
    return found

"""Databases that the lake's stack made and somebody deleted.

CloudFormation compares templates, and does not look whether a thing is still there: a stack
without a change leaves a lost database lost. One of the same name is the stack's again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.deploy.compare import Change
from tarn.deploy.environment import Stack, read_environment
from tarn.deploy.stacks import watch
from tarn.deploy.stacks.template import template_of
from tarn.errors import aws_errors


def lost(aws: Aws) -> Iterator[Change]:
    stack = read_environment(aws.settings).stack("lake")
    if stack is None:
        return
    for declared in _declared(stack, aws):
        name = declared["Name"]
        what = f"database {name}"
        with aws_errors(what):
            is_lost = not _is_there(name, aws) and watch.owner(name, aws) == stack.name
        if is_lost:
            wanted: Any = declared
            yield Change(what, "create", partial(aws.glue.create_database, DatabaseInput=wanted))


def _declared(stack: Stack, aws: Aws) -> list[dict[str, Any]]:
    resources = template_of(stack, aws, {}).resources.values()
    return [
        dict(resource["Properties"]["DatabaseInput"])
        for resource in resources
        if resource["Type"] == "AWS::Glue::Database"
    ]


def _is_there(name: str, aws: Aws) -> bool:
    try:
        aws.glue.get_database(Name=name)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True

"""Recipes.

As on AWS a stack makes the working version and publishes nothing: a job of a template that makes
both says ``Version: LATEST_WORKING``. Versions that somebody published keep the recipe where it
is, and the stack's delete fails with DataBrew's reason.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-databrew-recipe.html
"""

import json
from collections.abc import Mapping
from typing import Any

from local_aws.services.cloudformation.resources.calls import find, text
from local_aws.services.cloudformation.resources.databrew.named import (
    MISSING,
    Document,
    Named,
    present,
)
from local_aws.services.cloudformation.resources.handler import Properties, Work

WORKING = "LATEST_WORKING"
OBJECTS = ("Input", "SecondaryInputs", "SheetIndexes", "SheetNames")
"""Parameters that a template writes as structures and the API as JSON."""


class Recipes(Named):
    """AWS::DataBrew::Recipe. A parameter's name begins with a capital in a template alone."""

    takes = frozenset({"Name", "Description", "Steps", "Tags"})
    noun = "recipe"

    def request(self, properties: Properties) -> Document:
        steps = [_step(step) for step in properties["Steps"]]
        return {"Description": properties.get("Description", ""), "Steps": steps}

    def template(self, shown: Document) -> Document:
        steps = [_template_step(step) for step in shown["Steps"]]
        return {"Steps": steps} | present(shown, "Description")

    def describe(self, work: Work, name: str) -> Document | None:
        databrew = work.client("databrew")
        return find(databrew, "describe_recipe", MISSING, Name=name, RecipeVersion=WORKING)

    def delete(self, work: Work) -> None:
        request = {"Name": work.physical_id, "RecipeVersion": WORKING}
        find(work.client("databrew"), "delete_recipe_version", MISSING, **request)


def _step(step: Document) -> Document:
    action = dict(step["Action"])
    given = action.get("Parameters")
    if isinstance(given, Mapping):  # otherwise boto3 says what it is not
        action["Parameters"] = {k[:1].lower() + k[1:]: text(v) for k, v in given.items()}
    return step | {"Action": action}


def _template_step(step: Document) -> Document:
    action = dict(step["Action"])
    if "Parameters" in action:
        given = {name[:1].upper() + name[1:]: v for name, v in action["Parameters"].items()}
        action["Parameters"] = {name: _read(name, v) for name, v in given.items()}
    return step | {"Action": action}


def _read(name: str, value: str) -> Any:
    return json.loads(value) if name in OBJECTS else value

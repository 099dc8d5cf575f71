"""DataBrew's recipes, published. Rulesets belong to a partition's dataset: see tarn/databrew.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contract import dataset_names
from tarn.deploy.compare import covers
from tarn.errors import aws_errors
from tarn.recipe import declared_steps


def recipes(aws: Aws) -> Iterator[str]:
    for dataset in dataset_names(aws.settings):
        name = aws.settings.databrew(dataset)
        with aws_errors(f"recipe {name}"):
            yield from _recipe(name, declared_steps(dataset, aws.settings), aws)


def _recipe(name: str, steps: list[dict[str, Any]], aws: Aws) -> Iterator[str]:
    published = _steps(name, "LATEST_PUBLISHED", aws)
    if published is not None and covers(published, steps):
        return
    if published is None and _steps(name, "LATEST_WORKING", aws) is None:
        aws.databrew.create_recipe(Name=name, Steps=steps)  # type: ignore[arg-type]
    else:
        aws.databrew.update_recipe(Name=name, Steps=steps)  # type: ignore[arg-type]
    aws.databrew.publish_recipe(Name=name)
    yield f"recipe {name}: published"


def _steps(name: str, version: str, aws: Aws) -> list[Any] | None:
    try:
        described = aws.databrew.describe_recipe(Name=name, RecipeVersion=version)
        return list(described.get("Steps", []))
    except ClientError as error:
        if is_missing(error):
            return None
        raise

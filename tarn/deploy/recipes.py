"""DataBrew's recipes, published. A partition's dataset has the ruleset (services/databrew.py)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts.load import dataset_names
from tarn.deploy.compare import Change, differences
from tarn.errors import aws_errors
from tarn.rows.recipe import declared_steps


def recipes(aws: Aws) -> Iterator[Change]:
    for dataset in dataset_names(aws.settings):
        name, steps = aws.settings.databrew(dataset), declared_steps(dataset, aws.settings)
        with aws_errors(f"recipe {name}"):
            published = _steps(name, "LATEST_PUBLISHED", aws)
        if published is None or (differing := differences(published, steps)):
            detail = () if published is None else differing
            yield Change(f"recipe {name}", "publish", partial(_publish, name, steps, aws), detail)


def _publish(name: str, steps: list[dict[str, Any]], aws: Aws) -> None:
    if _steps(name, "LATEST_WORKING", aws) is None:
        aws.databrew.create_recipe(Name=name, Steps=steps)  # type: ignore[arg-type]
    else:
        aws.databrew.update_recipe(Name=name, Steps=steps)  # type: ignore[arg-type]
    aws.databrew.publish_recipe(Name=name)


def _steps(name: str, version: str, aws: Aws) -> list[Any] | None:
    try:
        described = aws.databrew.describe_recipe(Name=name, RecipeVersion=version)
        return list(described.get("Steps", []))
    except ClientError as error:
        if is_missing(error):
            return None
        raise

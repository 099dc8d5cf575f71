"""Deploy the lake: everything on AWS that the pipeline expects, from the declared files.

Each stage compares what is there with what is declared and touches only what differs; so a second
deploy changes nothing, and a deploy that was cut short is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from tarn.aws import Aws
from tarn.settings import Settings

# In the order in which one needs the other.
STAGES = (
    "storage:buckets",
    "access:role",
    "storage:declarations",
    "alerts:topic",
    "glue:databases",
    "glue:tables",
    "ledger:tables",
    "glue:jobs",
    "recipes:recipes",
    "query:workgroup",
    "query:views",
    "ledger:views",
    "quicksight:data_source",
    "quicksight:data_sets",
    "quicksight:dashboards",
)

Stage = Callable[[Aws], Iterator[str]]


def deploy(settings: Settings | None = None, aws: Aws | None = None) -> Iterator[str]:
    """Create or update what is declared; yields a line for each thing changed.

    A second deploy changes nothing, and yields one line that says so: "unchanged".
    """
    aws = aws or Aws(settings or Settings.from_environment())
    changes = 0
    for name in STAGES:
        for line in stage(name)(aws):
            changes += 1
            yield line
    if not changes:
        yield f"{aws.settings.prefix}: unchanged"


def stage(name: str) -> Stage:
    """The function of a stage: `storage:buckets`."""
    module, function = name.split(":")
    found: Stage = getattr(import_module(f"tarn.deploy.{module}"), function)
    return found

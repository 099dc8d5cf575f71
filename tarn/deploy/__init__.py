"""Deploy the lake: everything on AWS that the pipeline expects, from the declared files.

Each stage compares what is there with what is declared and yields what differs; a deploy makes
each change as it comes, `./lake plan` only shows them. So a second deploy changes nothing, and a
deploy that was cut short is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from tarn.aws import Aws
from tarn.settings import Settings

if TYPE_CHECKING:
    from tarn.deploy.compare import Change

# In the order in which one needs the other.
STAGES = (
    "stacks:stacks",
    "databases:lost",
    "declarations:contracts",
    "declarations:scripts",
    "glue:tables",
    "ledger:tables",
    "quarantine:table",
    "glue:jobs",
    "declarations:old_scripts",
    "recipes:recipes",
    "query:views",
    "ledger:views",
    "quicksight:data_sets",
    "quicksight:dashboards",
    "mwaa:artifacts",
    "mwaa:environment",
)

Stage = Callable[[Aws], Iterator[str]]


def deploy(settings: Settings | None = None, aws: Aws | None = None) -> Iterator[str]:
    """Create or update what is declared; yields a line for each thing changed.

    Before the line of a stack come those of its resources, as they are done, set in by two spaces.
    A second deploy changes nothing, and yields one line that says so: "unchanged". A breaking
    change of a contract without a new major version, or declarations that contradict each other,
    raise ContractErrors before anything is touched.
    """
    from tarn.contracts.changes import refuse_breaking
    from tarn.deploy.check import refuse_unsound
    from tarn.deploy.environment import refuse_odd_names

    aws = aws or Aws(settings or Settings.from_environment())
    refuse_odd_names(aws.settings)
    refuse_unsound(aws)
    refuse_breaking(aws)
    unchanged = True
    for name in STAGES:
        for line in stage(name)(aws):
            unchanged = False
            yield line
    if unchanged:
        yield f"{aws.settings.prefix}: unchanged"


def stage(name: str) -> Stage:
    """The stage `glue:tables` as a function that makes its changes, a line for each."""

    def make(aws: Aws) -> Iterator[str]:
        for change in changes_of(name, aws):
            yield from change.apply()

    return make


def changes_of(name: str, aws: Aws) -> Iterator[Change]:
    """What a stage would change, as things are now: nothing is touched."""
    module, function = name.split(":")
    found: Iterator[Change] = getattr(import_module(f"tarn.deploy.{module}"), function)(aws)
    return found


def planned(aws: Aws) -> Iterator[Change]:
    """All that a deploy would change."""
    for name in STAGES:
        yield from changes_of(name, aws)

"""Take a lake down: what Tarn made through APIs, then its stacks, newest first; data only if asked.

Buckets, databases (and the tables in them, which say what is published), keys and log groups
outlive their stacks. A destroy that was cut off is finished by the next one: each thing is looked
for, and nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, forget, is_missing
from tarn.deploy import data
from tarn.deploy.compare import Change
from tarn.deploy.environment import Stack, read_environment
from tarn.deploy.stacks import StackChange, watch
from tarn.errors import Terminal, aws_errors

RECORDS = "deployed/quicksight/"  # of the dashboards and data sets that a deploy made


def destroy(aws: Aws, delete_data: bool = False, unprotect: bool = False) -> Iterator[Change]:
    """Everything that would go, in the order in which it can; each change is made by `apply`."""
    environment = read_environment(aws.settings)
    # Which key a stack has is known while there is a stack.
    going = data.kept(environment, aws) if delete_data else []
    protected = [s for s in environment.stacks if _is_protected(s.name, aws)]
    if protected and not unprotect:
        raise Terminal(
            f"The stack {protected[0].name} is protected from deletion. Lift it with --unprotect."
        )
    yield from _own(aws)
    for stack in reversed(environment.stacks):
        yield from _stack(stack, aws)
    yield from data.deletions(going, aws)


def stays(aws: Aws) -> list[str]:
    """What a destroy without data leaves: the names of buckets, databases, keys, log groups."""
    return [str(one) for one in data.kept(read_environment(aws.settings), aws)]


def _is_protected(name: str, aws: Aws) -> bool:
    with aws_errors(f"stack {name}"):
        return bool((watch.describe(name, aws) or {}).get("EnableTerminationProtection"))


def _stack(stack: Stack, aws: Aws) -> Iterator[Change]:
    name = stack.name
    client = aws.client("cloudformation")
    if _is_protected(name, aws):
        lift = partial(
            client.update_termination_protection, StackName=name, EnableTerminationProtection=False
        )
        yield Change(f"termination protection of stack {name}", "delete", lift)
    with aws_errors(f"stack {name}"):
        found = watch.describe(name, aws)
    if found is not None:
        make = partial(_delete_stack, found["StackId"], aws)
        yield StackChange(f"stack {name}", "delete", make)


def _delete_stack(stack_id: str, aws: Aws) -> Iterator[str]:
    found = watch.describe(stack_id, aws)
    events = watch.Watch(stack_id, aws)
    if found is not None and watch.is_busy(found["StackStatus"]):
        yield from events.lines()  # a deploy, or a destroy that was cut off
    if watch.describe(stack_id, aws) is not None:
        aws.client("cloudformation").delete_stack(StackName=stack_id)
    yield from events.until_settled()


# -- what Tarn made itself


def _own(aws: Aws) -> Iterator[Change]:
    yield from _quicksight(aws)
    with aws_errors("what Tarn made in Glue and DataBrew"):
        found = [*_glue(aws), *_databrew(aws)]
    yield from found


def _quicksight(aws: Aws) -> Iterator[Change]:
    """Dashboards before the data sets that they show, by the records of what was deployed."""
    with aws_errors("records of QuickSight"):
        records = _records(aws)
    for kind, call in (("Dashboard", "delete_dashboard"), ("DataSet", "delete_data_set")):
        for key in records:
            name = key.removeprefix(RECORDS).removesuffix(".json")
            if name.startswith(f"{kind}-"):
                which = name.removeprefix(f"{kind}-")
                make = partial(_forget_shown, call, {f"{kind}Id": which}, key, aws)
                yield Change(f"QuickSight {kind} {which}", "delete", make)


def _records(aws: Aws) -> list[str]:
    try:
        return [key for key, _ in aws.keys("ops", RECORDS)]
    except ClientError as error:
        if is_missing(error):
            return []
        raise


def _forget_shown(call: str, which: dict[str, str], record: str, aws: Aws) -> None:
    forget(getattr(aws.quicksight, call), AwsAccountId=aws.account_id, **which)
    forget(aws.s3.delete_object, Bucket=aws.settings.bucket("ops"), Key=record)


def _glue(aws: Aws) -> Iterator[Change]:
    glue, prefix = aws.glue, f"{aws.settings.prefix}-"
    for page in glue.get_paginator("get_jobs").paginate():
        for name in _of(prefix, [job["Name"] for job in page["Jobs"]]):
            delete = partial(forget, glue.delete_job, JobName=name)
            yield Change(f"Glue job {name}", "delete", delete)
    for found in glue.get_paginator("get_crawlers").paginate():
        for name in _of(prefix, [crawler["Name"] for crawler in found["Crawlers"]]):
            delete = partial(forget, glue.delete_crawler, Name=name)
            yield Change(f"crawler {name}", "delete", delete)


def _of(prefix: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(prefix)]


# What DataBrew has, in the order in which one lets go of the other.
DATABREW: tuple[tuple[str, str, str], ...] = (
    ("list_schedules", "Schedules", "delete_schedule"),
    ("list_jobs", "Jobs", "delete_job"),
    ("list_rulesets", "Rulesets", "delete_ruleset"),
    ("list_datasets", "Datasets", "delete_dataset"),
)


def _databrew(aws: Aws) -> Iterator[Change]:
    prefix = f"{aws.settings.prefix}-"
    for listing, members, call in DATABREW:
        delete: Callable[..., Any] = getattr(aws.databrew, call)
        pages: Any = aws.databrew.get_paginator(listing)  # type: ignore[call-overload]
        for page in pages.paginate():
            for name in _of(prefix, [one["Name"] for one in page[members]]):
                what = f"DataBrew {members[:-1].lower()} {name}"
                yield Change(what, "delete", partial(forget, delete, Name=name))
    for page in aws.databrew.get_paginator("list_recipes").paginate(RecipeVersion="LATEST_WORKING"):
        for name in _of(prefix, [recipe["Name"] for recipe in page["Recipes"]]):
            yield Change(f"recipe {name}", "delete", partial(_delete_recipe, name, aws))


def _delete_recipe(name: str, aws: Aws) -> None:
    pages = aws.databrew.get_paginator("list_recipe_versions").paginate(Name=name)
    versions = [r["RecipeVersion"] for page in pages for r in page["Recipes"]]
    published = [v for v in versions if v != "LATEST_WORKING"]
    for start in range(0, len(published), 50):  # as many as one request takes
        batch = published[start : start + 50]
        forget(aws.databrew.batch_delete_recipe_version, Name=name, RecipeVersions=batch)
    forget(aws.databrew.delete_recipe_version, Name=name, RecipeVersion="LATEST_WORKING")

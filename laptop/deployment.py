"""./lake deploy, plan and destroy: which lake, on which AWS, and what is asked before it goes."""

from __future__ import annotations

import argparse
import os
import sys

from rich.console import Console

from laptop import stack
from laptop.home import Home


class NotAsked(Exception):
    """A destroy that nobody could be asked about, or that somebody refused."""


def add_place(parser: argparse.ArgumentParser) -> None:
    """The options that say which lake is meant."""
    parser.add_argument("--env", default="", help="infra/environments/ENV.yaml; else TARN_ENV, dev")
    where = "with this shell's credentials, on AWS; else on the local AWS that runs here"
    parser.add_argument("--aws", action="store_true", help=where)


def add_destroy(parser: argparse.ArgumentParser) -> None:
    add_place(parser)
    parser.add_argument(
        "--delete-data", action="store_true", help="buckets with all versions, databases, keys too"
    )
    parser.add_argument(
        "--unprotect", action="store_true", help="lift the stacks' protection from deletion"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def use(options: argparse.Namespace) -> None:
    """Point this process at the lake that the options mean."""
    from tarn.deploy.environment import refuse_odd_names
    from tarn.settings import Settings

    if options.env:
        os.environ["TARN_ENV"] = options.env
    refuse_odd_names(Settings.from_environment())
    if not options.aws:
        stack.use_aws(Home.from_environment())
        return
    from tarn.aws import Aws
    from tarn.errors import aws_errors

    aws = Aws()
    with aws_errors("who am I"):
        caller = aws.client("sts").get_caller_identity()
    # Which account this is should be seen before anything is done to it.
    said = f"AWS account {caller['Account']}, {aws.settings.region}, as {caller['Arn']}"
    Console(stderr=True, highlight=False).print(said, markup=False)


def deploy(console: Console) -> None:
    """Make what the pipeline expects on AWS; what changes is printed as it does."""
    from tarn.deploy import deploy as changes

    console.print("Deploying the lake")
    changed = 0
    for line in changes():
        if "unchanged" not in line:
            changed += 1
            console.print(f"  {line}", markup=False)
    if not changed:
        console.print("  nothing to change")


def destroy(options: argparse.Namespace, console: Console) -> int:
    """Show what goes and what stays, ask, and do it."""
    from tarn.aws import Aws
    from tarn.deploy import destroy as lake

    aws = Aws()
    going = list(lake.destroy(aws, options.delete_data, options.unprotect))
    for change in going:
        console.print(f"  {change.what}", markup=False)
    if not going:
        console.print(f"{aws.settings.prefix}: nothing is there to destroy")
        _tell_what_stays(lake.stays(aws), console)
        return 0
    if not options.delete_data:
        _tell_what_stays(lake.stays(aws), console)
    if not options.yes:
        _ask(aws.settings.env, console)
    for change in lake.destroy(aws, options.delete_data, options.unprotect):
        for line in change.apply():
            console.print(line, markup=False)
    return 0


def _tell_what_stays(names: list[str], console: Console) -> None:
    if names:
        console.print("Stays, with what is in it (--delete-data deletes it too):")
    for name in names:
        console.print(f"  {name}", markup=False)


def _ask(env: str, console: Console) -> None:
    """Raise NotAsked unless somebody types the environment's name."""
    if not sys.stdin.isatty():
        raise NotAsked("There is no terminal to ask at. Say --yes, if that is what you want.")
    if console.input(f"Type {env} to destroy it: ").strip() != env:
        raise NotAsked("Nothing was destroyed.")

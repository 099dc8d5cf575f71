"""The views of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.steps.views import LAKE, create_view, stale_views


def views(aws: Aws) -> Iterator[Change]:
    yield from views_in(aws.settings.database, LAKE, aws)


def views_in(database: str, folder: str, aws: Aws) -> Iterator[Change]:
    """The views of a database, from its folder below sql/."""
    for name in stale_views(aws, folder):
        yield Change(f"view {database}.{name}", "create", partial(create_view, name, aws, folder))

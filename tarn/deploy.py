"""Deploy the lake: everything on AWS that the pipeline expects, from the declared files."""

from __future__ import annotations

from collections.abc import Iterator

from tarn.aws import Aws
from tarn.settings import Settings


def deploy(settings: Settings | None = None, aws: Aws | None = None) -> Iterator[str]:
    """Create or update what is declared; yields a line for each thing changed.

    A second deploy changes nothing and yields nothing but "unchanged" lines.
    """
    raise NotImplementedError

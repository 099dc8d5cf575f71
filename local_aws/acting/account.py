"""Everybody as the account: a platform without IAM, which tests of engines alone have."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.context import Platform


class AsAccount:
    """What `Acting` does where there is no role."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform

    def check_trust(self, role: str, service: str) -> None:
        """Every role trusts every service."""

    def in_role(self, role: str, service: str, session: str, *, quiet: bool = False) -> "Platform":  # noqa: ARG002
        """The platform itself."""
        return self._platform

    @contextmanager
    def environment(self, platform: "Platform") -> Iterator[dict[str, str]]:
        """With the account's keys."""
        yield platform.child_environment()

    def of_caller(self, service: str) -> "Platform":  # noqa: ARG002
        """The platform itself."""
        return self._platform

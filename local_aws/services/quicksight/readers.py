"""Who reads: what row- and column-level security ask of a reader.

The page's own session is the account's: it owns every data set. A registered user is known by
name, a visitor of an embedded dashboard by session tags.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.services.quicksight.directory import GROUP, NAMESPACE, USER
from local_aws.services.quicksight.errors import ResourceNotFound

if TYPE_CHECKING:
    from local_aws.services.quicksight.model import Store

OWNS = "quicksight:UpdateDataSetPermissions"
"""The action that only an owner's set of permissions has."""


@dataclass(frozen=True)
class Reader:
    """Somebody who reads data; without anything, nobody in particular.

    ``groups`` are ARNs by name. ``tags`` are a visitor's session tags, None for everybody else.
    """

    name: str = ""
    arn: str = ""
    namespace: str = NAMESPACE
    groups: Mapping[str, str] | None = None
    tags: Mapping[str, str] | None = None
    account: bool = False

    @property
    def principals(self) -> set[str]:
        """The ARNs under which permissions are given to the reader."""
        return {arn for arn in (self.arn, *(self.groups or {}).values()) if arn}

    def owns(self, store: "Store", data_set: str) -> bool:
        """Whether the reader is an owner of a data set (by its ARN): owners see all rows."""
        return self.account or any(
            permission["Principal"] in self.principals and OWNS in permission["Actions"]
            for permission in store.permissions(data_set)
        )


NOBODY = Reader()
"""Sees data sets without security, and no row of those with it."""

ACCOUNT = Reader(account=True)
"""The account's root, whose session the console's is; what the service itself reads with."""


_now: ContextVar[Reader] = ContextVar("reader", default=NOBODY)


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Who reads, for every data set that is opened inside and names no reader itself.

    It goes along with `asyncio.to_thread`; a thread of one's own begins as nobody.
    """
    before = _now.set(reader)
    try:
        yield
    finally:
        _now.reset(before)


def reader_now() -> Reader:
    """Who reads here; nobody where nothing was said."""
    return _now.get()


def reader_of(store: "Store", user: str | None = None, namespace: str = NAMESPACE) -> Reader:
    """The reader for a registered user's name or ARN; the account where nobody is named.

    Raises ResourceNotFound.
    """
    if user is None:
        return ACCOUNT
    directory = store.directory
    name = user.removeprefix(directory.arn(USER, ""))
    if namespace != NAMESPACE:
        raise ResourceNotFound("NAMESPACE", namespace)
    directory.user(name)
    groups = {row["name"]: directory.arn(GROUP, row["name"]) for row in directory.groups_of(name)}
    return Reader(name, directory.arn(USER, name), namespace, groups)


def visitor(tags: Mapping[str, str]) -> Reader:
    """The reader for an embedded session of nobody registered."""
    return Reader(tags=dict(tags))

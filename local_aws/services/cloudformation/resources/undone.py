"""A step of several calls that fails half way leaves what was there before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from botocore.exceptions import ClientError

from local_aws.errors import ServiceError


@contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """Undo what was done where the rest of it fails; the failure is what is told."""
    try:
        yield
    except (ClientError, ServiceError):
        with suppress(ClientError, ServiceError):
            undo()
        raise

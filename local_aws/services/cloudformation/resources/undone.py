"""A create of several calls that fails leaves nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from botocore.exceptions import ClientError

from local_aws.errors import ServiceError


@contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """Undo what was made where the rest of the making fails; the failure is what is told."""
    try:
        yield
    except (ClientError, ServiceError):
        with suppress(ClientError, ServiceError):
            undo()
        raise

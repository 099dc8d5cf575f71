"""What every group of operations works with."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from local_aws.caller import ACCESS_KEY
from local_aws.context import Platform, Request
from local_aws.services.cloudformation.errors import TokenAlreadyExists, ValidationError
from local_aws.services.cloudformation.stacks import names, sources
from local_aws.services.cloudformation.stacks.engine import Engine
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.records import Operation, Stack

T = TypeVar("T")


class Calls:
    """Base of the groups: one method an operation."""

    def __init__(self, platform: Platform, store: Store, engine: Engine) -> None:
        self.platform, self.store, self.engine = platform, store, engine
        self.history = engine.history

    def find(self, name_or_id: str) -> Stack:
        """Raises ValidationError where there is no such stack."""
        found = self.store.find(name_or_id)
        if found is None:
            raise ValidationError(f"Stack with id {name_or_id} does not exist")
        return found

    def body(self, request: Request, stack: Stack | None = None) -> str:
        """The request's template."""
        key = ACCESS_KEY.get()
        return sources.body_of(request, self.platform, self.engine.holders, key, stack)

    def operation(self, stack: Stack, kind: str, phase: str, request: Request) -> Operation:
        """A new one, with the rights of the stack's role or of the caller."""
        role = request.get("RoleARN") or stack.role
        return Operation(
            id=names.unique(),
            stack=stack.id,
            kind=kind,
            phase=phase,
            holder=self.engine.holders.of(ACCESS_KEY.get(), role),
            token=request.get("ClientRequestToken", ""),
        )

    def asked_before(self, stack: Stack, kind: str, request: Request) -> bool:
        """Whether the call with its token was taken already. Raises TokenAlreadyExists."""
        token = request.get("ClientRequestToken", "")
        known = self.store.token(stack.id, token) if token else None
        if known is None:
            return False
        if known["kind"] != kind:
            raise TokenAlreadyExists(f"A client request token [{token}] already exists")
        return True

    def begin(self, operation: Operation) -> None:
        """Write it down, inside the transaction that changes the stack's status."""
        self.store.put_operation(operation)
        self.store.keep_token(operation)


def paged(found: Sequence[T], request: Request, size: int) -> tuple[list[T], dict[str, str]]:
    """A page of what was found, and the member NextToken where there is more."""
    start = opened(request["NextToken"]) if "NextToken" in request else 0
    end = start + size
    more = {"NextToken": sealed(end)} if end < len(found) else {}
    return list(found[start:end]), more


def sealed(number: int) -> str:
    """A page's token."""
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode()


def opened(token: str) -> int:
    try:
        kind, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except ValueError:
        kind, number = "", ""
    if kind != "after" or not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise ValidationError("Invalid NextToken")
    return int(number)

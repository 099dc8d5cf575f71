"""What is kept of a stack, of its resources, and of what is being done to it."""

from dataclasses import dataclass, field
from typing import Any

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Revision:
    """What a stack is made from; an update goes from one to another.

    `parameters` are the texts that count, defaults among them; `stored` what Parameter Store had
    for those that name parameters of it, by these names.
    """

    body: str
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    capabilities: list[str] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """A stack. Times are epoch seconds; `role` is the ARN that it acts in, or empty.

    `options` holds what was asked for at its creation and is only told
    (TimeoutInMinutes, DisableRollback, OnFailure, RetainExceptOnCreate).
    """

    id: str
    name: str
    status: str
    revision: Revision
    created: float
    reason: str = ""
    updated: float | None = None
    deleted: float | None = None
    role: str = ""
    outputs: list[dict[str, str]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    protected: bool = False
    parent: str = ""
    root: str = ""
    change_set: str = ""
    drift: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """A resource of a stack as it was last made.

    `properties` are those that it was made from, every function resolved; `needs` are the logical
    ids that it was made after. `pending` holds the fields that it is being given, from before its
    service is asked until it has answered: what a kill interrupts is tried again with them.
    """

    stack: str
    logical_id: str
    type: str
    status: str = ""
    reason: str = ""
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    metadata: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    updated: float = 0.0
    drift: dict[str, Any] = field(default_factory=dict)
    imported: bool = False


@dataclass(frozen=True)
class Operation:
    """What is being done to a stack: one at a time.

    `kind` is CREATE, UPDATE, DELETE, IMPORT or ROLLBACK; `phase` how far it has come (see
    `stacks.flow`). `target` is what the stack will be made from. `holder` says whose rights it
    has (see `stacks.credentials`). `options`: ``on_failure``, ``deadline``, ``retain``,
    ``skip``, ``import``.
    """

    id: str
    stack: str
    kind: str
    phase: str
    holder: str
    token: str = ""
    target: Revision | None = None
    options: dict[str, Any] = field(default_factory=dict)
    cancelled: bool = False


@dataclass(frozen=True)
class Event:
    """One line of a stack's history."""

    id: str
    stack: str
    at: float
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    properties: str = ""
    token: str = ""
    operation: str = ""

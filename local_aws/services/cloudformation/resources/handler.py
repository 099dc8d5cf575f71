"""What a type of resource must be able to do, and what it is given for it."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local_aws.errors import ServiceError

Properties = Mapping[str, Any]
"""As a template writes them, every function resolved."""

WAIT_SECONDS = 600.0
PAUSE_SECONDS = 0.1


class ResourceFailed(ServiceError):
    """A resource that cannot be made or changed so; the message is the event's reason."""

    code = "GeneralServiceException"


@dataclass(frozen=True)
class Made:
    """What a resource is after it was made or changed.

    `physical_id` is what ``Ref`` gives; `attributes` what ``Fn::GetAtt`` gives, by their names.
    """

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """One thing to do for one resource.

    `client("glue")` is a boto3 client that acts with the stack's credentials. `before` is what
    the resource was last made from (empty for a create). `name` is for a resource whose template
    gives none, and `token` for a request that wants one: both are the same when a step is tried
    again after the server was killed, so that nothing is made twice. `tags` are the stack's.
    `retried`: an earlier try of this step was cut off, so what is there under the name is its work.
    """

    client: Callable[[str], Any]
    stack_id: str
    stack_name: str
    logical_id: str
    properties: Properties
    name: str
    token: str
    account_id: str
    region: str
    before: Properties = field(default_factory=dict)
    physical_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    retried: bool = False
    stopped: Callable[[], bool] = lambda: False

    def wait(self, done: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
        """Return when `done()`. Raises ResourceFailed after `seconds` or when it was cancelled."""
        deadline = time.monotonic() + seconds
        while not done():
            if self.stopped():
                raise ResourceFailed("Resource creation cancelled")
            if time.monotonic() > deadline:
                raise ResourceFailed(f"{self.logical_id} did not stabilize.")
            time.sleep(PAUSE_SECONDS)


class Handler(ABC):
    """One type of resource. Errors of a service's API (botocore's ClientError) may pass through.

    `takes`: the properties of the type, by the names of its schema, that this handler carries out;
    a template that gives another one is refused by that name before anything is made. `refuses`:
    paths further down (``Targets.JdbcTargets``) that are refused likewise.
    """

    takes: ClassVar[frozenset[str]]
    refuses: ClassVar[frozenset[str]] = frozenset()
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    """Properties whose change makes a new resource, beside those of which the schema says so."""

    @abstractmethod
    def create(self, work: Work) -> Made:
        """Make it; where `work.retried`, go on with what an earlier try made.

        Otherwise a resource under the name that the template gives is somebody else's, and the
        create fails. What a create that failed left behind is what `identify` then finds.
        """

    @abstractmethod
    def update(self, work: Work) -> Made:
        """Bring it from `work.before` to `work.properties`; never asked for a replacement."""

    @abstractmethod
    def delete(self, work: Work) -> None:
        """Delete it as `work.before` tells. One that is gone already is no error."""

    @abstractmethod
    def read(self, work: Work) -> Properties | None:
        """Its properties as they are now, as a template would write them; None where it is gone.

        For drift, and for taking a resource that is there into a stack. A property that the
        service does not tell (a password) is left out.
        """

    @abstractmethod
    def identify(self, work: Work) -> Made | None:
        """The resource that is there under the name that the properties give.

        For a retry after a kill, for imports and for attributes; None where there is none.
        """

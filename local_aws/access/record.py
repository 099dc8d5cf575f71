"""Every decision as a line of JSON: what a role's policies are used for.

A test that replays a whole run finds in it which statement of a role nobody needed
(https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html is AWS's
own way from calls to a policy). Without a file nothing is written, and a query costs no more.
"""

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from local_aws.access import evaluate
from local_aws.access.document import Policy
from local_aws.access.evaluate import Decision, Query
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import SESSION, Principal

REQUEST = "request"
"""The source of what a caller asked for by HTTP; else it is the service that acts in a role."""

TOLD = (
    "aws:requestedregion",
    "aws:securetransport",
    "iam:passedtoservice",
    "kms:viaservice",
    "s3:delimiter",
    "s3:prefix",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
)
"""Keys that a line has even where no policy asked: of root's calls none is asked for."""


@dataclass(frozen=True)
class Line:
    """One decision. `role` is empty where no role acted; `time` is ISO 8601 in UTC.

    `conditions` has the values, by key in lower case, that policies asked for and `TOLD`.
    """

    time: str
    principal: str
    role: str
    source: str
    action: str
    resource: str
    allowed: bool
    conditions: Mapping[str, Values] = field(default_factory=dict)


def read(path: Path) -> Iterator[Line]:
    """The lines of a record, the oldest first. One that a kill cut off is the end."""
    with path.open(encoding="utf-8") as file:
        for text in file:
            if not text.endswith("\n"):
                return
            document = json.loads(text)
            conditions = {key: tuple(values) for key, values in document["conditions"].items()}
            yield Line(**(document | {"conditions": conditions}))


class Record:
    """Decides, and writes down what it decided where it has a file."""

    def __init__(self, path: Path | None = None) -> None:
        self.on = path is not None
        self._file = path.open("a", encoding="utf-8") if path else None
        self._lock = threading.Lock()

    def decide(
        self,
        query: Query,
        resource_policy: Policy | None = None,
        source: str = REQUEST,
        how: Callable[[Query, Policy | None], Decision] = evaluate.decide,
    ) -> Decision:
        """As `evaluate.decide`, or another of its kind."""
        watched = self.watch(query)
        decision = how(watched, resource_policy)
        self.note(watched, decision.allowed, source)
        return decision

    def watch(self, query: Query) -> Query:
        """The query, remembering which keys are looked up."""
        return replace(query, lookup=_Watched(query.lookup)) if self.on else query

    def note(self, query: Query, allowed: bool, source: str = REQUEST) -> None:
        """Write a decision down that was made elsewhere."""
        if self._file is None:
            return
        line = Line(
            time=dt.datetime.now(dt.UTC).isoformat(),
            principal=query.principal.arn,
            role=_role(query.principal),
            source=source,
            action=query.action,
            resource=query.resource,
            allowed=allowed,
            conditions=_conditions(query.lookup),
        )
        text = json.dumps(vars(line)) + "\n"
        with self._lock:
            self._file.write(text)
            self._file.flush()


class _Watched:
    """A lookup that keeps what it found."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.found: dict[str, Values] = {}

    def __call__(self, key: str) -> Values | None:
        values = self._lookup(key)
        if values:
            self.found[key] = values
        return values


def _conditions(lookup: Lookup) -> dict[str, Values]:
    told = {key: values for key in TOLD if (values := lookup(key))}
    return told | (lookup.found if isinstance(lookup, _Watched) else {})


def _role(principal: Principal) -> str:
    return principal.name if principal.kind == SESSION else ""

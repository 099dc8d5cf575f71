"""The rules of a bad day, as JSON: what is struck, when, and how."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from local_aws.errors import ServiceError
from local_aws.wire.models import operation_model, service_model

STARTS = {
    "glue": ("StartJobRun", "StartCrawler"),
    "databrew": ("StartJobRun",),
    "athena": ("StartQueryExecution",),
    "quicksight": ("CreateIngestion",),
}
"""The operations that start a run, by service: what ``fail_run`` can strike."""

SERVICES = ("s3", "logs", *STARTS)
ANY = "*"

Fault = Literal["throttle", "error", "slow", "drop_before", "drop_after", "fail_run"]


class BadRules(ServiceError):
    """Rules that cannot be read, or would never strike."""

    code = "ValidationException"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One fault. It lets `after` matching calls through, then strikes the next `times`.

    - ``throttle``: refused with the service's own code; `status` 429 or 503 instead of its own
    - ``error``: 500, InternalFailure (S3: InternalError)
    - ``slow``: held back for `seconds` before the work is done
    - ``drop_before``: the connection is closed, nothing is done
    - ``drop_after``: the connection is closed once the work is done: the client never learns
    - ``fail_run``: the run that this call starts ends FAILED with `message`
    """

    service: str
    fault: Fault
    operation: str = ANY
    times: Annotated[int, Meta(ge=1)] = 1
    after: Annotated[int, Meta(ge=0)] = 0
    status: Literal[429, 503] | None = None
    seconds: Annotated[float, Meta(gt=0, le=600)] | None = None
    message: Annotated[str, Meta(min_length=1, max_length=255)] | None = None

    def matches(self, service: str, operation: str) -> bool:
        return service == self.service and self.operation in (ANY, operation)


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[Rule]


OPTIONS = {"status": "throttle", "seconds": "slow", "message": "fail_run"}
"""What only one kind of fault reads."""


def read_rules(body: bytes) -> list[Rule]:
    """The rules of ``{"rules": [...]}``. Raises BadRules, which says the place and the remedy."""
    try:
        rules = msgspec.json.decode(body, type=_Document).rules
    except msgspec.DecodeError as error:
        raise BadRules(f"The rules cannot be read: {error}") from None
    for number, rule in enumerate(rules):
        if (wrong := _what_is_wrong(rule)) is not None:
            raise BadRules(f"Rule {number}: {wrong}")
    return rules


def _what_is_wrong(rule: Rule) -> str | None:
    if rule.service not in SERVICES:
        return f"the service {rule.service!r} has no faults. Those with faults: {_list(SERVICES)}"
    if rule.operation != ANY and operation_model(rule.service, rule.operation) is None:
        name = service_model(rule.service).service_id
        return f"{name} has no operation {rule.operation!r}. AWS writes it as GetObject"
    for option, fault in OPTIONS.items():
        if getattr(rule, option) is not None and rule.fault != fault:
            return f"{option!r} belongs to the fault {fault!r}, not to {rule.fault!r}"
    if rule.fault == "slow" and rule.seconds is None:
        return "the fault 'slow' needs 'seconds'"
    starts = STARTS.get(rule.service, ())
    if rule.fault == "fail_run" and rule.operation not in starts:
        return (
            f"{rule.service}:{rule.operation} starts no run. 'fail_run' strikes "
            f"{_list(f'{s}:{o}' for s, names in STARTS.items() for o in names)}"
        )
    return None


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)

"""A lifecycle configuration: its grammar, and which object a rule means and when.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html. Refused by name:
transitions to classes that have to be restored before they are read (GLACIER, DEEP_ARCHIVE).
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from local_aws.errors import ServiceError
from local_aws.services.s3 import documents
from local_aws.services.s3.documents import Document
from local_aws.services.s3.errors import InvalidArgument, InvalidRequest, MalformedXML, NotSupported

OPERATION = "PutBucketLifecycleConfiguration"
MAX_RULES, MAX_ID = 1000, 255
MAX_DAYS = 2_000_000  # as good as never: more is past the last year that a date can have
SMALL = 128 << 10  # objects below it are not moved to another class, AWS's default since 2024
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)
PREDICATES = ("Prefix", "Tags", "ObjectSizeGreaterThan", "ObjectSizeLessThan")


@dataclass(frozen=True)
class Scope:
    """The objects that a rule means."""

    prefix: str
    tags: tuple[tuple[str, str], ...]
    above: int | None
    below: int | None

    @property
    def is_narrow(self) -> bool:
        """Whether more than a prefix says what it means."""
        return bool(self.tags) or self.above is not None or self.below is not None

    def covers(self, key: str, size: int, tags: Mapping[str, str]) -> bool:
        return (
            key.startswith(self.prefix)
            and all(tags.get(name) == value for name, value in self.tags)
            and (self.above is None or size > self.above)
            and (self.below is None or size < self.below)
        )


@dataclass(frozen=True)
class Rule:
    """One enabled rule; ``actions`` as boto3 shows it."""

    id: str
    scope: Scope
    actions: Document

    def expires(self, modified: datetime) -> datetime | None:
        """When an object that was written then ceases to be current."""
        return _due(self.actions.get("Expiration", {}), modified)

    def moves(self, modified: datetime) -> list[tuple[datetime, str]]:
        """When an object changes its storage class, and to which."""
        found = [
            (_due(move, modified), move["StorageClass"])
            for move in self.actions.get("Transitions", [])
        ]
        return [(due, name) for due, name in found if due]

    def aborts(self, created: datetime) -> datetime | None:
        """When an upload that was begun then is given up."""
        abort = self.actions.get("AbortIncompleteMultipartUpload")
        return after_days(created, abort["DaysAfterInitiation"]) if abort else None

    @property
    def noncurrent(self) -> list[tuple[str, Document]]:
        """What is done to versions that are no more current."""
        expiration = self.actions.get("NoncurrentVersionExpiration")
        found = [("NoncurrentVersionExpiration", expiration)] if expiration else []
        moves = self.actions.get("NoncurrentVersionTransitions", [])
        return found + [("NoncurrentVersionTransitions", move) for move in moves]

    @property
    def removes_markers(self) -> bool:
        """Delete markers with nothing behind them go without waiting."""
        return bool(self.actions.get("Expiration", {}).get("ExpiredObjectDeleteMarker"))


def after_days(moment: datetime, days: int) -> datetime:
    """That many days later, at the midnight (UTC) that ends the day."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=min(days, MAX_DAYS) + 1)


def _due(action: Document, modified: datetime) -> datetime | None:
    if "Days" in action:
        return after_days(modified, action["Days"])
    date: datetime | None = action.get("Date")
    return date


@lru_cache(64)
def enabled(body: bytes) -> tuple[Rule, ...]:
    """The rules of a document that was put; none of one from before documents were checked."""
    try:
        found = documents.read(OPERATION, checked(body))["Rules"]
    except ServiceError:
        return ()
    return tuple(
        Rule(rule["ID"], _scope(rule), {name: rule[name] for name in ACTIONS if name in rule})
        for rule in found
        if rule["Status"] == "Enabled"
    )


def _scope(rule: Document) -> Scope:
    given = _predicates(rule)
    return Scope(
        given.get("Prefix", ""),
        tuple((tag["Key"], tag["Value"]) for tag in given.get("Tags", [])),
        given.get("ObjectSizeGreaterThan"),
        given.get("ObjectSizeLessThan"),
    )


def _predicates(rule: Document) -> Document:
    """Of a Filter, of its And, or of the rule itself as the first grammar had it."""
    if "Filter" not in rule:
        return {"Prefix": rule["Prefix"]}
    given: Document = rule["Filter"].get("And", rule["Filter"])
    return given | {"Tags": [given["Tag"]]} if "Tag" in given else given


def checked(body: bytes) -> bytes:
    """The document as it is kept, each rule with an id. Raises what AWS answers to a bad one."""
    document = documents.read(OPERATION, body)
    rules = document["Rules"]
    if len(rules) > MAX_RULES:
        raise MalformedXML
    for rule in rules:
        rule["ID"] = rule.get("ID") or uuid.uuid4().hex
        _check_rule(rule)
    names = [rule["ID"] for rule in rules]
    if len(set(names)) != len(names):
        raise InvalidArgument("Rule ID must be unique. Found same ID for more than one rule")
    return documents.write(OPERATION, document)


def _check_rule(rule: Document) -> None:
    if len(rule["ID"]) > MAX_ID:
        raise InvalidArgument(f"ID length should not exceed allowed limit of {MAX_ID}")
    if ("Filter" in rule) == ("Prefix" in rule):
        raise MalformedXML
    if not any(name in rule for name in ACTIONS):
        raise InvalidRequest("At least one action needs to be specified in a rule")
    _check_filter(rule.get("Filter", {}))
    _check_expiration(rule)
    _check_transitions(rule)
    _check_noncurrent(rule)
    _check_abort(rule)


def _check_filter(given: Document) -> None:
    if len(given) > 1:
        raise MalformedXML
    both = given.get("And")
    if both is not None and len(both) + len(both.get("Tags", [])[1:]) < 2:
        raise MalformedXML
    predicates = _predicates({"Filter": given})
    tags = [tag["Key"] for tag in predicates.get("Tags", [])]
    if len(set(tags)) != len(tags):
        raise InvalidRequest("Duplicate Tag Keys are not allowed.")
    above, below = (predicates.get(f"ObjectSize{word}Than") for word in ("Greater", "Less"))
    if (above is not None and above < 0) or (below is not None and below < 1):
        raise InvalidRequest("An object size of a filter must be a positive integer")
    if above is not None and below is not None and above >= below:
        raise InvalidRequest(
            "'ObjectSizeLessThan' should have value greater than 'ObjectSizeGreaterThan' for a rule"
        )


def _check_expiration(rule: Document) -> None:
    action = rule.get("Expiration")
    if action is None:
        return
    if len(action) != 1:
        raise MalformedXML
    _check_when(action, "Expiration", 1)
    if "ExpiredObjectDeleteMarker" in action and _narrow(rule):
        raise InvalidRequest(
            "ExpiredObjectDeleteMarker cannot be specified with a filter of tags or sizes."
        )


def _check_when(action: Document, name: str, least: int) -> None:
    if action.get("Days", least) < least:
        kind = "positive" if least else "nonnegative"
        raise InvalidArgument(f"'Days' for {name} action must be a {kind} integer")
    date = action.get("Date")
    if date and date != date.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0):
        raise InvalidArgument("'Date' must be at midnight GMT")


def _check_transitions(rule: Document) -> None:
    moves = rule.get("Transitions", [])
    for move in moves:
        if "StorageClass" not in move or ("Days" in move) == ("Date" in move):
            raise MalformedXML
        _check_class(move["StorageClass"])
        _check_when(move, "Transition", 0)
        _check_infrequent(move.get("Days"), move["StorageClass"], "Days", "Transition")
    _check_once(move["StorageClass"] for move in moves)
    when = [*moves, rule["Expiration"]] if "Expiration" in rule else moves
    if moves and len({name for one in when for name in one if name in ("Days", "Date")}) > 1:
        raise InvalidRequest(
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle "
            "rule"
        )
    _check_order(rule, moves)


def _check_order(rule: Document, moves: list[Document]) -> None:
    for name in ("Days", "Date"):
        end: Any = rule.get("Expiration", {}).get(name)
        if end is not None and any(move[name] >= end for move in moves if name in move):
            prefix = _scope(rule).prefix
            raise InvalidArgument(
                f"'{name}' in the Expiration action for filter '(prefix={prefix})' must be greater "
                f"than '{name}' in the Transition action"
            )


def _check_class(name: str) -> None:
    if name in ARCHIVES:
        raise NotSupported(f"A lifecycle transition to the storage class {name}")


def _check_infrequent(days: int | None, name: str, element: str, action: str) -> None:
    if days is not None and name in INFREQUENT and days < 30:
        raise InvalidArgument(
            f"'{element}' in {action} action must be greater than or equal to 30 for storageClass "
            f"'{name}'"
        )


def _check_once(classes: Iterable[str]) -> None:
    names = list(classes)
    if len(set(names)) != len(names):
        raise InvalidRequest("'StorageClass' must be different for 'Transition' actions in a rule")


def _check_noncurrent(rule: Document) -> None:
    expiration = rule.get("NoncurrentVersionExpiration")
    moves = rule.get("NoncurrentVersionTransitions", [])
    for action in [expiration, *moves] if expiration is not None else moves:
        if "NoncurrentDays" not in action:
            raise MalformedXML
        if action["NoncurrentDays"] < 1:
            raise InvalidArgument("'NoncurrentDays' must be a positive integer")
        if not 1 <= action.get("NewerNoncurrentVersions", 1) <= 100:
            raise InvalidArgument("'NewerNoncurrentVersions' must be from 1 to 100")
    for move in moves:
        if "StorageClass" not in move:
            raise MalformedXML
        _check_class(move["StorageClass"])
        _check_infrequent(
            move["NoncurrentDays"],
            move["StorageClass"],
            "NoncurrentDays",
            "NoncurrentVersionTransition",
        )
    _check_once(move["StorageClass"] for move in moves)


def _check_abort(rule: Document) -> None:
    action = rule.get("AbortIncompleteMultipartUpload")
    if action is None:
        return
    if "DaysAfterInitiation" not in action:
        raise MalformedXML
    if action["DaysAfterInitiation"] < 1:
        raise InvalidArgument(
            "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive "
            "integer"
        )
    if _narrow(rule):
        raise InvalidRequest(
            "AbortIncompleteMultipartUpload cannot be specified with a filter of tags or sizes."
        )


def _narrow(rule: Document) -> bool:
    return any(name in PREDICATES[1:] for name in _predicates(rule))

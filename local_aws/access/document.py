"""Policy documents: JSON to statements, with the messages that AWS refuses them with.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from local_aws.access import conditions
from local_aws.access.conditions import Test
from local_aws.access.patterns import Values

BUCKET, IDENTITY, TRUST, KEY = "bucket", "identity", "trust", "key"
"""What a policy hangs on: a bucket, a user (group, role, session), a role as its trust, a key."""

MAX_BYTES = {BUCKET: 20 * 1024, IDENTITY: 20 * 1024, TRUST: 20 * 1024, KEY: 32 * 1024}
VERSIONS = ("2012-10-17", "2008-10-17")
FIELDS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
RESOURCE = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)
PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
AWS_PRINCIPAL = re.compile(
    r"\*|\d{12}"
    r"|arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|arn:aws[a-z-]*:sts::\d{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)"
    r"|A(IDA|ROA)[A-Z0-9]{12,}"
)
NOT_JSON = "Policies must be valid JSON and the first byte must be '{'"


class PolicyError(ValueError):
    """A document that is no policy. The service that was given it words the error's code."""


@dataclass(frozen=True)
class Statement:
    """One statement. Lists that are absent are None; `not_` tells which of the pair was there."""

    sid: str
    allow: bool
    actions: Values
    not_actions: bool = False
    resources: Values | None = None
    not_resources: bool = False
    principals: tuple[tuple[str, str], ...] | None = None
    not_principals: bool = False
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Policy:
    """Statements; in the old version `${...}` is text and no variable."""

    statements: tuple[Statement, ...]
    variables: bool = True


@lru_cache(1024)
def parse(text: str, kind: str) -> Policy:
    """The policy that the text is. Raises PolicyError with AWS's message."""
    document = _load(text, kind)
    version = document.get("Version", "2008-10-17")
    if version not in VERSIONS:
        raise PolicyError("The policy must contain a valid version string")
    _known(document, {"Version", "Id", "Statement"})
    found = document.get("Statement")
    if found is None or (found == [] and kind in (BUCKET, KEY)):
        raise PolicyError("Missing required field Statement")
    statements = found if isinstance(found, list) else [found]
    return Policy(
        tuple(_statement(one, kind) for one in statements), variables=version == VERSIONS[0]
    )


def _load(text: str, kind: str) -> dict[str, Any]:
    try:
        if len(text.encode()) > MAX_BYTES[kind]:
            raise PolicyError("Policy exceeds the maximum allowed document size.")
        document = json.loads(text, object_pairs_hook=_without_duplicates)
        json.dumps(document, ensure_ascii=False).encode()
    except PolicyError:
        raise
    except (ValueError, RecursionError):
        raise PolicyError(NOT_JSON) from None
    if not isinstance(document, dict):
        raise PolicyError(NOT_JSON)
    return document


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two equal names a reader might see the first and the evaluator the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PolicyError(f"Duplicate field {twice}")
    return found


def _known(document: dict[str, Any], fields: set[str]) -> None:
    for name in document:
        if name not in fields:
            raise PolicyError(f"Unknown field {name}")


def _statement(document: Any, kind: str) -> Statement:
    if not isinstance(document, dict):
        raise PolicyError("Statement is of invalid type")
    _known(document, FIELDS)
    effect = document.get("Effect")
    if effect is None:
        raise PolicyError("Missing required field Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyError(f"Invalid effect: {effect}")
    action, not_actions = _one_of(document, "Action")
    resources, not_resources = _resources(document, kind)
    principals, not_principals = _principals_of(document, kind)
    return Statement(
        sid=str(document.get("Sid", "")),
        allow=effect == "Allow",
        actions=_strings(action, ACTION, "Policy has invalid action"),
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=principals,
        not_principals=not_principals,
        tests=_tests(document.get("Condition", {})),
    )


def _one_of(document: dict[str, Any], name: str) -> tuple[Any, bool]:
    """The value of `Name` or of `NotName`, exactly one of which must be there."""
    positive, negative = name in document, f"Not{name}" in document
    if positive == negative:
        raise PolicyError(
            f"Statement cannot have both {name} and Not{name}"
            if positive
            else f"Missing required field {name}"
        )
    return document[name if positive else f"Not{name}"], negative


def _strings(value: Any, form: re.Pattern[str], message: str) -> Values:
    values = tuple(value) if isinstance(value, list) else (value,)
    if not values or not all(isinstance(v, str) and form.fullmatch(v) for v in values):
        raise PolicyError(message)
    return values


def _resources(document: dict[str, Any], kind: str) -> tuple[Values | None, bool]:
    if kind == TRUST:
        if "Resource" in document or "NotResource" in document:
            raise PolicyError("Has prohibited field Resource")
        return None, False
    found, negative = _one_of(document, "Resource")
    return _strings(found, RESOURCE, "Policy has invalid resource"), negative


def _principals_of(
    document: dict[str, Any], kind: str
) -> tuple[tuple[tuple[str, str], ...] | None, bool]:
    if kind == IDENTITY:
        if "Principal" in document or "NotPrincipal" in document:
            raise PolicyError("Policy document should not specify a principal.")
        return None, False
    found, negative = _one_of(document, "Principal")
    return _principals(found), negative


def _principals(value: Any) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("AWS", "*"),)
    if not isinstance(value, dict) or not value:
        raise PolicyError("Invalid principal in policy")
    found: list[tuple[str, str]] = []
    for name, entries in value.items():
        if name not in PRINCIPALS:
            raise PolicyError("Invalid principal in policy")
        form = AWS_PRINCIPAL if name == "AWS" else re.compile(r".+")
        found += [(name, one) for one in _strings(entries, form, "Invalid principal in policy")]
    return tuple(found)


def _tests(document: Any) -> tuple[Test, ...]:
    if not isinstance(document, dict):
        raise PolicyError("Condition is of invalid type")
    tests = []
    for operator, keys in document.items():
        if not isinstance(keys, dict) or not keys:
            raise PolicyError(f"Invalid Condition type : {operator}")
        for key, value in keys.items():
            try:
                tests.append(conditions.parse(operator, key, _values(value)))
            except ValueError as error:
                raise PolicyError(str(error)) from None
    return tuple(tests)


def _values(value: Any) -> Values:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | bool | int | float) for one in values):
        raise PolicyError("Condition has an invalid value")
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in values)

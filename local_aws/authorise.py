"""Whether a caller may call an operation of a service beside S3.

Root may. Users and roles need policies that allow; of these services' resources the policies of
Glue's catalog and of KMS keys count too (those of topics, queues and secrets are kept by moto and
not evaluated).
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from local_aws.access import evaluate, facts, resources
from local_aws.access.document import Policy
from local_aws.access.evaluate import Query
from local_aws.access.network import Network
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import USER, Principal
from local_aws.access.record import Record
from local_aws.access.resources import Arns, Parameters
from local_aws.errors import SerializationError, ServiceError
from local_aws.wire import query
from local_aws.wire.http import HttpRequest
from local_aws.wire.sigv4 import Authentication

FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
"""What needs no identity's policy."""

WITH_TRUST = "sts:AssumeRole"
"""Decided by STS itself, with the role's trust."""

QUERY_SERVICES = ("iam", "sts", "sns", "cloudwatch", "cloudformation")
"""Whose refusals have the status of the query protocol."""

FORM = "application/x-www-form-urlencoded"
JSON_TYPES = ("application/x-amz-json-1.0", "application/x-amz-json-1.1")


class AccessDenied(ServiceError):
    code = "AccessDeniedException"
    status = 400


class QueryAccessDenied(AccessDenied):
    """The same in the query protocol, whose status is another."""

    status = 403


PolicyOf = Callable[[str], Policy | None]
FactsOf = Callable[[str, str, Parameters], Mapping[str, Values]]
"""What an action on a resource has for itself, by condition key: a key's aliases."""

Complete = Callable[[str, Parameters], Parameters]
"""Adds to an operation's parameters what a resource's name needs and only its service knows."""


@dataclass(frozen=True)
class Caller:
    """Who calls, and how."""

    principal: Principal
    lookup: Lookup


def caller_of(auth: Authentication, network: Network, request: HttpRequest) -> Caller:
    now = dt.datetime.now(dt.UTC)
    found = facts.of_request(auth.principal, network, request.headers, auth.region, now)
    return Caller(auth.principal, facts.lookup(found))


def check(
    caller: Caller,
    service: str,
    operation: str,
    parameters: Parameters,
    arns: Arns,
    record: Record,
    policy_of: PolicyOf = lambda _resource: None,
    facts_of: FactsOf = lambda _action, _resource, _parameters: {},
) -> None:
    """Raise `AccessDenied` with AWS's words unless the caller may.

    `policy_of` knows the policies that hang on resources, by their ARNs; `facts_of` what else
    policies may ask of them.
    """
    who, name = caller.principal, f"{service}:{operation}"
    free = who.is_root or name in FREE
    if name == WITH_TRUST or (free and not record.on):
        return
    if service == "iam" and who.kind == USER and who.temporary and not who.called_via:
        raise QueryAccessDenied("Cannot call IAM API operations with GetSessionToken credentials")
    for action, resource in resources.needs(service, operation, parameters, arns):
        own = _passing(service, action) | dict(facts_of(action, resource, parameters))
        query = Query(who, action, resource, facts.beside(own, caller.lookup))
        if free:
            record.note(query, allowed=True)
            continue
        how = evaluate.decide_key if action.startswith("kms:") else evaluate.decide
        decision = record.decide(query, policy_of(resource), how=how)
        if not decision.allowed:
            kind = QueryAccessDenied if service in QUERY_SERVICES else AccessDenied
            raise kind(
                f"User: {who.arn} is not authorized to perform: {action} on resource: "
                f"{resource} {decision.reason}"
            )


def _passing(service: str, action: str) -> dict[str, Values]:
    if action != resources.PASSING:
        return {}
    taker = "ec2" if service == "iam" else service  # an instance profile is for machines
    return {"iam:passedtoservice": (f"{taker}.amazonaws.com",)}


def moto_call(request: HttpRequest, *, strict: bool) -> tuple[str, Parameters]:
    """The operation of a request to moto, and its parameters.

    `strict` refuses what moto might read as another call than we do: it prefers an ``Action``
    from wherever it finds one to the target that was decided on.
    """
    target = request.headers.get("x-amz-target", "")
    if strict and request.raw_path != "/":
        raise SerializationError("A request to this service has the path /")  # it could be a queue
    if target:
        if strict and (request.query or b"Action=" in request.body):
            raise SerializationError("A request with a target has no Action")
        _expect_type(request, JSON_TYPES, strict)
        return target.rpartition(".")[2], _json(request.body)
    if strict and request.query:
        raise SerializationError("The parameters of a query request are in its body")
    _expect_type(request, (FORM,), strict)
    form: dict[str, Any] = dict(query.form_of(request) if strict else _loose_form(request))
    return str(form.get("Action", "")), form


def _expect_type(request: HttpRequest, kinds: tuple[str, ...], strict: bool) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if strict and kind not in kinds:
        raise SerializationError(f"The content type '{kind}' is none of {', '.join(kinds)}")


def _json(body: bytes) -> Parameters:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise SerializationError("The body is not JSON") from None
    return found if isinstance(found, dict) else {}


def _loose_form(request: HttpRequest) -> dict[str, str]:
    pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict([*request.query, *pairs])

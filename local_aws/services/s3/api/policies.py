"""Bucket policies: what S3 checks before it takes one, and whether one is public."""

import re

from local_aws.access import document, patterns, public
from local_aws.access.document import PolicyError, Statement
from local_aws.services.s3.access import acl
from local_aws.services.s3.access.actions import ACTIONS, ANY, BUCKET
from local_aws.services.s3.access.rules import ENFORCED, OWNERSHIP, POLICY
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import MalformedPolicy, S3Error
from local_aws.services.s3.http import xml
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.settings import Kind

RESOURCE = re.compile(r"arn:[^:]*:s3:::([^/]*)(/.*)?", re.DOTALL)
KINDS = {
    need.action: need.resource == BUCKET
    for needs in ACTIONS.values()
    for need in needs
    if need.resource != ANY
}
"""Whether an action is done to a bucket, or else to an object."""


class PublicPolicyBlocked(S3Error):
    code = "AccessDenied"
    status = 403


def check(s3: Backend, request: S3Request, kind: Kind) -> None:
    """Raise where who may reach the bucket is put in a way that S3 refuses."""
    if kind is POLICY:
        _check_policy(s3, request)
    if kind is OWNERSHIP:
        _check_ownership(s3, request)


def _check_policy(s3: Backend, request: S3Request) -> None:
    try:
        policy = document.parse(request.body.decode(), document.BUCKET)
    except UnicodeDecodeError:
        raise MalformedPolicy(document.NOT_JSON) from None
    except PolicyError as error:
        raise MalformedPolicy(str(error)) from None
    for statement in policy.statements:
        _check_statement(statement, request.bucket)
    if s3.rules.get(request.bucket).block.public_policy and public.is_public(policy):
        who = request.auth.principal.arn if request.auth else "anonymous"
        raise PublicPolicyBlocked(
            f"User: {who} is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{request.bucket}" because public policies are prevented by the '
            "BlockPublicPolicy setting in S3 Block Public Access."
        )


def _check_statement(statement: Statement, bucket: str) -> None:
    if not all(action == "*" or action.lower().startswith("s3:") for action in statement.actions):
        raise MalformedPolicy("Policy has invalid action")
    places = [_place(resource, bucket) for resource in statement.resources or ()]
    if statement.not_resources or statement.not_actions:
        return
    for action in statement.actions:
        # An action that we do not know the kind of is taken for either.
        wanted = {kind for name, kind in KINDS.items() if _fits(action.lower(), name.lower())}
        if wanted and not any(wanted & place for place in places):
            raise MalformedPolicy("Action does not apply to any resource(s) in statement")


def _place(resource: str, bucket: str) -> set[bool]:
    """Whether a resource can be the bucket (True), objects (False) or both."""
    if resource == "*":
        return {True, False}
    found = RESOURCE.fullmatch(resource)
    if found is None or not _fits(found[1], bucket):
        raise MalformedPolicy("Policy has invalid resource")
    if found[2]:
        return {False}
    return {True, False} if found[1].endswith("*") else {True}


def _fits(pattern: str, text: str) -> bool:
    return patterns.matches(pattern.translate(patterns.WILDCARDS), text)


def _check_ownership(s3: Backend, request: S3Request) -> None:
    rules = xml.parse(request.body, OWNERSHIP.root).all("Rule")
    enforced = any(rule.get("ObjectOwnership") == ENFORCED for rule in rules)
    if enforced and s3.rules.get(request.bucket).acl not in acl.OWNERS:
        raise acl.AclBesideOwnership


def get_bucket_policy_status(s3: Backend, request: S3Request) -> Reply:
    s3.settings.get(request.bucket, POLICY)
    found = s3.rules.get(request.bucket).is_public
    return xml_reply(xml.document("PolicyStatus", [("IsPublic", found)]))

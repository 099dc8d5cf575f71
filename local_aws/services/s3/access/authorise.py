"""Whether a request to S3 is let through: bucket policy, identity, public access block, ACLs.

What S3 does that is easily forgotten: a deny reaches root too, save for the policy itself; who
may not list a bucket is not told that a key is missing; a copy reads its source.
"""

import datetime as dt
from dataclasses import replace
from functools import partial

from local_aws.access import evaluate
from local_aws.access.evaluate import Decision, Query
from local_aws.access.principal import ANONYMOUS, Principal
from local_aws.access.record import REQUEST
from local_aws.errors import ServiceError
from local_aws.services.s3.access import acl, keys
from local_aws.services.s3.access.actions import (
    ACTIONS,
    ALWAYS_ROOTS,
    OBJECT,
    OF_VERSION,
    SOURCE,
    Need,
)
from local_aws.services.s3.access.facts import Target, lookup_of, source_of
from local_aws.services.s3.access.rules import Rules
from local_aws.services.s3.api import COPY_SOURCE, Route
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import AccessDenied, NoSuchBucket
from local_aws.services.s3.http import chunked
from local_aws.services.s3.http.request import S3Request

ARN = "arn:aws:s3:::"
NOTED = frozenset(
    (
        COPY_SOURCE,
        "x-amz-acl",
        *(f"x-amz-grant-{name}" for name in ("read", "write", "read-acp", "write-acp")),
        "x-amz-grant-full-control",
    )
)
"""Headers that let even root's requests be looked at."""

TAKES_ACL = (
    "PutObject",
    "PostObject",
    "CopyObject",
    "CreateMultipartUpload",
    "PutObjectAcl",
    "PutBucketAcl",
)
HIDDEN = ("NoSuchKey", "NoSuchVersion")


class Gate:
    def __init__(self, backend: Backend) -> None:
        self._s3 = backend

    @property
    def backend(self) -> Backend:
        return self._s3

    def stands_open(self, request: S3Request) -> bool:
        """Root, at a bucket that has no policy: nothing is left to decide. Costs no look-up."""
        auth = request.auth
        if self._s3.platform.record.on:
            return False
        if auth is None or not auth.principal.is_root or not NOTED.isdisjoint(request.headers):
            return False
        if not request.bucket:
            return True
        rules = self._s3.rules.known(request.bucket)
        return rules is not None and rules.policy is None

    def check(self, operation: Route, request: S3Request) -> None:
        """Raise AccessDenied, or NoSuchBucket, unless the request may do what it asks for."""
        rules = self._rules(operation, request)
        _refuse_unverifiable(request)
        needs = ACTIONS.get(operation.name)
        if needs is None and not principal_of(request).is_root:
            raise AccessDenied(f"{operation.name} has no action that a policy could allow")
        for need in needs or ():
            if need.applies(request.headers):
                self._require(request, operation.name, need.action, _target(need, request))
        if operation.name in keys.OPERATIONS:
            self._require_key(operation.name, request)
        if operation.name == "CopyObject":
            self._check_tags_of_copy(request)
        if operation.name == "CreateBucket":
            acl.check_creation(request.headers)
        if operation.name == "DeleteObjects":
            request.permit = partial(self._permit_delete, request)
        if rules and operation.name in TAKES_ACL:
            acl.check_write(request.headers, rules, of_bucket=operation.name == "PutBucketAcl")

    def hide(self, request: S3Request, error: ServiceError) -> None:
        """Raise AccessDenied where the error would tell of a key to somebody who may not list."""
        if error.code not in HIDDEN or self.stands_open(request):
            return
        copied = COPY_SOURCE in request.headers and request.method == "PUT"
        bucket = source_of(request).bucket if copied else request.bucket
        self._require(request, "ListObjectsV2", "s3:ListBucket", Target(bucket))

    def _rules(self, operation: Route, request: S3Request) -> Rules | None:
        if operation.name in ("ListBuckets", "CreateBucket"):
            return None
        try:
            return self._s3.rules.get(request.bucket)
        except NoSuchBucket:
            if request.auth:
                raise
            raise AccessDenied from None  # nobody unsigned learns which buckets there are

    def _require(self, request: S3Request, operation: str, action: str, target: Target) -> None:
        who, bucket, key = principal_of(request), target.bucket, target.key
        record = self._s3.platform.record
        if target.version is not None:
            action = OF_VERSION.get(action, action)
        arn = arn_of(bucket, key)
        lookup = lookup_of(self._s3, operation, request, target, dt.datetime.now(dt.UTC))
        query = record.watch(Query(who, action, arn, lookup))
        decision = self.decide(query, target)
        record.note(query, decision.allowed)
        if decision.allowed:
            return
        if who.is_anonymous:
            raise AccessDenied
        raise AccessDenied(
            f"User: {who.arn} is not authorized to perform: {action} on resource: "
            f'"{arn}" {decision.reason}'
        )

    def decide(self, query: Query, target: Target) -> Decision:
        """By policies, or where these are silent by the lists of bucket and object."""
        who, rules = query.principal, self._rules_or_none(target.bucket)
        if who.is_root and query.action in ALWAYS_ROOTS:
            return Decision(True)
        decision = evaluate.decide(query, rules.policy if rules else None)
        if who.is_anonymous and rules and rules.is_public and rules.block.restrict:
            decision = replace(decision, allowed=False)
        if not decision.allowed and not decision.explicit and rules:
            return replace(decision, allowed=self._acl_allows(query, rules, target))
        return decision

    def _require_key(self, operation: str, request: S3Request) -> None:
        """Of an object under SSE-KMS its key is needed too; root is not asked for it."""
        who = principal_of(request)
        if who.is_root and not self._s3.platform.record.on:
            return
        now = dt.datetime.now(dt.UTC)
        for use in keys.uses(self._s3, operation, request):
            lookup = lookup_of(self._s3, operation, request, use.target, now)
            decision = keys.decide(self._s3, who, use, lookup, REQUEST)
            if not decision.allowed:
                raise keys.refusal(who, use, decision)

    def _rules_or_none(self, bucket: str) -> Rules | None:
        try:
            return self._s3.rules.get(bucket) if bucket else None
        except NoSuchBucket:
            return None

    def _acl_allows(self, query: Query, rules: Rules, target: Target) -> bool:
        """Lists give to anybody; whom a boundary or a session limits gets nothing by them."""
        who = query.principal
        if not rules.acls_count or who.boundary or who.session is not None:
            return False
        signed = not who.is_anonymous
        if query.action in acl.READS:
            info = self._s3.store.stat(target.bucket, target.key, target.version)
            known = info.attributes.acl if info else ""
            return acl.grants(known or "private", "READ", rules.block, signed=signed)
        reads, writes = query.action in acl.BUCKET_READS, query.action in acl.BUCKET_WRITES
        permission = "READ" if reads else "WRITE"
        allowed = acl.grants(rules.acl, permission, rules.block, signed=signed)
        return allowed and (reads or writes)

    def _check_tags_of_copy(self, request: S3Request) -> None:
        """Tags travel with a copy unless it replaces them; that takes two more permissions."""
        if request.headers.get("x-amz-tagging-directive") == "REPLACE":
            return
        source = source_of(request)
        rules = self._rules_or_none(source.bucket)
        info = self._s3.store.stat(source.bucket, source.key, source.version) if rules else None
        if info and info.attributes.tags:
            self._require(request, "CopyObject", "s3:GetObjectTagging", source)
            target = Target(request.bucket, request.key)
            self._require(request, "CopyObject", "s3:PutObjectTagging", target)

    def _permit_delete(
        self, request: S3Request, key: str, version: str | None, etag: str | None
    ) -> None:
        target = Target(request.bucket, key, version or None)
        for need in ACTIONS["DeleteObject"]:
            if need.applies({"if-match": etag or "*"}):
                self._require(request, "DeleteObject", need.action, target)


def arn_of(bucket: str, key: str = "") -> str:
    """The ARN of a bucket or an object, as policies have it."""
    return f"{ARN}{bucket}/{key}" if key else f"{ARN}{bucket}" if bucket else "*"


def principal_of(request: S3Request) -> Principal:
    return request.auth.principal if request.auth else ANONYMOUS


def _target(need: Need, request: S3Request) -> Target:
    if need.resource == SOURCE:
        return source_of(request)
    if need.resource == OBJECT:
        return Target(request.bucket, request.key, request.query.get("versionId"))
    return Target(request.bucket)


def _refuse_unverifiable(request: S3Request) -> None:
    """Signed chunks of somebody who did not sign cannot be verified."""
    signed = (chunked.SIGNED, chunked.SIGNED_TRAILER)
    if request.auth is None and request.headers.get("x-amz-content-sha256") in signed:
        raise AccessDenied

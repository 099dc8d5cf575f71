"""What a bucket says of who may reach it, parsed once until a setting changes."""

import logging
from dataclasses import dataclass

from local_aws.access import document, public
from local_aws.access.document import Policy
from local_aws.services.s3.errors import NoSuchConfiguration
from local_aws.services.s3.http import xml
from local_aws.services.s3.settings import KINDS, Kind, Settings

POLICY, BLOCK, OWNERSHIP = (
    next(kind for kind in KINDS if kind.query == query)
    for query in ("policy", "publicAccessBlock", "ownershipControls")
)
ACL = Kind("acl", "BucketAcl", "", "", "")
ENFORCED = "BucketOwnerEnforced"
DENY_ALL = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}'
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Block:
    """The four settings of the block of public access."""

    public_acls: bool = False
    ignore_acls: bool = False
    public_policy: bool = False
    restrict: bool = False


@dataclass(frozen=True)
class Rules:
    policy: Policy | None
    is_public: bool
    block: Block
    ownership: str
    acl: str

    @property
    def acls_count(self) -> bool:
        return self.ownership != ENFORCED


class BucketRules:
    """The rules of all buckets, from memory: they are asked for at every request."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: tuple[object, dict[str, Rules]] = (None, {})

    def known(self, bucket: str) -> Rules | None:
        """The rules, where they are in memory and still true."""
        version, rules = self._known
        return rules.get(bucket) if version is self._settings.version else None

    def get(self, bucket: str) -> Rules:
        """The rules; raises NoSuchBucket."""
        version = self._settings.version
        if self._known[0] is not version:
            self._known = (version, {})
        rules = self._known[1]
        found = rules.get(bucket)
        if found is None:
            # Read after the version: what is written meanwhile makes these rules forgotten.
            found = rules[bucket] = self._load(bucket)
        return found

    def _load(self, bucket: str) -> Rules:
        policy = _policy(bucket, self._read(bucket, POLICY))
        return Rules(
            policy=policy,
            is_public=policy is not None and public.is_public(policy),
            block=_block(self._read(bucket, BLOCK)),
            ownership=_ownership(self._read(bucket, OWNERSHIP)),
            acl=self._read(bucket, ACL) or "private",
        )

    def _read(self, bucket: str, kind: Kind) -> str:
        try:
            return self._settings.get(bucket, kind).decode()
        except NoSuchConfiguration:
            return ""


def _policy(bucket: str, text: str) -> Policy | None:
    """The policy; one of an older server that cannot be read denies, since it may mean to."""
    try:
        return document.parse(text, document.BUCKET) if text else None
    except document.PolicyError as error:
        logger.warning("the policy of %s cannot be read (%s): it denies all", bucket, error)
        return document.parse(DENY_ALL, document.BUCKET)


def _block(text: str) -> Block:
    if not text:
        return Block()
    node = xml.parse(text.encode(), BLOCK.root)
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return Block(*((node.get(name) or "").strip().lower() == "true" for name in names))


def _ownership(text: str) -> str:
    """Without controls a bucket is as all were before 2023: the writer owns, ACLs count."""
    if not text:
        return "ObjectWriter"
    rules = xml.parse(text.encode(), OWNERSHIP.root).all("Rule")
    return (rules[0].get("ObjectOwnership") if rules else None) or ENFORCED

"""AWS as the steps see it: one session from the environment, its clients, the account."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from tarn.errors import THROTTLED_CODES, Terminal, code_of
from tarn.settings import Settings

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_databrew import GlueDataBrewClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_quicksight import QuickSightClient
    from mypy_boto3_s3 import S3Client

MISSING = frozenset(
    {
        "404",
        "EntityNotFoundException",
        "NoSuchBucket",
        "NoSuchKey",
        "NotFound",
        "ResourceNotFoundException",
    }
)


def is_missing(error: ClientError) -> bool:
    """Whether AWS says that the thing is not there."""
    return code_of(error) in MISSING


# What S3 says of a conditional write that another was quicker than.
REFUSED = frozenset({"ConditionalRequestConflict", "PreconditionFailed"})


def is_refused(error: ClientError) -> bool:
    """Whether the condition of a conditional write does not hold."""
    return code_of(error) in REFUSED


ATTEMPTS = 6
Environment = tuple[tuple[str, str], ...]
"""The variables from which clients find address and credentials."""


def _environment() -> Environment:
    return tuple((k, v) for k, v in os.environ.items() if k.startswith("AWS_"))


def forget(delete: Any, **which: Any) -> None:
    """Delete a thing; gone already is as good."""
    try:
        delete(**which)
    except ClientError as error:
        if not is_missing(error):
            raise


@lru_cache(maxsize=64)
def _client(
    service: str,
    region: str,
    environment: Environment,
    process: int,
    attempts: int,
) -> Any:
    """A client costs a fifth of a second to make, and threads may share it.

    What it was made from is the key: another environment has another client, and so has a forked
    process, which must not share its parent's connections.
    """
    del process
    # "standard" retries throttling and lost connections with back-off and jitter.
    retries: Any = {"mode": "standard", "total_max_attempts": attempts}
    config = Config(retries=retries, read_timeout=120)
    session: Any = _session(region, _assumed(environment))
    return session.client(service, config=config)


@lru_cache(maxsize=1)
def _models() -> Loader:
    """AWS's service models: reading one takes longer than most calls, and nothing changes it."""
    loader: Loader = botocore.session.Session().get_component("data_loader")
    return loader


@lru_cache(maxsize=8)
def _assumed(environment: Environment) -> dict[str, Any]:
    """What STS gave for the role of a profile: each session of the process would ask it else."""
    del environment
    return {}


def _session(region: str | None, assumed: dict[str, Any]) -> boto3.Session:
    """A session of its own: boto3's default session is not safe across threads."""
    core = botocore.session.Session()
    core.register_component("data_loader", _models())
    core.get_component("credential_provider").get_provider("assume-role").cache = assumed
    return boto3.Session(region_name=region, botocore_session=core)


def read_models(services: Iterable[str]) -> None:
    """Read the models of services ahead, for the processes that are forked from this one."""
    for service in services:
        session: Any = _session("us-east-1", {})
        # With keys, so that no credentials are looked for: no call is made.
        session.client(service, aws_access_key_id="-", aws_secret_access_key="-")  # noqa: S106


@dataclass
class Aws:
    """Clients by service, made once each. `Aws()` takes everything from the environment."""

    settings: Settings = field(default_factory=Settings.from_environment)

    @classmethod
    def from_environment(cls) -> Aws:
        return cls()

    def client(self, service: str, attempts: int = ATTEMPTS) -> Any:
        return _client(service, self.settings.region, _environment(), os.getpid(), attempts)

    def credentials(self) -> dict[str, str | None]:
        """The keys of this moment, for what looks for them elsewhere than boto3: Arrow's names."""
        found = _session(self.settings.region, _assumed(_environment())).get_credentials()
        if found is None:
            return {}
        keys = found.get_frozen_credentials()
        return {
            "access_key": keys.access_key,
            "secret_key": keys.secret_key,
            "session_token": keys.token,
        }

    def start_once(self, service: str, operation: str, **arguments: Any) -> Any:
        """Make a call that starts work and has no idempotency token of its own, once.

        boto3 would send it again after a lost connection or a 5xx answer, and AWS would start a
        second run: whether the first was started is for `Work.find` to tell, at the next try. A
        call that was throttled was not carried out, so it is sent again.
        """
        call = getattr(self.client(service, attempts=1), operation)
        for attempt in range(1, ATTEMPTS):
            try:
                return call(**arguments)
            except ClientError as error:
                if code_of(error) not in THROTTLED_CODES:
                    raise
            time.sleep(random.uniform(0, min(2**attempt, 20)))  # as boto3's "standard" waits
        return call(**arguments)

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self.client("s3")
        return client

    @cached_property
    def glue(self) -> GlueClient:
        client: GlueClient = self.client("glue")
        return client

    @cached_property
    def databrew(self) -> GlueDataBrewClient:
        client: GlueDataBrewClient = self.client("databrew")
        return client

    @cached_property
    def athena(self) -> AthenaClient:
        client: AthenaClient = self.client("athena")
        return client

    @cached_property
    def quicksight(self) -> QuickSightClient:
        client: QuickSightClient = self.client("quicksight")
        return client

    @cached_property
    def account_id(self) -> str:
        return self.settings.account_id or str(self.client("sts").get_caller_identity()["Account"])

    def role_arn(self, service: str) -> str:
        """The role that a service acts in."""
        return f"arn:aws:iam::{self.account_id}:role/{self.settings.role(service)}"

    def console(self, path: str) -> str:
        """An address in the AWS console."""
        region = self.settings.region
        return f"https://{region}.console.aws.amazon.com/{path.format(region=region)}"

    def get_json(self, zone: str, key: str) -> Any | None:
        """The JSON at a key of a zone, or None when nothing is there; Terminal for other text."""
        try:
            answer = self.s3.get_object(Bucket=self.settings.bucket(zone), Key=key)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        try:
            return json.loads(answer["Body"].read())
        except ValueError as error:
            raise Terminal(
                f"{self.settings.uri(zone, key)} is no JSON ({error}): something other than Tarn "
                "wrote it. Write it again as it was, or delete it."
            ) from None

    def put_json(self, zone: str, key: str, value: Any, **condition: str) -> str:
        """Write JSON at a key of a zone; its ETag. condition: IfNoneMatch or IfMatch."""
        # One line: Athena's JSON SerDe reads one record a line.
        body = json.dumps(value, sort_keys=True, default=str) + "\n"
        answer = self.s3.put_object(
            Bucket=self.settings.bucket(zone),
            Key=key,
            Body=body.encode(),
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            **condition,  # type: ignore[arg-type]
        )
        return answer["ETag"]

    def put_json_if(self, zone: str, key: str, value: Any, **condition: str) -> str | None:
        """The same where the condition holds; None, and nothing written, where it does not."""
        try:
            return self.put_json(zone, key, value, **condition)
        except ClientError as error:
            if is_refused(error) or is_missing(error):  # IfMatch of what is gone: NoSuchKey
                return None
            raise

    def keys(self, zone: str, prefix: str) -> list[tuple[str, int]]:
        """Keys and sizes under a prefix of a zone."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.settings.bucket(zone), Prefix=prefix
        )
        return [(o["Key"], o["Size"]) for page in pages for o in page.get("Contents", [])]

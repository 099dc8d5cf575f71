"""Whose rights a stack acts with: its role's, or those of who asked for the operation.

AWS makes a session from the caller's credentials for as long as the operation takes
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html). So do
we for a session or a role; a user's own access key signs by itself, and root's is the server's.
Nothing here grants anything: every call is authorised where it arrives.
"""

import threading
from collections.abc import Callable
from typing import Any

from local_aws.access import document
from local_aws.access.document import PolicyError
from local_aws.access.principal import SESSION
from local_aws.context import Platform
from local_aws.identities import Identities
from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.sts.sessions import SessionStore

PRINCIPAL = "cloudformation.amazonaws.com"
SESSION_NAME = "AWSCloudFormation"
SECONDS = 36 * 3600
"""As long as AWS's own session of a stack may last."""

READ_SECONDS = 120


class Holders:
    """Makes the access keys that operations sign with. A holder is such a key's id."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.sessions = SessionStore(platform)
        self.identities = Identities(platform, platform.moto, self.sessions)

    def of(self, access_key: str, role: str) -> str:
        """The holder of an operation. Raises ValidationError for a role that cannot be taken."""
        if role:
            return self._of_role(role)
        session = self.sessions.find(access_key)
        if session is None:
            return access_key
        return self.sessions.create(
            session.kind,
            SECONDS,
            name=session.name,
            holder_id=session.holder_id,
            session_name=session.session_name,
            policies=session.policies,
            tags=session.tags,
        ).access_key

    def _of_role(self, arn: str) -> str:
        role = self.identities.role(arn)
        if role is None or not _trusts(role.assume_role_policy_document):
            raise ValidationError(f"Role {arn} is invalid or cannot be assumed")
        return self.sessions.create(
            SESSION, SECONDS, name=role.name, holder_id=role.id, session_name=SESSION_NAME
        ).access_key

    def clients(self, holder: str) -> Callable[[str], Any]:
        """``client("glue")``: boto3 clients of this server that sign as the holder."""
        session = self.sessions.find(holder)
        token = session.token if session else ""
        secret = self.identities.find_key(holder, token).secret_key
        return Clients(self.platform, holder, secret, token)


class Clients:
    """Clients of one holder, each made when it is first asked for."""

    def __init__(self, platform: Platform, key: str, secret: str, token: str) -> None:
        self._platform = platform
        self._keys = {"aws_access_key_id": key, "aws_secret_access_key": secret}
        if token:
            self._keys["aws_session_token"] = token
        self._lock = threading.Lock()  # making one is not safe from several threads
        self._session: Any = None
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        with self._lock:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    def _make(self, service: str) -> Any:
        from botocore.config import Config

        if self._session is None:
            self._session = plain_session()
        config = Config(
            retries={"max_attempts": 2, "mode": "standard"},
            read_timeout=READ_SECONDS,
            proxies={},
            s3={"addressing_style": "path"},
        )
        return self._session.client(
            service,
            endpoint_url=self._platform.endpoint_url,
            region_name=self._platform.region,
            config=config,
            **self._keys,
        )


def plain_session() -> Any:
    """A session that reads no profile and no file of whoever started the server."""
    import boto3
    from botocore.configprovider import ConstantProvider
    from botocore.session import Session

    session = Session()
    values = session.get_component("config_store")
    for name in ("profile", "config_file", "credentials_file"):
        values.set_config_provider(name, ConstantProvider(None))
    return boto3.Session(botocore_session=session)


def _trusts(trust: str) -> bool:
    """Whether a role lets CloudFormation act in it."""
    try:
        statements = document.parse(trust, document.TRUST).statements
    except PolicyError:
        return False
    named = [one for one in statements if ("Service", PRINCIPAL) in (one.principals or ())]
    return any(one.allow for one in named) and all(one.allow for one in named)

"""Whose rights a stack acts with: its role's, or those of who asked for the operation.

AWS makes a session from the caller's credentials for as long as the operation takes
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html). So do
we for a user, a session or a role; root's key is the server's. With a caller's rights the calls
have aws:CalledVia, with a role's own they have not. Nothing here grants anything: every call is
authorised where it arrives.
"""

import threading
from collections.abc import Callable
from typing import Any

from local_aws.access import document, patterns
from local_aws.access.document import PolicyError
from local_aws.access.principal import SESSION, USER
from local_aws.context import Platform
from local_aws.identities import Identities
from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.sts.sessions import SessionStore

PRINCIPAL = "cloudformation.amazonaws.com"
ASSUME = "sts:assumerole"
SESSION_NAME = "AWSCloudFormation"
SECONDS = 36 * 3600
"""As long as AWS's own session of a stack may last."""

READ_SECONDS = 120
HOLDERS_KEPT = 8


class Holders:
    """Makes the access keys that operations sign with. A holder is such a key's id."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.sessions = SessionStore(platform)
        self.identities = Identities(platform, platform.moto, self.sessions)
        self._lock = threading.Lock()
        self._session: Any = None
        self._made: dict[tuple[str, str], Clients] = {}

    def of(self, access_key: str, role: str) -> str:
        """The holder of an operation. Raises ValidationError for a role that cannot be taken."""
        if role:
            return self._of_role(role)
        session = self.sessions.find(access_key)
        if session is None:
            return self._of_key(access_key)
        return self.sessions.create(
            session.kind,
            SECONDS,
            name=session.name,
            holder_id=session.holder_id,
            session_name=session.session_name,
            policies=session.policies,
            tags=session.tags,
            called_via=PRINCIPAL,
        ).access_key

    def _of_key(self, access_key: str) -> str:
        """A session for a user's own key; root's needs none, since nothing is asked of it."""
        who = self.identities.find_key(access_key, "").principal
        if who.is_root:
            return access_key
        return self.sessions.create(
            USER, SECONDS, name=who.name, holder_id=who.user_id, called_via=PRINCIPAL
        ).access_key

    def _of_role(self, arn: str) -> str:
        role = self.identities.role(arn)
        if role is None or not _trusts(role.assume_role_policy_document, self.platform.account_id):
            raise ValidationError(f"Role {arn} is invalid or cannot be assumed")
        return self.sessions.create(
            SESSION, SECONDS, name=role.name, holder_id=role.id, session_name=SESSION_NAME
        ).access_key

    def clients(self, holder: str) -> Callable[[str], Any]:
        """``client("glue")``: boto3 clients of this server that sign as the holder."""
        session = self.sessions.find(holder)
        token = session.token if session else ""
        secret = self.identities.find_key(holder, token).secret_key
        with self._lock:
            made = self._made.pop((holder, secret), None)
            if made is None:
                made = Clients(self, holder, secret, token)
            self._made[holder, secret] = made  # the one that was asked for last
            if len(self._made) > HOLDERS_KEPT:
                del self._made[next(iter(self._made))]
        return made

    def make(self, service: str, keys: dict[str, str]) -> Any:
        """A new client. One at a time: a session of boto3 is not for several threads."""
        from botocore.config import Config

        config = Config(
            retries={"max_attempts": 2, "mode": "standard"},
            read_timeout=READ_SECONDS,
            proxies={},
            s3={"addressing_style": "path"},
        )
        with self._lock:
            if self._session is None:
                self._session = plain_session()
            return self._session.client(
                service,
                endpoint_url=self.platform.endpoint_url,
                region_name=self.platform.region,
                config=config,
                **keys,
            )


class Clients:
    """Clients of one holder, each made when it is first asked for."""

    def __init__(self, holders: Holders, key: str, secret: str, token: str) -> None:
        self._holders = holders
        self._keys = {"aws_access_key_id": key, "aws_secret_access_key": secret}
        if token:
            self._keys["aws_session_token"] = token
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self._holders.make(service, self._keys)
        return self._made[service]


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


def _trusts(trust: str, account: str) -> bool:
    """Whether a role lets CloudFormation act in it."""
    try:
        statements = document.parse(trust, document.TRUST).statements
    except PolicyError:
        return False
    facts = {"aws:sourceaccount": (account,)}
    named = [
        one
        for one in statements
        if ("Service", PRINCIPAL) in (one.principals or ())
        and not (one.not_principals or one.not_actions)
        and any(
            patterns.matches(name.lower().translate(patterns.WILDCARDS), ASSUME)
            for name in one.actions
        )
        and all(test.holds(facts.get) for test in one.tests)
    ]
    return bool(named) and all(one.allow for one in named)

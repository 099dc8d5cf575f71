"""Whom an access key stands for: the account itself, an IAM user, or a session of STS.

IAM's users, roles and policies are moto's. The server's own key, which every request of the lake
is signed with, is answered without them: no lock, no import.
"""

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from local_aws.access import document
from local_aws.access.document import Policy, PolicyError
from local_aws.access.principal import SESSION, USER, Principal, root_of
from local_aws.context import Platform
from local_aws.moto_services import MotoServices
from local_aws.services.sts.sessions import Session, SessionStore
from local_aws.wire.sigv4 import AccessKey, ExpiredToken, InvalidToken, UnrecognizedClient

NOTHING = Policy(())
"""What a policy that cannot be read grants. One that we could not read might deny: see `_read`."""


class Identities:
    def __init__(self, platform: Platform, moto: MotoServices, sessions: SessionStore) -> None:
        own = platform.credentials
        self.root = root_of(platform.account_id)
        self._root_id, self._root_key = own.access_key, AccessKey(own.secret_key, self.root)
        self._moto = moto
        self._sessions = sessions

    def is_root_key(self, access_key: str | None) -> bool:
        return access_key == self._root_id

    def find_key(self, access_key: str, token: str) -> AccessKey:
        """The `FindKey` of this server."""
        if access_key == self._root_id and not token:
            return self._root_key
        session = self._sessions.find(access_key)
        if session:
            return self._of_session(session, token)
        key = self._of_user(access_key)
        if token:
            raise InvalidToken("The provided token is malformed or otherwise invalid.")
        return key

    def _of_user(self, access_key: str) -> AccessKey:
        with self._moto.iam() as iam:
            key: Any = iam.access_keys.get(access_key) if iam else None
            user = iam.users.get(key.user_name) if key else None
            if user is None or key.status != "Active" or access_key not in _key_ids(user):
                raise _unknown()
            return AccessKey(key.secret_access_key, _user(iam, user))

    def _of_session(self, session: Session, token: str) -> AccessKey:
        if not token:
            raise _unknown()
        if not hmac.compare_digest(token.encode(), session.token.encode()):
            raise InvalidToken("The provided token is malformed or otherwise invalid.")
        if session.expires <= dt.datetime.now(dt.UTC):
            raise ExpiredToken("The provided token has expired.")
        who = replace(self._principal(session), called_via=session.called_via)
        return AccessKey(session.secret_key, who)

    def _principal(self, session: Session) -> Principal:
        if session.kind == self.root.kind:
            return _temporary(self.root)
        with self._moto.iam() as iam:
            holder = _holder(iam, session)
            if holder is None:
                raise _unknown()
            if session.kind == USER:
                return _temporary(_user(iam, holder))
            return role_session(iam, holder, session.session_name, session.tags, session.policies)

    def role(self, arn: str) -> Any:
        """moto's role of that ARN, or None."""
        with self._moto.iam() as iam:
            roles = iam.roles.values() if iam else ()
            return next((role for role in roles if role.arn == arn), None)

    def role_named(self, role: str) -> Any:
        """moto's role of that name (perhaps with its path) or ARN, or None."""
        if role.startswith("arn:"):
            return self.role(role)
        name = role.rpartition("/")[2]
        with self._moto.iam() as iam:
            roles = iam.roles.values() if iam else ()
            return next((found for found in roles if found.name == name), None)

    def role_session(self, role: str, session: str) -> Principal | None:
        """The role with its policies as they are now, in a session that has none; None without it.

        role: a name or an ARN.
        """
        found = self.role_named(role)
        if found is None:
            return None
        with self._moto.iam() as iam:
            return role_session(iam, found, session, {}, ())

    def managed_policy(self, arn: str) -> str | None:
        """The default version of a managed policy, or None."""
        with self._moto.iam() as iam:
            policy = iam.managed_policies.get(arn) if iam else None
            return _default_document(policy) if policy else None


def _holder(iam: Any, session: Session) -> Any:
    """The user or role by its id: one of the same name that was made anew is somebody else."""
    if iam is None:
        return None
    if session.kind != USER:
        return iam.roles.get(session.holder_id)
    user = iam.users.get(session.name)
    return user if user and user.id == session.holder_id else None


def _temporary(principal: Principal) -> Principal:
    return replace(principal, temporary=True)


def _key_ids(user: Any) -> list[str]:
    return [key.access_key_id for key in user.access_keys]


def _unknown() -> UnrecognizedClient:
    return UnrecognizedClient("The security token included in the request is invalid.")


def _user(iam: Any, user: Any) -> Principal:
    groups = [group for group in iam.groups.values() if user in group.users]
    return Principal(
        kind=USER,
        account_id=user.account_id,
        arn=user.arn,
        user_id=user.id,
        entity=user.arn,
        name=user.name,
        tags={tag["Key"]: tag["Value"] for tag in user.tags or ()},
        identity=_identity(user, *groups),
        boundary=_boundary(iam, getattr(user, "permissions_boundary_arn", None)),
    )


def role_session(
    iam: Any, role: Any, session_name: str, tags: dict[str, str], policies: Sequence[str]
) -> Principal:
    account = role.account_id
    return Principal(
        kind=SESSION,
        account_id=account,
        arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{session_name}",
        user_id=f"{role.id}:{session_name}",
        entity=role.arn,
        name=role.name,
        temporary=True,
        tags={tag["Key"]: tag["Value"] for tag in _tags(role)} | tags,
        identity=_identity(role),
        boundary=_boundary(iam, role.permissions_boundary_arn),
        session=tuple(map(_read, policies)) if policies else None,
    )


def _tags(role: Any) -> list[dict[str, str]]:
    tags = role.tags or []
    return list(tags.values()) if isinstance(tags, dict) else tags


def _identity(*holders: Any) -> tuple[Policy, ...]:
    """The inline and the managed policies of a user with its groups, or of a role."""
    documents: list[str] = []
    for holder in holders:
        documents += holder.policies.values()
        documents += map(_default_document, holder.managed_policies.values())
    return tuple(map(_read, documents))


def _boundary(iam: Any, arn: str | None) -> Policy | None:
    if not arn:
        return None
    policy = iam.managed_policies.get(arn)
    return _read(_default_document(policy)) if policy else NOTHING


def _default_document(policy: Any) -> str:
    versions = policy.versions
    found = next(v for v in versions if v.version_id == policy.default_version_id)
    return str(found.document)


DENY_ALL = document.parse(
    '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}',
    document.IDENTITY,
)


def _read(text: str) -> Policy:
    """The policy; one that is kept and that we cannot read denies, since it may mean to."""
    try:
        return document.parse(text, document.IDENTITY)
    except PolicyError:
        return DENY_ALL

"""From a role's name to what a service may do in it."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local_aws.access import document, evaluate, facts
from local_aws.access.document import PolicyError
from local_aws.access.evaluate import Query
from local_aws.access.patterns import Values
from local_aws.access.principal import SESSION, Principal, service_of
from local_aws.acting.actor import Actor
from local_aws.acting.catalog import GuardedCatalog
from local_aws.acting.errors import RoleRefused
from local_aws.acting.storage import GuardedStore
from local_aws.acting.telemetry import GuardedLogs, GuardedMetrics, QuietLogs
from local_aws.caller import PRINCIPAL

if TYPE_CHECKING:
    from local_aws.context import Platform
    from local_aws.identities import Identities
    from local_aws.services.s3.access.authorise import Gate
    from local_aws.services.sts.sessions import SessionStore

LIFETIME = 8 * 24 * 3600
"""Seconds that a role's keys live in a process: no run may take longer (Glue's runs: 7 days)."""


class Acting:
    """Of one server."""

    def __init__(
        self, platform: "Platform", identities: "Identities", sessions: "SessionStore", gate: "Gate"
    ) -> None:
        self._platform = platform
        self._identities = identities
        self._sessions = sessions
        self._gate = gate

    def check_trust(self, role: str, service: str) -> None:
        """Raise `RoleRefused` for a role that IAM has and that does not trust the service."""
        found = self._identities.role_named(role)
        if found is not None and not self._trusts(found, service):
            raise RoleRefused(found.arn, service)

    def principal(self, role: str, service: str, session: str) -> Principal:
        """The role's session. A role that nobody made in IAM is the account itself.

        role: its name or ARN. Raises `RoleRefused`.
        """
        self.check_trust(role, service)
        found = self._identities.role_session(role, session)
        return found or self._identities.root

    def in_role(self, role: str, service: str, session: str, *, quiet: bool = False) -> "Platform":
        """The platform as the role may use it. Raises `RoleRefused`.

        quiet: logs that it may not write are left out.
        """
        found = self.of(self.principal(role, service, session), service)
        if quiet and found.actor is not None:
            found.logs = QuietLogs(found.logs)
        return found

    def of(self, who: Principal, service: str, *, called_via: bool = False) -> "Platform":
        """The platform as that principal may use it through the service."""
        platform = self._platform
        actor = Actor(who, service, platform.region, platform.record, called_via)
        if actor.is_free:
            return platform
        guarded = copy.copy(platform)
        guarded.actor = actor
        guarded.s3 = GuardedStore(platform.s3, actor, self._gate)
        guarded.glue = GuardedCatalog(platform.glue, actor, platform.account_id)
        guarded.logs = GuardedLogs(platform.logs, actor, platform.arn("logs", ""))
        guarded.metrics = GuardedMetrics(platform.metrics, actor)
        return guarded

    def of_caller(self, service: str) -> "Platform":
        """The platform with the rights of whoever calls the service now; else the account's."""
        who = PRINCIPAL.get()
        return self._platform if who is None else self.of(who, service, called_via=True)

    @contextmanager
    def environment(self, platform: "Platform") -> Iterator[dict[str, str]]:
        """The environment of a process that works in the role that `platform` was given to.

        Its keys live as long as the context, and at most `LIFETIME`.
        """
        own = platform.child_environment()
        who = platform.actor.principal if platform.actor else self._identities.root
        role = None if who.is_root else self._identities.role_named(who.entity)
        if role is None:
            yield own
            return
        _, _, session_name = who.user_id.partition(":")
        session = self._sessions.create(
            SESSION, LIFETIME, name=role.name, holder_id=role.id, session_name=session_name
        )
        try:
            yield own | {
                "AWS_ACCESS_KEY_ID": session.access_key,
                "AWS_SECRET_ACCESS_KEY": session.secret_key,
                "AWS_SESSION_TOKEN": session.token,
            }
        finally:
            self._sessions.end(session.access_key)

    def _trusts(self, role: object, service: str) -> bool:
        text, arn = role.assume_role_policy_document, role.arn  # type: ignore[attr-defined]
        try:
            trust = document.parse(text, document.TRUST)
        except PolicyError:
            return False
        own: dict[str, Values] = {"aws:sourceaccount": (self._platform.account_id,)}
        who = service_of(service, self._platform.account_id)
        query = Query(who, "sts:AssumeRole", arn, facts.lookup(own))
        return evaluate.may_assume(trust, query)

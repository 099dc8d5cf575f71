"""Who acts, and for which service: what each decision of an engine is made with."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from local_aws.access import facts
from local_aws.access.document import Policy
from local_aws.access.evaluate import Decision, Query
from local_aws.access.network import Network
from local_aws.access.patterns import Lookup, Values
from local_aws.access.principal import Principal
from local_aws.access.record import Record
from local_aws.acting.errors import Denied


@dataclass(frozen=True)
class Actor:
    """A principal at work in a service (``glue.amazonaws.com``), which keeps what it decides.

    `called_via`: the caller asked for it, and the service passes the caller's rights on; else
    the service has assumed the principal's role.
    """

    principal: Principal
    service: str
    region: str
    record: Record
    called_via: bool = False

    @property
    def is_free(self) -> bool:
        """Nothing is left to decide, nor to write down."""
        return self.principal.is_root and not self.record.on

    def lookup(self, own: Mapping[str, Values] | None = None) -> Lookup:
        """The condition keys; services reach each other by TLS and have no address of a caller."""
        network = Network(secure=True, source_ip="")
        now = dt.datetime.now(dt.UTC)
        found = facts.of_request(self.principal, network, {}, self.region, now)
        if self.called_via:
            via = (self.service,)
            found |= {f"aws:calledvia{which}": via for which in ("", "first", "last")}
            found["aws:viaawsservice"] = ("true",)
        return facts.lookup(own or {}, found)

    def decide(
        self,
        action: str,
        resource: str,
        policy: Policy | None = None,
        own: Mapping[str, Values] | None = None,
    ) -> Decision:
        """Whether it may, by its own policies and the resource's."""
        query = Query(self.principal, action, resource, self.lookup(own))
        if self.principal.is_root:
            self.record.note(query, allowed=True, source=self.service)
            return Decision(True)
        return self.record.decide(query, policy, self.service)

    def require(self, action: str, resource: str, policy: Policy | None = None) -> None:
        """Raise `Denied` unless it may."""
        decision = self.decide(action, resource, policy)
        if not decision.allowed:
            raise self.denied(action, resource, decision)

    def denied(self, action: str, resource: str, decision: Decision) -> Denied:
        who = self.principal.arn
        return Denied(
            f"User: {who} is not authorized to perform: {action} on resource: {resource} "
            f"{decision.reason}",
            action,
            resource,
        )

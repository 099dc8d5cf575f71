"""Who made a request, and the policies that travel with them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.access.document import Policy

ROOT, USER, SESSION, ANONYMOUS_KIND = "Account", "User", "AssumedRole", "Anonymous"
"""The values of ``aws:PrincipalType``."""

SERVICE = "Service"
"""The kind of an AWS service that acts for itself or assumes a role: its ARN is its name."""


@dataclass(frozen=True)
class Principal:
    """`arn` is what GetCallerIdentity says, `entity` the user or the role that it stands for.

    `boundary` and `session` limit what `identity` grants; None means that there is no such limit.
    `called_via`: the service that asks for it with its rights: cloudformation.amazonaws.com.
    """

    kind: str
    account_id: str
    arn: str
    user_id: str
    entity: str
    name: str = ""
    temporary: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    identity: tuple["Policy", ...] = ()
    boundary: "Policy | None" = None
    session: "tuple[Policy, ...] | None" = None
    called_via: str = ""

    @property
    def is_root(self) -> bool:
        return self.kind == ROOT

    @property
    def is_service(self) -> bool:
        """AWS itself, as policies name it: ``logging.s3.amazonaws.com``."""
        return self.kind == SERVICE

    @property
    def is_anonymous(self) -> bool:
        return self.kind == ANONYMOUS_KIND


ANONYMOUS = Principal(ANONYMOUS_KIND, "anonymous", "", "anonymous", "")


def root_of(account_id: str) -> Principal:
    """The account itself, whose key pair the server was started with."""
    arn = f"arn:aws:iam::{account_id}:root"
    return Principal(ROOT, account_id, arn, account_id, arn)


def service_of(name: str, account_id: str) -> Principal:
    """A service of AWS, by the name that policies give it: it may what a resource's policy says."""
    return Principal(SERVICE, account_id, name, name, name)

"""Whose call is answered now, for what keeps it: a run's StartedBy, a query's rights."""

from contextvars import ContextVar

from local_aws.access.principal import Principal

CALLER: ContextVar[str | None] = ContextVar("caller", default=None)
"""Its ARN, as GetCallerIdentity says it; None where the server works by itself."""

ACCESS_KEY: ContextVar[str] = ContextVar("access_key", default="")
"""The access key that signed the call, for what goes on with its caller's rights: a stack."""
PRINCIPAL: ContextVar[Principal | None] = ContextVar("principal", default=None)
"""The caller with its policies, as they were when it called."""

"""IAM, SNS and the other control planes that moto keeps, behind our port and signature check.

moto is a WSGI application with its state in memory. A call that changed the state is answered
only after the state is in the data folder (see `moto_state`): an acknowledged change survives a
kill.
"""

import base64
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from a2wsgi import WSGIMiddleware

from local_aws import event_topics
from local_aws.context import Platform
from local_aws.moto_state import MotoState
from local_aws.wire.http import Receive, Scope, Send

logger = logging.getLogger(__name__)
T = TypeVar("T")

SERVICES = ("iam", "sns", "sqs", "kms", "secretsmanager", "events")
"""Signing names. What is not here and not ours is refused by name."""

MANAGED_KEY = "alias/aws/s3"
"""Everybody of the account may use it through S3."""

WORKERS = 64
"""Threads, made as they are needed: one waits for each long poll of a queue."""

BOUNDED = re.compile("(Create|Attach|Detach|Put|Delete)(User|Role)(Polic|Permission|$)")
"""Actions of IAM whose policies may ask for the boundary of the user or role."""

SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")


class MotoServices:
    """One ASGI application over moto's services. moto is imported at the first request."""

    def __init__(self, platform: Platform) -> None:
        self._state = MotoState(platform.data_dir / "state" / "moto", SERVICES)
        self._account, self._region = platform.account_id, platform.region
        self._lock = threading.Lock()
        self._app: Any = None
        self._asgi = WSGIMiddleware(self._wsgi, workers=WORKERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._asgi(scope, receive, send)

    @property
    def in_use(self) -> bool:
        """Whether anybody ever asked one of these services for anything."""
        return self._app is not None or self._state.exists()

    def call(self, work: Callable[[Callable[[str], Any]], T], *, changes: bool = True) -> T:
        """Let a service of ours work on moto's state: ``work(backend)``, ``backend("sqs")``.

        What it changed is on disk when this returns.
        """
        with self._lock:
            _held.lock = self._lock
            self._application()
            result = work(lambda service: _backends()[service][self._account][self._region])
            if changes:
                self._state.save()
        return result

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            for backends in _backends().values():
                backends.reset()
            self._state.save()

    @contextmanager
    def iam(self, *, changed: bool = False) -> Iterator[Any]:
        """moto's users and roles, under its lock; None where none was ever made."""
        with self._lock:
            if not self.in_use:
                yield None
                return
            self._application()
            yield _backends()["iam"][self._account]["aws"]
            if changed:
                self._state.save("iam")

    def resource_arn(self, service: str, resource: str) -> str | None:
        """The ARN that policies mean: with a user's path, a secret's suffix, an alias's key."""
        kind, _, name = resource.partition(":" if service == "secretsmanager" else "/")
        if service == "secretsmanager":
            return self._secret_arn(name)
        if service == "kms":
            return self._key_arn(name) if kind == "key" else None
        if service != "iam" or kind not in ("user", "role", "group"):
            return None
        with self.iam() as iam:
            known = getattr(iam, f"{kind}s").values() if iam else ()
            return next((str(one.arn) for one in known if one.name == name), None)

    def complete(self, service: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """With the key of a ciphertext, which says by what it was sealed."""
        blob = parameters.get("CiphertextBlob")
        if service != "kms" or not isinstance(blob, str):
            return parameters
        from moto.kms.utils import _deserialize_ciphertext_blob

        try:
            key = _deserialize_ciphertext_blob(base64.b64decode(blob)).key_id
        except Exception:  # moto says what is wrong with it; nothing is opened meanwhile
            return parameters
        given = [parameters[name] for name in ("KeyId", "SourceKeyId") if name in parameters]
        return parameters | {"KeyId": [*given, key], "SourceKeyId": [*given, key]}

    def key_policy(self, arn: str) -> str | None:
        """A key's policy; None for a key that is not there or that AWS manages for S3."""
        with self.iam() as iam:
            if iam is None:
                return None
            kms = _backends()["kms"][self._account][self._region]
            key = kms.keys.get(arn.rpartition("/")[2])
            managed = key is None or MANAGED_KEY in key.aliases
            return None if managed else str(key.policy)

    def key_aliases(self, arn: str) -> tuple[str, ...]:
        """The aliases of a key: kms:ResourceAliases."""
        with self.iam() as iam:
            key = iam and _backends()["kms"][self._account][self._region].keys.get(
                arn.rpartition("/")[2]
            )
            return tuple(key.aliases) if key else ()

    def facts(
        self, action: str, resource: str, parameters: Mapping[str, Any]
    ) -> dict[str, tuple[str, ...]]:
        """Condition keys of an action on a key of KMS, or on a user or role of IAM.

        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
        """
        if action.startswith("kms:"):
            found = {"kms:resourcealiases": self.key_aliases(resource)}
            asked = str(parameters.get("KeyId", ""))
            alias = asked if asked.startswith("alias/") else asked.partition(":alias/")[2]
            if alias:
                found["kms:requestalias"] = (f"alias/{alias.removeprefix('alias/')}",)
            return found
        if action.startswith("iam:") and BOUNDED.search(action):
            boundary = self._boundary(resource)
            if action.startswith(("iam:Create", "iam:Put")):
                boundary = str(parameters.get("PermissionsBoundary") or boundary)
            return {"iam:permissionsboundary": (boundary,)} if boundary else {}
        return {}

    def _boundary(self, arn: str) -> str:
        """The permissions boundary of a user or role, "" where it has none."""
        with self.iam() as iam:
            holders = [*iam.users.values(), *iam.roles.values()] if iam else []
            found = next((one for one in holders if one.arn == arn), None)
            return str(getattr(found, "permissions_boundary_arn", None) or "")

    def _key_arn(self, name: str) -> str | None:
        with self.iam() as iam:
            if iam is None:
                return None
            for backend in _backends()["kms"][self._account].values():
                alias = backend.get_alias_name(name)
                if alias.startswith("alias/") and not backend.alias_exists(alias):
                    continue
                found = backend.keys.get(backend.any_id_to_key_id(name))
                if found:
                    return str(found.arn)
        return None

    def _secret_arn(self, name: str) -> str | None:
        with self.iam() as iam:
            if iam is None:
                return None
            for backend in _backends()["secretsmanager"][self._account].values():
                if name in backend.secrets:
                    return str(backend.secrets[name].arn)
        return None

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        started: list[Any] = []
        with self._lock:  # moto's models are plain dicts without locks
            _held.lock = self._lock
            body = b"".join(self._application()(environ, lambda *args: started.extend(args)))
            signed = SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
            self._state.save(signed["service"] if signed else "")
        status, headers, *_rest = started
        start_response(status, [(k, v) for k, v in headers if not _is_cors(k)])
        return [body]

    def _application(self) -> Any:
        if self._app is None:
            from moto.server import DomainDispatcherApplication, create_backend_app
            from moto.sqs.models import Queue

            Queue.wait_for_messages = _wait_for_messages
            event_topics.teach()
            self._app = DomainDispatcherApplication(create_backend_app)
            self._state.load()
        return self._app


_held = threading.local()


def _wait_for_messages(queue: Any, timeout: int) -> None:
    """moto's wait of a long poll, without the lock that the sender of the message needs."""
    lock = _held.lock
    lock.release()
    try:
        with queue._messages_lock:
            queue._messages_lock.wait_for(lambda: queue.messages, timeout=timeout)
    finally:
        lock.acquire()


def _is_cors(header: str) -> bool:
    """moto lets any web page read its answers; this server lets none."""
    return header.lower().startswith("access-control-")


def _backends() -> dict[str, Any]:
    from moto.backends import get_backend

    return {service: get_backend(service) for service in SERVICES}

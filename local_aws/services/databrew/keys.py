"""The keys of a recipe's hashes, read from Secrets Manager before its run begins.

DataBrew takes the secret's value as base64 and its bytes as the key. The run's process asks the
server for nothing, so it is given them.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.CRYPTOGRAPHIC_HASH.html
"""

import base64
import binascii
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from local_aws.context import Platform
from local_aws.services.databrew.engine.hashing import secret_of
from local_aws.services.databrew.engine.steps import Step

DEFAULT_SECRET = "databrew!default"  # noqa: S105 - a name, as AWS gives it
KEY_BYTES = 32


class SecretUnusable(Exception):
    """A step's secret is not there or holds no key: the run fails and says which."""

    def __init__(self, secret: str, reason: str) -> None:
        super().__init__(f"The secret {secret} cannot be used: {reason}")


def keys_of(platform: Platform, steps: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Each keyed step's secret and its key in base64."""
    keyed = [step for step in map(Step.parse, steps) if _is_keyed(step)]
    return {secret_of(step): _key(platform, step) for step in keyed}


def _is_keyed(step: Step) -> bool:
    algorithm = step.text("algorithm", "HMAC_SHA256").upper()
    return step.operation == "CRYPTOGRAPHIC_HASH" and algorithm.startswith("HMAC_")


def _key(platform: Platform, step: Step) -> str:
    name = step.text("secretId")

    def read(backend: Callable[[str], Any]) -> dict[str, Any]:
        store = backend("secretsmanager")
        if name == DEFAULT_SECRET and step.flag("createSecretIfMissing"):
            _create(store)
        found: dict[str, Any] = store.get_secret_value(
            secret_id=name, version_id=step.text("secretVersion", "") or None, version_stage=""
        )
        return found

    creates = step.flag("createSecretIfMissing")
    if platform.actor is not None:
        platform.actor.require("secretsmanager:GetSecretValue", _arn(platform, name))
    try:
        secret = platform.moto.call(read, changes=creates)
    except Exception as error:  # moto's own errors: not there, deleted, no such version
        raise SecretUnusable(name, str(error)) from error
    return _decoded(name, secret)


def _arn(platform: Platform, name: str) -> str:
    real = platform.moto.resource_arn("secretsmanager", f"secret:{name}")
    return real or platform.arn("secretsmanager", f"secret:{name}")


def _create(store: Any) -> None:
    if DEFAULT_SECRET not in store.secrets:
        value = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        store.create_secret(
            name=DEFAULT_SECRET,
            secret_string=value,
            secret_binary=None,
            description=None,
            tags=None,
            kms_key_id=None,
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )


def _decoded(name: str, secret: dict[str, Any]) -> str:
    value = secret.get("SecretString")
    if value is None:
        binary = secret.get("SecretBinary") or b""
        value = binary if isinstance(binary, str) else base64.b64encode(binary).decode()
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretUnusable(name, "its value is no base64") from error
    if not key:
        raise SecretUnusable(name, "its value is empty")
    return base64.b64encode(key).decode()

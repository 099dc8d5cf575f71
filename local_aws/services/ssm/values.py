"""What a parameter may hold, and how a SecureString is kept.

A SecureString is on disk as KMS seals it, under the key that AWS makes for Systems Manager; asked
for without decryption, that ciphertext is the answer, as on AWS.
https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
"""

import base64
from typing import Any

import regex

from local_aws.context import Platform
from local_aws.services.ssm.errors import (
    InvalidAllowedPattern,
    ParameterPatternMismatch,
    ValidationException,
    unsupported,
)
from local_aws.services.ssm.names import arn

SECURE = "SecureString"
MANAGED = "alias/aws/ssm"
MAX_CHARACTERS = 4096
PATTERN_SECONDS = 2
"""A pattern that takes longer (it backtracks without end) is refused."""


def check(value: str, pattern: str | None) -> None:
    """Raise where the value is none that a standard parameter takes."""
    if not value:
        raise ValidationException(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1."
        )
    if len(value) > MAX_CHARACTERS:
        raise ValidationException(
            f"Standard tier parameters support a maximum parameter value of {MAX_CHARACTERS} "
            "characters. To create a larger parameter value, upgrade the parameter to use the "
            "advanced-parameter tier."
        )
    if "{{" in value:
        raise ValidationException(
            'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.'
        )
    if pattern and not _fits(value, pattern):
        raise ParameterPatternMismatch(
            f"Parameter value, cannot be validated against allowedPattern: {pattern}"
        )


def _fits(value: str, pattern: str) -> bool:
    try:
        return regex.search(pattern, value, timeout=PATTERN_SECONDS) is not None
    except (regex.error, TimeoutError):
        raise InvalidAllowedPattern(
            f"The request does not meet the regular expression requirement: {pattern}"
        ) from None


def check_key(key: str | None, type_name: str) -> str | None:
    """The key of a new version. Raises for one of the account's own, and where none belongs."""
    if type_name != SECURE:
        if key:
            raise ValidationException(
                f"KeyId is required for SecureString type parameter only, not {type_name}."
            )
        return None
    if key not in (None, MANAGED):
        raise unsupported(f"A SecureString under the KMS key {key}")
    return MANAGED


def sealed(platform: Platform, name: str, value: str) -> str:
    """The ciphertext that the value is kept as."""

    def seal(backend: Any) -> Any:
        return backend("kms").encrypt(MANAGED, value.encode(), _context(platform, name))

    blob, _ = platform.moto.call(seal)
    return base64.b64encode(blob).decode()


def opened(platform: Platform, name: str, ciphertext: str) -> str:
    """The value of a ciphertext."""
    blob = base64.b64decode(ciphertext)

    def unseal(backend: Any) -> Any:
        return backend("kms").decrypt(blob, _context(platform, name))

    plain, _ = platform.moto.call(unseal, changes=False)
    return str(plain.decode())


def _context(platform: Platform, name: str) -> dict[str, str]:
    return {"PARAMETER_ARN": arn(platform, name)}

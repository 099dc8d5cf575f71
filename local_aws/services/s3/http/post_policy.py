"""The policy of a browser's form: what its signer allows the form to hold.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws.context import Platform
from local_aws.services.s3.errors import (
    AccessDenied,
    InvalidArgument,
    S3Error,
    SignatureDoesNotMatch,
)
from local_aws.wire import sigv4

SIGNED = ("policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
SIGNED_V2 = ("policy", "awsaccesskeyid", "signature")
UNCONDITIONED = ("policy", "x-amz-signature", "awsaccesskeyid", "signature", "file")
RANGE = "content-length-range"


class PolicyDenied(S3Error):
    code = "AccessDenied"
    status = 403

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid according to Policy: {reason}")


class InvalidPolicyDocument(S3Error):
    code = "InvalidPolicyDocument"
    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid Policy: {reason}")


@dataclass(frozen=True)
class Policy:
    """``sizes``: the least and the most bytes of the file."""

    expires: datetime
    conditions: list[tuple[str, str, str]]
    sizes: tuple[int, int] | None

    def check(self, fields: Mapping[str, str], now: datetime) -> None:
        """Raise PolicyDenied where a form is late, breaks a condition or holds more than it may."""
        if now >= self.expires:
            raise PolicyDenied("Policy expired.")
        for operator, name, value in self.conditions:
            if not _holds(operator, name, value, fields.get(name, "")):
                shown = json.dumps([operator, f"${name}", value], ensure_ascii=False)
                raise PolicyDenied(f"Policy Condition failed: {shown}")
        known = {name for _, name, _ in self.conditions}
        extra = [
            name
            for name in fields
            if name not in known
            and name not in UNCONDITIONED
            and not name.startswith("x-ignore-")
            and name != "bucket"  # the request's own, which no field needs to say
        ]
        if extra:
            raise PolicyDenied(f"Extra input fields: {', '.join(extra)}")


def verify(platform: Platform, fields: Mapping[str, str]) -> sigv4.Authentication:
    """The form's verified signature, which is one of its policy alone.

    Version 2 as well: boto3 signs forms with it in us-east-1 unless it is told otherwise.
    """
    if not any(name in fields for name in (*SIGNED, *SIGNED_V2)):
        raise AccessDenied("Access Denied")
    if "awsaccesskeyid" in fields:
        return _verify_v2(platform, fields)
    _need(fields, SIGNED)
    if fields["x-amz-algorithm"] != sigv4.ALGORITHM:
        raise InvalidArgument(
            f"X-Amz-Algorithm only supports {sigv4.ALGORITHM}",
            "x-amz-algorithm",
            fields["x-amz-algorithm"],
        )
    claim = _claim(fields)
    known = _key(platform, claim.access_key, fields)
    key = sigv4.signing_key(known.secret_key, claim)
    _compare(hmac.new(key, fields["policy"].encode(), "sha256").hexdigest(), claim.signature)
    return sigv4.Authentication(
        claim.access_key,
        "s3",
        claim.scope,
        claim.timestamp,
        claim.signature,
        key,
        None,
        known.principal,
        claim.region,
        presigned=True,
    )


def _verify_v2(platform: Platform, fields: Mapping[str, str]) -> sigv4.Authentication:
    _need(fields, SIGNED_V2)
    access_key, signature = fields["awsaccesskeyid"], fields["signature"]
    known = _key(platform, access_key, fields)
    digest = hmac.digest(known.secret_key.encode(), fields["policy"].encode(), "sha1")
    _compare(base64.b64encode(digest).decode(), signature)
    return sigv4.Authentication(
        access_key, "s3", "", "", signature, b"", None, known.principal, presigned=True
    )


def _need(fields: Mapping[str, str], names: tuple[str, ...]) -> None:
    for name in names:
        if not fields.get(name):
            raise InvalidArgument(
                f"Bucket POST must contain a field named '{name}'.  If it is specified, please "
                "check the order of the fields.",
                name,
            )


def _compare(expected: str, signature: str) -> None:
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise SignatureDoesNotMatch


def _key(platform: Platform, access_key: str, fields: Mapping[str, str]) -> sigv4.AccessKey:
    return platform.find_key(access_key, fields.get("x-amz-security-token", ""))


def _claim(fields: Mapping[str, str]) -> sigv4._Claim:
    parts = fields["x-amz-credential"].rsplit("/", 4)
    timestamp = fields["x-amz-date"]
    if len(parts) != 5 or parts[3:] != ["s3", "aws4_request"] or timestamp[:8] != parts[1]:
        raise InvalidArgument(
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; "
            'expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
            "x-amz-credential",
            fields["x-amz-credential"],
        )
    access_key, date, region, service, _ = parts
    return sigv4._Claim(
        access_key, date, region, service, [], fields["x-amz-signature"], timestamp, True
    )


def read(encoded: str) -> Policy:
    """The policy of a form's field. Raises InvalidPolicyDocument."""
    try:
        document = json.loads(base64.b64decode(encoded, validate=True))
    except (ValueError, RecursionError):
        raise InvalidPolicyDocument("Invalid JSON.") from None
    if not isinstance(document, dict) or not isinstance(document.get("expiration"), str):
        raise InvalidPolicyDocument("Policy missing expiration.")
    if not isinstance(document.get("conditions"), list):
        raise InvalidPolicyDocument("Policy missing conditions.")
    conditions: list[tuple[str, str, str]] = []
    sizes = None
    for condition in document["conditions"]:
        if isinstance(condition, list) and condition[:1] == [RANGE]:
            sizes = _range(condition)
        else:
            conditions += _conditions(condition)
    return Policy(_moment(document["expiration"]), conditions, sizes)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidPolicyDocument(f"Invalid 'expiration' value: '{text}'") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _range(condition: list[Any]) -> tuple[int, int]:
    bounds = condition[1:]
    if len(bounds) != 2 or not all(re.fullmatch("[0-9]{1,99}", str(b)) for b in bounds):
        raise InvalidPolicyDocument(f"Invalid {RANGE}: {json.dumps(condition)}")
    return int(str(bounds[0])), int(str(bounds[1]))


def _conditions(condition: Any) -> list[tuple[str, str, str]]:
    if isinstance(condition, dict) and condition:
        found = [("eq", f"${name}", value) for name, value in condition.items()]
    elif isinstance(condition, list) and len(condition) == 3:
        found = [(condition[0], condition[1], condition[2])]
    else:
        found = []
    if not found or not all(isinstance(part, str) for one in found for part in one):
        raise InvalidPolicyDocument(f"Invalid condition: {json.dumps(condition)}")
    read = [(operator.lower(), name[1:].lower(), value) for operator, name, value in found]
    if not all(
        operator in ("eq", "starts-with") and name.startswith("$")
        for (operator, _, _), (_, name, _) in zip(read, found, strict=True)
    ):
        raise InvalidPolicyDocument(f"Invalid condition: {json.dumps(condition)}")
    return read


def _holds(operator: str, name: str, wanted: str, value: str) -> bool:
    if operator == "eq":
        return value == wanted
    if name == "content-type":  # a list of types, each of which is compared
        return all(part.strip().startswith(wanted) for part in value.split(","))
    return value.startswith(wanted)

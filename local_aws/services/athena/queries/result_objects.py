"""Where a query's answer lies in S3, and how it is marked: content type and encryption.

Athena writes what it did not plan (SHOW, most DDL) as `binary/octet-stream` and the rest as
`application/octet-stream`. Encryption is what the request or the workgroup says
(https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html); bytes
lie on disk as they are, as with every object here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_aws.context import Platform
from local_aws.services.athena.errors import InvalidRequest
from local_aws.services.s3 import encryption
from local_aws.services.s3.model import parse_uri

PLANNED = "application/octet-stream"
UNPLANNED = "binary/octet-stream"
UNSUPPORTED = ("CSE_KMS",)


@dataclass(frozen=True)
class ResultObjects:
    """Writes the objects of one query."""

    platform: Platform
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, platform: Platform, configuration: dict[str, Any]) -> ResultObjects:
        """By a ResultConfiguration. Raises KmsError where its key cannot be used."""
        wanted = configuration.get("EncryptionConfiguration") or {}
        if wanted.get("EncryptionOption") != "SSE_KMS":
            return cls(platform)
        arn = encryption.key_arn(platform, wanted["KmsKey"])
        return cls(platform, {encryption.ALGORITHM: encryption.KMS, encryption.KEY: arn})

    def put(self, uri: str, data: bytes, content_type: str = PLANNED) -> None:
        bucket, key = parse_uri(uri)
        self.platform.s3.put(bucket, key, data, content_type)
        self.mark(uri)

    def take(self, uri: str, path: Path) -> None:
        """Make a file of this disk the object."""
        bucket, key = parse_uri(uri)
        self.platform.s3.take(bucket, key, path)
        self.platform.s3.set_attributes(bucket, key, content_type=PLANNED, headers=self.headers)

    def mark(self, uri: str) -> None:
        """Say of an object that is there which encryption it is under."""
        if self.headers:
            bucket, key = parse_uri(uri)
            self.platform.s3.set_attributes(bucket, key, headers=self.headers)


def check_encryption(configuration: dict[str, Any]) -> None:
    """Raises InvalidRequest for what cannot be done: encryption in the client, KMS without key."""
    wanted = configuration.get("EncryptionConfiguration") or {}
    option = wanted.get("EncryptionOption")
    if option in UNSUPPORTED:
        raise InvalidRequest(f"EncryptionOption {option} is not supported by local_aws")
    if option == "SSE_KMS" and not wanted.get("KmsKey"):
        raise InvalidRequest("KmsKey is required for EncryptionOption SSE_KMS")

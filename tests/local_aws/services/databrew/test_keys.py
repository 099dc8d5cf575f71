"""CRYPTOGRAPHIC_HASH through boto3: keys of Secrets Manager, held against Python's hmac."""

import base64
import csv
import hmac
import io
import uuid
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.databrew.test_runs import Lake

WORDS = ["ann", "Bö 𝄞", "", "\\x41"]
KEY = bytes(range(200))  # longer than SHA-512's block: it is hashed first
ALGORITHMS = ["MD5", "SHA1", "SHA256", "SHA512"]


class Safe:
    """A lake beside a Secrets Manager."""

    def __init__(self, server: LocalServer) -> None:
        self.lake = Lake(server, "n,word\n" + "".join(f'1,"{word}"\n' for word in WORDS))
        self.secrets = server.client("secretsmanager")
        self.name = f"key-{uuid.uuid4().hex[:8]}"

    def keep(self, value: str) -> str:
        return str(self.secrets.create_secret(Name=self.name, SecretString=value)["ARN"])

    def hashes(self, *steps: dict[str, Any]) -> dict[str, list[str]]:
        """Hash; the columns of the file that comes out."""
        found = self.run(*steps)
        assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
        return self.columns()

    def columns(self) -> dict[str, list[str]]:
        text = self.lake.read(self.lake.keys("clean/")[0]).decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        return {name: [row[name] for row in rows] for name in rows[0]}

    def run(self, *steps: dict[str, Any]) -> dict[str, Any]:
        self.job = self.lake.recipe_job(list(steps), Overwrite=True)
        return self.lake.run(self.job)


@pytest.fixture
def safe(aws: LocalServer) -> Safe:
    return Safe(aws)


def hashing(target: str, **parameters: Any) -> list[dict[str, Any]]:
    """A copy of the words as ``target``, hashed."""
    copied = {"sourceColumn": "word", "targetColumn": target}
    hashed = {"sourceColumns": f'["{target}"]', **parameters}
    return [
        {"Action": {"Operation": "DUPLICATE", "Parameters": copied}},
        {"Action": {"Operation": "CRYPTOGRAPHIC_HASH", "Parameters": hashed}},
    ]


def expected(algorithm: str, key: bytes = KEY) -> list[str]:
    return [
        base64.b64encode(hmac.digest(key, word.encode(), algorithm.lower())).decode()
        for word in WORDS
    ]


def test_every_keyed_algorithm(safe: Safe) -> None:
    arn = safe.keep(base64.b64encode(KEY).decode())
    steps = [
        step
        for algorithm in ALGORITHMS
        for step in hashing(algorithm, secretId=arn, algorithm=f"HMAC_{algorithm}")
    ]
    found = safe.hashes(*steps, *hashing("default", secretId=safe.name))
    # An empty text of a CSV file is no value, and has no hash.
    for algorithm in ALGORITHMS:
        wanted = expected(algorithm)
        assert [found[algorithm][i] for i in (0, 1, 3)] == [wanted[i] for i in (0, 1, 3)]
    assert found["default"] == found["SHA256"]


def test_a_version_of_a_secret(safe: Safe) -> None:
    arn = safe.keep(base64.b64encode(b"old").decode())
    old = safe.secrets.get_secret_value(SecretId=arn)["VersionId"]
    safe.secrets.put_secret_value(SecretId=arn, SecretString=base64.b64encode(b"new").decode())
    columns = safe.hashes(
        *hashing("old", secretId=arn, secretVersion=old), *hashing("new", secretId=arn)
    )
    assert columns["old"][0] == expected("SHA256", b"old")[0]
    assert columns["new"][0] == expected("SHA256", b"new")[0]


def test_the_default_secret_is_made_once(safe: Safe) -> None:
    given = {"secretId": "databrew!default", "createSecretIfMissing": "true"}
    first = safe.hashes(*hashing("h", **given))
    assert safe.lake.run(safe.job)["State"] == "SUCCEEDED"
    assert safe.columns() == first
    value = safe.secrets.get_secret_value(SecretId="databrew!default")["SecretString"]
    assert first["h"][0] == expected("SHA256", base64.b64decode(value))[0]


def test_a_secret_that_is_not_there(safe: Safe) -> None:
    found = safe.run(*hashing("h", secretId="nowhere"))
    assert found["State"] == "FAILED"
    assert "The secret nowhere cannot be used" in found["ErrorMessage"]
    assert safe.lake.keys("clean/") == []


def test_a_secret_that_is_no_key(safe: Safe) -> None:
    safe.keep('{"password": "hunter2"}')
    found = safe.run(*hashing("h", secretId=safe.name))
    assert found["State"] == "FAILED"
    assert "its value is no base64" in found["ErrorMessage"]
    assert "hunter2" not in found["ErrorMessage"]


def test_no_key_reaches_the_log(safe: Safe) -> None:
    value = base64.b64encode(b"do not show me").decode()
    safe.keep(value)
    broken = {
        "Action": {
            "Operation": "CRYPTOGRAPHIC_HASH",
            "Parameters": {"sourceColumns": '["gone"]', "secretId": safe.name},
        }
    }
    found = safe.run(*hashing("h", secretId=safe.name), broken)
    assert found["State"] == "FAILED"
    shown = found["ErrorMessage"] + safe.lake.log(safe.job, found["RunId"])
    assert "cannot resolve '`gone`'" in shown
    assert value not in shown
    assert "do not show me" not in shown

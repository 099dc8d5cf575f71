"""Buckets, and the declarations that jobs read from the ops bucket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts import changes as contracts
from tarn.contracts.load import load_contracts
from tarn.deploy.compare import Change
from tarn.errors import aws_errors
from tarn.ledger.provenance import DIGEST, FILE
from tarn.settings import ZONES

VERSIONED = "raw"  # the zone whose objects the ledger names by version


def buckets(aws: Aws) -> Iterator[Change]:
    """One bucket a zone. AWS encrypts new buckets and blocks public access by default."""
    for zone in ZONES:
        name = aws.settings.bucket(zone)
        with aws_errors(f"bucket {name}"):
            there = _found(aws.s3.head_bucket, Bucket=name) is not None
            versioned = there and _is_versioned(name, aws)
        if not there:
            yield Change(f"bucket {name}", "create", partial(_create, name, aws))
        if zone == VERSIONED and not versioned:
            yield Change(f"versions of bucket {name}", "update", partial(_version, name, aws))


def _found(look: Any, **which: str) -> Any | None:
    try:
        return look(**which)
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def _create(name: str, aws: Aws) -> None:
    if aws.settings.region == "us-east-1":  # the one region that must not be named
        aws.s3.create_bucket(Bucket=name)
    else:
        where = {"LocationConstraint": aws.settings.region}
        aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)  # type: ignore[arg-type]


def _is_versioned(name: str, aws: Aws) -> bool:
    return aws.s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled"


def _version(name: str, aws: Aws) -> None:
    aws.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def declarations(aws: Aws) -> Iterator[Change]:
    """Contracts as the Glue jobs read them, and the jobs' scripts."""
    for what, objects in _declared(aws).items():
        with aws_errors(what):
            differs = any(_differs(wanted, aws) for wanted in objects)
        if differs:
            yield Change(what, "write", partial(_put_all, objects, aws))


@dataclass(frozen=True)
class _Object:
    """An object of the ops zone; its metadata says what it is, so that it need not be read."""

    key: str
    body: bytes
    file_sha256: str = ""

    @property
    def metadata(self) -> dict[str, str]:
        said = {DIGEST: hashlib.sha256(self.body).hexdigest(), FILE: self.file_sha256}
        return {name: value for name, value in said.items() if value}


def _declared(aws: Aws) -> dict[str, list[_Object]]:
    """The objects of each declaration: a contract is kept under its file's digest too."""
    found = {}
    for name, contract in load_contracts(aws.settings).items():
        body = json.dumps(contract.to_job_json(), indent=1).encode()
        sha256 = contracts.sha256(name, aws.settings)
        # The one kept first: who reads the other's metadata finds it.
        keys = (contracts.kept_key(name, sha256), contracts.deployed_key(name))
        found[f"contract {name}"] = [_Object(key, body, sha256) for key in keys]
    for path in sorted((aws.settings.root / "glue_jobs").glob("*.py")):
        if path.stem != "__init__":
            key = f"glue/{path.name}"
            found[aws.settings.uri("ops", key)] = [_Object(key, path.read_bytes())]
    return found


def _differs(wanted: _Object, aws: Aws) -> bool:
    found = _found(aws.s3.head_object, Bucket=aws.settings.bucket("ops"), Key=wanted.key)
    return found is None or found["Metadata"] != wanted.metadata


def _put_all(objects: Iterable[_Object], aws: Aws) -> None:
    for one in objects:
        aws.s3.put_object(
            Bucket=aws.settings.bucket("ops"), Key=one.key, Body=one.body, Metadata=one.metadata
        )

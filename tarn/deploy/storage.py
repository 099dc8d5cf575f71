"""Buckets, and the declarations that jobs read from the ops bucket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn import contract_changes as contracts
from tarn.aws import Aws, is_missing
from tarn.contract import load_contracts
from tarn.deploy.compare import Change
from tarn.errors import aws_errors
from tarn.settings import ZONES

DIGEST = "tarn-sha256"


def buckets(aws: Aws) -> Iterator[Change]:
    """One bucket a zone. AWS encrypts new buckets and blocks public access by default."""
    for zone in ZONES:
        name = aws.settings.bucket(zone)
        with aws_errors(f"bucket {name}"):
            there = _found(aws.s3.head_bucket, Bucket=name) is not None
        if not there:
            yield Change(f"bucket {name}", "create", partial(_create, name, aws))


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


def declarations(aws: Aws) -> Iterator[Change]:
    """Contracts as the Glue jobs read them, and the jobs' scripts."""
    for key, body in _objects(aws).items():
        uri, digest = aws.settings.uri("ops", key), hashlib.sha256(body).hexdigest()
        with aws_errors(uri):
            found = _found(aws.s3.head_object, Bucket=aws.settings.bucket("ops"), Key=key)
        if found is None or found["Metadata"].get(DIGEST) != digest:
            yield Change(uri, "write", partial(_put, key, body, aws))


def _objects(aws: Aws) -> dict[str, bytes]:
    found = {}
    for name, contract in load_contracts(aws.settings).items():
        body = json.dumps(contract.to_job_json(), indent=1).encode()
        found[contracts.deployed_key(name)] = body
        found[contracts.kept_key(name, contracts.sha256(name, aws.settings))] = body
    for path in sorted((aws.settings.root / "glue_jobs").glob("*.py")):
        if path.stem != "__init__":
            found[f"glue/{path.name}"] = path.read_bytes()
    return found


def _put(key: str, body: bytes, aws: Aws) -> None:
    digest = hashlib.sha256(body).hexdigest()
    aws.s3.put_object(
        Bucket=aws.settings.bucket("ops"), Key=key, Body=body, Metadata={DIGEST: digest}
    )

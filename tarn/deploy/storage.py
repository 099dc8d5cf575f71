"""Buckets, and the declarations that jobs read from the ops bucket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contract import load_contracts
from tarn.errors import aws_errors, code_of
from tarn.provenance import DIGEST
from tarn.settings import ZONES

VERSIONED = "raw"  # the zone whose objects the ledger names by version


def buckets(aws: Aws) -> Iterator[str]:
    """One bucket a zone. AWS encrypts new buckets and blocks public access by default."""
    for zone in ZONES:
        name = aws.settings.bucket(zone)
        with aws_errors(f"bucket {name}"):
            if _make(name, aws):
                yield f"bucket {name}: created"
            if zone == VERSIONED and _version(name, aws):
                yield f"bucket {name}: versioned"


def _make(name: str, aws: Aws) -> bool:
    try:
        aws.s3.head_bucket(Bucket=name)
        return False
    except ClientError as error:
        if not is_missing(error) and code_of(error) != "NoSuchBucket":
            raise
    if aws.settings.region == "us-east-1":  # the one region that must not be named
        aws.s3.create_bucket(Bucket=name)
    else:
        where = {"LocationConstraint": aws.settings.region}
        aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)  # type: ignore[arg-type]
    return True


def _version(name: str, aws: Aws) -> bool:
    if aws.s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled":
        return False
    aws.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return True


def declarations(aws: Aws) -> Iterator[str]:
    """Contracts as the Glue jobs read them, and the jobs' scripts."""
    for key, body in _objects(aws).items():
        with aws_errors(f"object {key}"):
            if _put(key, body, aws):
                yield f"{aws.settings.uri('ops', key)}: written"


def _objects(aws: Aws) -> dict[str, bytes]:
    found = {
        f"contracts/{name}.json": json.dumps(contract.to_job_json(), indent=1).encode()
        for name, contract in load_contracts(aws.settings).items()
    }
    for path in sorted((aws.settings.root / "glue_jobs").glob("*.py")):
        if path.stem != "__init__":
            found[f"glue/{path.name}"] = path.read_bytes()
    return found


def _put(key: str, body: bytes, aws: Aws) -> bool:
    bucket, digest = aws.settings.bucket("ops"), hashlib.sha256(body).hexdigest()
    try:
        if aws.s3.head_object(Bucket=bucket, Key=key)["Metadata"].get(DIGEST) == digest:
            return False
    except ClientError as error:
        if not is_missing(error):
            raise
    aws.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={DIGEST: digest})
    return True

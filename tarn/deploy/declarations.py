"""What the Glue jobs read from the ops bucket: contracts, and their own scripts.

A script stands under its content's digest, and a job names it so: a run that has started goes on
reading what it started with, whatever is deployed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts import changes
from tarn.contracts.load import load_contracts
from tarn.deploy import scripts as glue_scripts
from tarn.deploy.compare import Change
from tarn.errors import aws_errors
from tarn.ledger.provenance import DIGEST, FILE
from tarn.steps.convert import LIVING


def contracts(aws: Aws) -> Iterator[Change]:
    """Contracts as the jobs read them, each kept under its file's digest too."""
    for name, contract in load_contracts(aws.settings).items():
        body = json.dumps(contract.to_job_json(), indent=1).encode()
        sha256 = changes.sha256(name, aws.settings)
        # The one kept first: who reads the other's metadata finds it.
        keys = (changes.kept_key(name, sha256), changes.deployed_key(name))
        yield from _written(f"contract {name}", [_Object(key, body, sha256) for key in keys], aws)


def scripts(aws: Aws) -> Iterator[Change]:
    """The jobs' scripts and modules."""
    for name in glue_scripts.declared(aws.settings):
        key, body = glue_scripts.key(name, aws.settings), glue_scripts.read(name, aws.settings)
        yield from _written(aws.settings.uri("ops", key), [_Object(key, body)], aws)


def old_scripts(aws: Aws) -> Iterator[Change]:
    """Those that no job names any more, once no run is left that may have started with them."""
    wanted = {glue_scripts.key(name, aws.settings) for name in glue_scripts.declared(aws.settings)}
    with aws_errors("old scripts"):
        old = [key for key in _keys(glue_scripts.FOLDER, aws) if key not in wanted]
        if not old or any(_has_living_run(name, aws) for name in load_contracts(aws.settings)):
            return
    for key in old:
        delete = partial(aws.s3.delete_object, Bucket=aws.settings.bucket("ops"), Key=key)
        yield Change(aws.settings.uri("ops", key), "delete", delete)


def _keys(prefix: str, aws: Aws) -> list[str]:
    try:
        return [key for key, _ in aws.keys("ops", prefix)]
    except ClientError as error:
        if is_missing(error):  # the bucket: before the first deploy
            return []
        raise


def _has_living_run(dataset: str, aws: Aws) -> bool:
    pages = aws.glue.get_paginator("get_job_runs")
    try:
        for page in pages.paginate(JobName=aws.settings.convert_job(dataset)):
            if any(run["JobRunState"] in LIVING for run in page["JobRuns"]):
                return True
    except ClientError as error:
        if not is_missing(error):
            raise
    return False


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


def _written(what: str, objects: list[_Object], aws: Aws) -> Iterator[Change]:
    with aws_errors(what):
        differs = any(_differs(wanted, aws) for wanted in objects)
    if differs:
        yield Change(what, "write", partial(_put_all, objects, aws))


def _differs(wanted: _Object, aws: Aws) -> bool:
    try:
        found: Any = aws.s3.head_object(Bucket=aws.settings.bucket("ops"), Key=wanted.key)
    except ClientError as error:
        if is_missing(error):
            return True
        raise
    return bool(found["Metadata"] != wanted.metadata)


def _put_all(objects: list[_Object], aws: Aws) -> None:
    for one in objects:
        aws.s3.put_object(
            Bucket=aws.settings.bucket("ops"), Key=one.key, Body=one.body, Metadata=one.metadata
        )

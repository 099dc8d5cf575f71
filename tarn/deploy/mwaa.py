"""Airflow in production: what Amazon MWAA runs, in the bucket of infra/airflow.yaml.

DAGs are one object a file, which MWAA follows by itself. All else is in plugins.zip: the plugins,
`tarn` and the declarations, since MWAA's web server has no DAGs and shows the lake's page. That
and requirements.txt count for MWAA only once its environment names their new versions; it then
replaces its workers, which takes twenty minutes or so.
https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-dag-folder.html
"""

from __future__ import annotations

import hashlib
import io
import shlex
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.deploy.compare import Change
from tarn.deploy.environment import read_environment
from tarn.deploy.stacks import StackChange, watch
from tarn.errors import Terminal, aws_errors
from tarn.ledger.provenance import DIGEST
from tarn.settings import Settings

DAGS = "dags/"
PACKED = ("tarn", "profile_page", "datasets", "recipes", "expectations", "sql", "dashboards")
PACKED_JOBS = "glue_jobs"  # read for their digests, never imported: Airflow has no Spark
# What the environment names, by the members of its API.
NAMED = {
    "Plugins": "plugins.zip",
    "Requirements": "requirements.txt",
    "StartupScript": "startup.sh",
}
BEGINNING = (1980, 1, 1, 0, 0, 0)  # a zip's oldest date: the same files are the same bytes
AT_WORK = frozenset({"CREATING", "UPDATING", "CREATING_SNAPSHOT", "PENDING", "ROLLING_BACK"})


def artifacts(aws: Aws) -> Iterator[Change]:
    """The objects of MWAA's bucket: what differs is written, DAGs that are gone are deleted."""
    if (wanted := declared(aws.settings)) is None:
        return
    for key, body in wanted.items():
        what = f"s3://{bucket(aws)}/{key}"
        with aws_errors(what):
            differs = _head(key, aws).get("Metadata", {}).get(DIGEST) != _sha256(body)
        if differs:
            yield Change(what, "write", partial(_put, key, body, aws))
    for key in _dags(aws):
        if key not in wanted:
            delete = partial(aws.s3.delete_object, Bucket=bucket(aws), Key=key)
            yield Change(f"s3://{bucket(aws)}/{key}", "delete", delete)


def environment(aws: Aws) -> Iterator[Change]:
    """MWAA's environment, where it names other versions than the bucket's newest."""
    stack = read_environment(aws.settings).stack("airflow")
    if stack is None:
        return
    name = aws.settings.prefix
    with aws_errors(f"MWAA environment {name}"):
        # Nobody is asked about what a plan knows not to be there.
        found = {} if watch.is_new(stack.name, aws) else _environment(aws)
        newest = {kind: _head(key, aws).get("VersionId", "") for kind, key in NAMED.items()}
    named = {kind: found.get(f"{kind}S3ObjectVersion", "none") for kind in NAMED}
    differing = tuple(key for kind, key in NAMED.items() if named[kind] != newest[kind])
    if differing:
        yield StackChange(f"MWAA environment {name}", "update", partial(_update, aws), differing)


def bucket(aws: Aws) -> str:
    return f"{aws.settings.prefix}-airflow"


def declared(settings: Settings) -> dict[str, bytes] | None:
    """The bucket's objects by key; None where the environment has no Airflow of its own on AWS."""
    stack = read_environment(settings).stack("airflow")
    if stack is None:
        return None
    root = settings.root
    dags = {f"{DAGS}{p.name}": p.read_bytes() for p in sorted((root / "dags").glob("*.py"))}
    return dags | {
        "plugins.zip": plugins(root),
        "requirements.txt": _requirements(stack.parameters, root),
        "startup.sh": startup(settings),
    }


def _requirements(parameters: Mapping[str, str], root: Path) -> bytes:
    version = parameters.get("AirflowVersion", "")
    path = root / "infra" / "mwaa" / version / "requirements.txt"
    if not version or not path.is_file():
        known = sorted(p.parent.name for p in (root / "infra" / "mwaa").glob("*/requirements.txt"))
        raise Terminal(
            f"The stack airflow has AirflowVersion {version!r}, for which there is no {path}. "
            f"There are {', '.join(known)}; infra/mwaa/compile.sh makes them."
        )
    return path.read_bytes()


def plugins(root: Path) -> bytes:
    """plugins.zip: the same files are the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(_packed(root).items()):
            archive.writestr(zipfile.ZipInfo(name, BEGINNING), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _packed(root: Path) -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in (root / "plugins").glob("*.py")}
    for folder in (*PACKED, PACKED_JOBS):
        for path in (root / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    # Airflow imports every module of the plugins folder that is not named here.
    ignored = [*(f"{folder}/" for folder in (*PACKED, PACKED_JOBS))]
    own = root / "plugins" / ".airflowignore"
    text = own.read_text() if own.is_file() else ""
    files[".airflowignore"] = (text + "\n".join(ignored) + "\n").encode()
    return files


def startup(settings: Settings) -> bytes:
    """startup.sh: the settings that are not the defaults, for every part of Airflow."""
    lines = ["#!/bin/sh", "# Written by a deploy."]
    for one in fields(Settings):
        value, variable = getattr(settings, one.name), one.metadata["variable"]
        if value != one.default and variable.startswith("TARN_") and one.name != "home":
            lines.append(f"export {variable}={shlex.quote(str(value))}")
    return "\n".join([*lines, ""]).encode()


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _head(key: str, aws: Aws) -> Mapping[str, Any]:
    try:
        return aws.s3.head_object(Bucket=bucket(aws), Key=key)
    except ClientError as error:
        if is_missing(error):
            return {}
        raise


def _put(key: str, body: bytes, aws: Aws) -> None:
    aws.s3.put_object(Bucket=bucket(aws), Key=key, Body=body, Metadata={DIGEST: _sha256(body)})


def _dags(aws: Aws) -> list[str]:
    pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket(aws), Prefix=DAGS)
    try:
        return [one["Key"] for page in pages for one in page.get("Contents", [])]
    except ClientError as error:
        if is_missing(error):
            return []
        raise


def _environment(aws: Aws) -> Mapping[str, Any]:
    """MWAA's environment, {} where there is none yet."""
    try:
        found: Mapping[str, Any] = aws.client("mwaa").get_environment(Name=aws.settings.prefix)
    except ClientError as error:
        if is_missing(error):
            return {}
        raise
    return dict(found["Environment"])


def _update(aws: Aws) -> Iterator[str]:
    named = {}
    for kind, key in NAMED.items():
        named[f"{kind}S3Path"] = key
        named[f"{kind}S3ObjectVersion"] = _head(key, aws)["VersionId"]
    name = aws.settings.prefix
    aws.client("mwaa").update_environment(Name=name, **named)
    yield f"  MWAA environment {name} updating; this takes twenty minutes or so"
    for pause in watch.pauses(aws):
        found = _environment(aws)
        if found["Status"] not in AT_WORK:
            break
        pause()
    last = found.get("LastUpdate", {})
    if found["Status"] != "AVAILABLE" or last.get("Status") == "FAILED":
        reason = last.get("Error", {}).get("ErrorMessage", "no reason given")
        raise Terminal(f"MWAA environment {name} is {found['Status']}: {reason}")

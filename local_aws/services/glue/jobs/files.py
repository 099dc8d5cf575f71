"""The files that a run brings from S3: its script, modules and whatever else it asks for."""

import shutil
from pathlib import Path

from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.glue.jobs.outcome import LaunchFailed
from local_aws.services.s3.model import parse_uri

ARCHIVES = (".zip", ".egg", ".whl")


def fetch(platform: Platform, uri: str, folder: Path) -> Path:
    """Copy an object into the folder, under the last part of its key.

    Raises LaunchFailed, in Glue's words, where it cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        bucket, key = parse_uri(uri)
    except ServiceError as error:
        raise LaunchFailed(f"{uri} is not an S3 address: {error.message}") from error
    target = folder / (key.rsplit("/", 1)[-1] or "script")
    try:
        with platform.s3.open(bucket, key) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    except ServiceError as error:
        raise LaunchFailed(
            f"Error downloading from S3 for bucket: {bucket}, key: {key}.{error.message} "
            f"(Service: Amazon S3; Status Code: {error.status}; Error Code: {error.code})"
        ) from error
    return target


def import_path(module: Path) -> Path:
    """An archive is a path to import from; a single module's path is its folder."""
    return module if module.suffix in ARCHIVES else module.parent

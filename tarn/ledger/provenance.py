"""What a run was made from: declarations and scripts by digest, the landed object by version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts import changes
from tarn.contracts.contract import load_contract
from tarn.errors import Terminal
from tarn.rows import recipe as recipes
from tarn.settings import Settings

OF = ("contract_version", "contract_sha256", "recipe_version", "recipe_sha256", "job_sha256")
DIGEST = "tarn-sha256"  # metadata of what a deploy writes to the ops zone
SHARED = "lake_convert"  # what every convert job imports


def contract(dataset: str, aws: Aws) -> dict[str, str]:
    """{"contract_version", "contract_sha256"}: the file that this worker has."""
    return {
        "contract_version": load_contract(dataset, aws.settings).version,
        "contract_sha256": changes.sha256(dataset, aws.settings),
    }


def recipe(dataset: str, version: str, aws: Aws) -> dict[str, str]:
    """{"recipe_version", "recipe_sha256"} of a published recipe ("" for no version)."""
    if not version:
        return {"recipe_version": "", "recipe_sha256": ""}
    steps = recipes.published_steps(dataset, version, aws)
    return {"recipe_version": version, "recipe_sha256": recipes.digest(steps)}


def job_sha256(dataset: str, aws: Aws) -> str:
    """The digest of a convert job: of its script's and of the shared module's, as deployed."""
    return _job_digest(_deployed(f"glue/{name}.py", aws) for name in (dataset, SHARED))


def declared_job_sha256(dataset: str, settings: Settings) -> str:
    """The same of the scripts that are declared: equal once they are deployed."""
    scripts = (settings.root / "glue_jobs" / f"{name}.py" for name in (dataset, SHARED))
    return _job_digest(hashlib.sha256(script.read_bytes()).hexdigest() for script in scripts)


def _job_digest(scripts: Iterable[str]) -> str:
    return hashlib.sha256("".join(scripts).encode()).hexdigest()


def _deployed(key: str, aws: Aws) -> str:
    try:
        found = aws.s3.head_object(Bucket=aws.settings.bucket("ops"), Key=key)
    except ClientError as error:
        if not is_missing(error):
            raise
        raise Terminal(
            f"{aws.settings.uri('ops', key)} is missing. Deploy the lake: it writes the scripts of "
            "the Glue jobs."
        ) from None
    return str(found["Metadata"].get(DIGEST, ""))


def landed(manifest: Mapping[str, Any], aws: Aws) -> dict[str, Any]:
    """The landed object: {"uri", "version_id" ("" without versions), "etag", "sha256", "bytes"}."""
    found = aws.s3.head_object(Bucket=aws.settings.bucket("raw"), Key=manifest["key"])
    return {
        "uri": aws.settings.uri("raw", manifest["key"]),
        "version_id": str(found.get("VersionId", "")),
        "etag": found["ETag"].strip('"'),
        "sha256": manifest["sha256"],
        "bytes": manifest["bytes"],
    }

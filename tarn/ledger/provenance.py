"""What a run was made from: declarations and scripts by digest, the landed object by version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts import changes
from tarn.errors import Terminal
from tarn.rows import recipe as recipes
from tarn.settings import Settings

OF = ("contract_version", "contract_sha256", "recipe_version", "recipe_sha256", "job_sha256")
DIGEST = "tarn-sha256"  # metadata of what a deploy writes to the ops zone
FILE = "tarn-file-sha256"  # and of a contract: the digest of datasets/<name>.yaml
SHARED = "lake_convert"  # what every convert job imports


def contract(dataset: str, sha256: str, aws: Aws) -> dict[str, str]:
    """{"contract_version", "contract_sha256"} of a contract that was deployed ("" for none)."""
    kept = aws.get_json("ops", changes.kept_key(dataset, sha256)) if sha256 else None
    return {"contract_version": (kept or {}).get("version", ""), "contract_sha256": sha256}


def contract_sha256(dataset: str, aws: Aws) -> str:
    """The digest of the contract's file as deployed: what a Glue job that starts now holds."""
    key = changes.deployed_key(dataset)
    if found := _metadata(key, aws).get(FILE):
        return found
    raise Terminal(
        f"{aws.settings.uri('ops', key)} does not say which file it was written from. Deploy the "
        "lake: it writes the contract anew."
    )


def recipe(dataset: str, version: str, aws: Aws) -> dict[str, str]:
    """{"recipe_version", "recipe_sha256"} of a published recipe ("" for no version)."""
    if not version:
        return {"recipe_version": "", "recipe_sha256": ""}
    steps = recipes.published_steps(dataset, version, aws)
    return {"recipe_version": version, "recipe_sha256": recipes.digest(steps)}


def job_sha256(dataset: str, aws: Aws) -> str:
    """The digest of a convert job: of its script's and of the shared module's, as deployed."""
    job = aws.glue.get_job(JobName=aws.settings.convert_job(dataset))["Job"]
    named = (job["Command"]["ScriptLocation"], job["DefaultArguments"]["--extra-py-files"])
    keys = (uri.removeprefix(aws.settings.uri("ops", "")) for uri in named)
    return _job_digest(_metadata(key, aws).get(DIGEST, "") for key in keys)


def declared_job_sha256(dataset: str, settings: Settings) -> str:
    """The same of the scripts that are declared: equal once they are deployed."""
    scripts = (settings.root / "glue_jobs" / f"{name}.py" for name in (dataset, SHARED))
    return _job_digest(hashlib.sha256(script.read_bytes()).hexdigest() for script in scripts)


def _job_digest(scripts: Iterable[str]) -> str:
    return hashlib.sha256("".join(scripts).encode()).hexdigest()


def _metadata(key: str, aws: Aws) -> Mapping[str, str]:
    """What a deploy says of an object that it wrote to the ops zone."""
    try:
        found = aws.s3.head_object(Bucket=aws.settings.bucket("ops"), Key=key)
    except ClientError as error:
        if not is_missing(error):
            raise
        raise Terminal(
            f"{aws.settings.uri('ops', key)} is missing. Deploy the lake: it writes what the Glue "
            "jobs read."
        ) from None
    return found["Metadata"]


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

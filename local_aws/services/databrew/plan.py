"""From a job's run to what its process is told, and where its files go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.context import Platform
from local_aws.formats.endings import ENDINGS
from local_aws.services.databrew import catalog
from local_aws.services.databrew import selection as selections
from local_aws.services.databrew.keys import keys_of
from local_aws.services.s3 import encryption

if TYPE_CHECKING:
    from local_aws.services.s3.model import S3Store
    from local_aws.services.s3.store.objects import ObjectInfo

DEFAULT_TIMEOUT_MINUTES = 2880
PROFILE_ROWS = 20_000


@dataclass(frozen=True)
class Target:
    """Where one output's files go: a bucket, the start of their keys, and whose they replace."""

    bucket: str
    prefix: str
    folder: Path
    replaces: str = ""


@dataclass(frozen=True)
class Plan:
    """One run's instructions, its limits, its targets and the headers of its objects."""

    instructions: dict[str, Any]
    scratch: Path
    timeout: float
    targets: list[Target] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def moved(self, scratch: Path) -> "Plan":
        """The same plan once its scratch folder has another name."""
        targets = [
            replace(target, folder=scratch / target.folder.relative_to(self.scratch))
            for target in self.targets
        ]
        return replace(self, scratch=scratch, targets=targets)

    def publish(self, s3: "S3Store", outputs: Sequence[Sequence[str]]) -> None:
        """Put the files into their buckets; with Overwrite the job's older files go."""
        for target, files in zip(self.targets, outputs, strict=True):
            keys = {target.prefix + name: target.folder / name for name in files}
            for key, path in keys.items():
                with path.open("rb") as file:
                    s3.put(target.bucket, key, file, headers=self.headers)
            if target.replaces:
                _remove_stale(s3, target, set(keys))

    def validated(self, states: dict[str, str]) -> list[dict[str, str]]:
        """The rulesets' states, each with its report's address."""
        target = self.targets[0]
        report = f"s3://{target.bucket}/{target.prefix}{self.instructions.get('validation', '')}"
        return [
            {"ruleset": name, "state": state, "report": report} for name, state in states.items()
        ]


def _remove_stale(s3: "S3Store", target: Target, written: set[str]) -> None:
    stale = [
        found.key
        for found in s3.list(target.bucket, target.prefix)
        if found.key not in written and found.key.rsplit("/", 1)[-1].startswith(target.replaces)
    ]
    for key in stale:
        s3.delete(target.bucket, key)


def make_plan(platform: Platform, run: dict[str, Any], scratch: Path) -> Plan:
    """Everything the process needs; it asks the server for nothing."""
    job = run["job"]
    minutes = job.get("Timeout") or DEFAULT_TIMEOUT_MINUTES
    base = {
        "id": run["RunId"],
        "job": job["Name"],
        "type": job["Type"],
        "scratch": str(scratch),
        "startedOn": datetime.fromtimestamp(run["StartedOn"], UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "source": source_of(
            platform, run["dataset"], datetime.fromtimestamp(run["StartedOn"], UTC)
        ),
    }
    special, targets = _special(platform, run, scratch)
    return Plan(base | special, scratch, minutes * 60.0, targets, _encryption(platform, job))


def publication(platform: Platform, run: dict[str, Any], scratch: Path) -> Plan:
    """What is left of a run's plan once its process has ended well."""
    special, targets = _special(platform, run, scratch)
    return Plan(special, scratch, 0.0, targets, _encryption(platform, run["job"]))


def _encryption(platform: Platform, job: dict[str, Any]) -> dict[str, str]:
    """What the job's objects are marked with. Raises KmsError where its key cannot be used."""
    if job.get("EncryptionMode") != "SSE-KMS":
        return {}
    key = encryption.key_arn(platform, job.get("EncryptionKeyArn") or encryption.MANAGED)
    return {encryption.ALGORITHM: encryption.KMS, encryption.KEY: key}


def _special(
    platform: Platform, run: dict[str, Any], scratch: Path
) -> tuple[dict[str, Any], list[Target]]:
    return (
        _recipe_part(platform, run, scratch)
        if run["job"]["Type"] == "RECIPE"
        else _profile_part(run, scratch)
    )


def source_of(
    platform: Platform, dataset: dict[str, Any], now: datetime | None = None
) -> dict[str, Any]:
    """The data set's files: of its table, one object, all under the folder, or those that fit."""
    if "DataCatalogInputDefinition" in dataset["Input"]:
        return catalog.source_of(platform, dataset["Input"]["DataCatalogInputDefinition"])
    location = dataset["Input"]["S3InputDefinition"]
    bucket, key = location["Bucket"], location.get("Key", "")
    selection = selections.read(key, dataset.get("PathOptions"), now or datetime.now(UTC))
    chosen = selection.choose(_files(platform, bucket, selection))
    paths = [str(platform.s3.path_of(bucket, found)) for found in chosen.files]
    return {
        "uri": f"s3://{bucket}/{key}",
        "format": dataset.get("Format") or _format_of(paths),
        "paths": paths,
        "options": dataset.get("FormatOptions") or {},
        "columns": chosen.columns,
    }


def _files(
    platform: Platform, bucket: str, selection: selections.Selection
) -> Iterable["ObjectInfo"]:
    """One object, or all under the folder but those that Spark hides."""
    key = selection.folder
    if selection.pattern is None:
        exact = platform.s3.stat(bucket, key) if key and not key.endswith("/") else None
        if exact is not None:
            return [exact]
        key = f"{key.rstrip('/')}/" if key else ""
    folder = key[: key.rfind("/") + 1]
    return (
        found
        for found in platform.s3.list(bucket, key)
        if not selections.hidden(found.key.removeprefix(folder)) and found.size
    )


def _format_of(paths: list[str]) -> str:
    """By the files' ending before that of a compression, when the data set does not say."""
    endings = paths[0].lower().rsplit("/", 1)[-1].split(".")[1:] if paths else []
    if endings and endings[-1] in ENDINGS.values():
        endings.pop()
    known = {"json": "JSON", "jsonl": "JSON", "parquet": "PARQUET"}
    return known.get(endings[-1], "CSV") if endings else "CSV"


def _recipe_part(
    platform: Platform, run: dict[str, Any], scratch: Path
) -> tuple[dict[str, Any], list[Target]]:
    # Runs that waited since before there were second inputs have none.
    others = {
        number: [source_of(platform, dataset) for dataset in datasets]
        for number, datasets in run.get("others", {}).items()
    }
    outputs, targets = [], []
    files = [(output, _written(output)) for output in run["job"].get("Outputs") or ()]
    # Runs that waited since before there were tables have none.
    tables = [(table, table["file"]) for table in run.get("tables") or ()]
    for i, (output, file) in enumerate(files + tables):
        folder = scratch / f"output-{i}"
        stem, prefix = _names(run, output)
        outputs.append({"folder": str(folder), "stem": stem, **file})
        replaces = f"{stem}_part" if output.get("Overwrite") else ""
        targets.append(Target(output["Location"]["Bucket"], prefix, folder, replaces))
    keys = keys_of(platform, run["steps"])
    found = {"steps": run["steps"], "others": others, "outputs": outputs, "keys": keys}
    return found, targets


def _written(output: dict[str, Any]) -> dict[str, Any]:
    """What the process is told of one of ``Outputs``."""
    csv = (output.get("FormatOptions") or {}).get("Csv") or {}
    return {
        "format": output.get("Format") or "CSV",
        "codec": output.get("CompressionFormat"),
        "delimiter": csv.get("Delimiter", ","),
        "partition_columns": output.get("PartitionColumns") or [],
        "most": output.get("MaxOutputFiles"),
    }


def _names(run: dict[str, Any], output: dict[str, Any]) -> tuple[str, str]:
    """A file's stem and its folder: a new folder each run, unless Overwrite is set."""
    key, job = output["Location"].get("Key", ""), run["job"]["Name"]
    folder = f"{key.rstrip('/')}/" if key else ""
    if output.get("Overwrite"):
        return job, folder
    started = run["StartedOn"]
    day = datetime.fromtimestamp(started, UTC).strftime("%d%b%Y")
    stem = f"{job}_{day}_{int(started * 1000)}"
    return stem, f"{folder}{stem}/"


def _profile_part(run: dict[str, Any], scratch: Path) -> tuple[dict[str, Any], list[Target]]:
    stem = f"{run['dataset']['Name']}_{run['RunId'].removeprefix('db_')}"
    sample = run["job"].get("JobSample") or {}
    whole = sample.get("Mode") == "FULL_DATASET"
    location = run["job"]["Outputs"][0]["Location"]
    instructions = {
        "rows": None if whole else int(sample.get("Size") or PROFILE_ROWS),
        "configuration": run["job"].get("ProfileConfiguration") or {},
        "rulesets": run["rulesets"],
        "report": f"{stem}.json",
        "validation": f"{stem}_dq-validation-report.json",
    }
    return instructions, [Target(location["Bucket"], location.get("Key", ""), scratch)]

"""profile: a DataBrew profile job over the raw partition, with the dataset's ruleset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from tarn.aws import Aws
from tarn.errors import Finding, GateFailed, Terminal, aws_errors
from tarn.partition import Partition
from tarn.services import databrew
from tarn.steps.databrew_job import DataBrewJobWork

REPORT = "_dq-validation-report.json"


@dataclass(frozen=True)
class ProfileWork(DataBrewJobWork):
    """One run of the partition's DataBrew profile job."""

    kind: ClassVar[str] = "profile"
    zone: ClassVar[str] = "ops"

    @property
    def prefix(self) -> str:
        return _prefix(self.partition, self.token)

    @aws_errors("profile")
    def find(self, aws: Aws) -> str | None:
        runs = list(databrew.runs(self.job(aws), aws))
        # Listed after the runs, so that what one of them has just written is seen.
        written = " ".join(key for key, _ in aws.keys("ops", self.prefix))
        for run in runs:
            if run["State"] in databrew.AT_WORK and self._writes(run, aws):
                return str(run["RunId"])
            # A finished run counts while what it wrote is there.
            if run["State"] == "SUCCEEDED" and run["RunId"].removeprefix("db_") in written:
                return str(run["RunId"])
        return None

    def _writes(self, run: dict[str, Any], aws: Aws) -> bool:
        # The API does not promise a profile run's Outputs: the job's own say the same while it
        # runs, for a job is only updated to start its next run.
        if not run.get("Outputs"):
            run = dict(aws.databrew.describe_job(Name=self.job(aws)))
        return databrew.writes_to(run, self.token)

    @aws_errors("profile")
    def start(self, aws: Aws) -> str:
        databrew.put_dataset(self.partition, self.landed_uri, aws)
        ruleset = databrew.put_ruleset(self.partition, aws)
        definition: dict[str, Any] = {
            "Name": self.job(aws),
            "RoleArn": aws.role_arn("databrew"),
            "OutputLocation": {"Bucket": aws.settings.bucket("ops"), "Key": self.prefix},
            # DataBrew profiles 20,000 rows unless told to take all of them.
            "JobSample": {"Mode": "FULL_DATASET"},
            "MaxCapacity": aws.settings.databrew_nodes,
            "Timeout": aws.settings.job_minutes,
        }
        if ruleset:
            definition["ValidationConfigurations"] = [
                {"RulesetArn": ruleset, "ValidationMode": "CHECK_ALL"}
            ]
        databrew.upsert(
            aws.databrew.create_profile_job,
            aws.databrew.update_profile_job,
            definition,
            {"DatasetName": aws.settings.databrew(self.partition.slug)},
        )
        return databrew.start(self.job(aws), self.partition, self.landed_uri, self.token, aws)


def _prefix(partition: Partition, token: str) -> str:
    return f"profiles/{partition.run_folder(token)}"


@aws_errors("check_profile")
def check_profile(
    partition: Partition, token: str, run_id: str, landed: int, aws: Aws | None = None
) -> dict[str, Any]:
    """Read the profile and its data-quality report (token: the profile step's own).

    landed: the rows that DataBrew must have read. Returns {"rows", "columns", "rules": [{"name",
    "status", "failed"}], "profile_uri"}; raises GateFailed naming rule, column and rows.
    """
    aws = aws or Aws()
    profile_key, report_key = _outputs(partition, token, run_id, aws)
    profile = aws.get_json("ops", profile_key) or {}
    results = _rule_results(aws.get_json("ops", report_key)) if report_key else []
    findings = [_finding(result) for result in results if result["status"] != "SUCCEEDED"]
    # Counted by two readers of CSV: where they differ, DataBrew would clean other rows than landed.
    if (read := profile.get("sampleSize")) != landed:
        findings.insert(0, Finding(f"DataBrew read {read} rows of the {landed} that landed"))
    if findings:
        raise GateFailed(
            "profile",
            partition.dataset,
            partition.label,
            findings,
            f"Mend the rows at the source, or the rule in recipes/{partition.dataset}.rules.json, "
            f"then clear the task `land`. Report: {aws.settings.uri('ops', report_key)}",
        )
    return {
        "rows": landed,
        "columns": len(profile.get("columns", [])),
        "rules": [{k: r[k] for k in ("name", "status", "failed")} for r in results],
        "profile_uri": aws.settings.uri("ops", profile_key),
    }


@aws_errors("read_profile")
def read_profile(
    partition: Partition, token: str, run_id: str, aws: Aws
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a profile run found (token: the profile step's own), in DataBrew's own words.

    Returns its columns' profile, and its rules: [{"name", "status", "failed", "definition",
    "columns"}], [] without a ruleset. Raises Terminal where the profile is not there any more.
    """
    profile_key, report_key = _outputs(partition, token, run_id, aws)
    rules = _rule_results(aws.get_json("ops", report_key)) if report_key else []
    return aws.get_json("ops", profile_key) or {}, rules


@aws_errors("read_profile")
def read_reports(
    partition: Partition, token: str, run_id: str, aws: Aws
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A profile run's report as DataBrew wrote it, and its rulesets' results, [] without any.

    Raises Terminal where the profile is not there (any more).
    """
    profile_key, report_key = _outputs(partition, token, run_id, aws)
    rules = aws.get_json("ops", report_key) if report_key else {}
    return aws.get_json("ops", profile_key) or {}, (rules or {}).get("rulesetResults", [])


def address(dataset: str, partition: str, token: str, run_id: str) -> str:
    """Where the lake's page shows a profile, relative to it."""
    query = {"dataset": dataset, "partition": partition, "run": token, "id": run_id}
    return "profile?" + urlencode(query)


def _outputs(partition: Partition, token: str, run_id: str, aws: Aws) -> tuple[str, str]:
    """Keys of the run's profile and of its data-quality report ("" without rules)."""
    prefix = _prefix(partition, token)
    keys = [key for key, _ in aws.keys("ops", prefix) if key.endswith(".json")]
    profiles = [key for key in keys if not key.endswith(REPORT)]
    reports = [key for key in keys if key.endswith(REPORT)]
    # A token's prefix holds more than one run's outputs when an earlier try got that far.
    mine = run_id.removeprefix("db_")
    profiles = [key for key in profiles if mine in key] or profiles
    reports = [key for key in reports if mine in key] or reports
    if not profiles:
        raise Terminal(
            f"The profile of {partition} is not at {aws.settings.uri('ops', prefix)}, though its "
            f"run {run_id} succeeded. Clear the task `profile`."
        )
    if databrew.read_rules(partition.dataset, aws) and not reports:
        raise Terminal(
            f"The profile run {run_id} of {partition} left no data-quality report, though "
            f"recipes/{partition.dataset}.rules.json has rules. Clear the task `profile`."
        )
    return profiles[-1], reports[-1] if reports else ""


def _rule_results(report: Any) -> list[dict[str, Any]]:
    """Each rule's result, flat."""
    found = []
    for ruleset in (report or {}).get("rulesetResults", []):
        for rule in ruleset.get("ruleResults", []):
            columns = rule.get("columnResults") or []
            found.append(
                {
                    "name": rule["name"],
                    "status": rule["status"],
                    "failed": rule.get("failedCount"),
                    "definition": rule.get("definition", ""),
                    "columns": [c["name"] for c in columns if c["status"] != "SUCCEEDED"],
                }
            )
    return found


def _finding(result: dict[str, Any]) -> Finding:
    rows = f"{result['failed']} rows break" if result["failed"] is not None else "the data breaks"
    where = f"column {', '.join(result['columns'])}" if result["columns"] else ""
    return Finding(f"{rows} the rule {result['name']!r}: {result['definition']}", where)

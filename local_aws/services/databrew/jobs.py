"""Profile and recipe jobs and their runs."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.databrew import catalog
from local_aws.services.databrew.errors import ResourceNotFoundException, ValidationException
from local_aws.services.databrew.model import UNFINISHED, Document, Store
from local_aws.services.databrew.outputs import check_encryption, check_outputs, check_owner
from local_aws.services.databrew.paging import page
from local_aws.services.databrew.recipes import check_steps
from local_aws.services.databrew.runs import LOG_GROUP, Runner
from local_aws.services.databrew.second_inputs import second_inputs
from local_aws.services.databrew.shapes import dated, only, without

COMMON = (
    "Name", "EncryptionKeyArn", "EncryptionMode", "LogSubscription", "MaxCapacity", "MaxRetries",
    "RoleArn", "Tags", "Timeout",
)  # fmt: skip
PROFILE = ("DatasetName", "ValidationConfigurations", "JobSample")
RECIPE = ("DatasetName", "Outputs", "RecipeReference")
DEFAULTS: Document = {
    "LogSubscription": "ENABLE",
    "MaxCapacity": 5,
    "MaxRetries": 0,
    "Timeout": 2880,
}
SHOWN = (
    "Attempt", "CompletedOn", "ErrorMessage", "ExecutionTime", "RunId", "State", "StartedBy",
    "StartedOn",
)  # fmt: skip
FROM_JOB = (
    "DataCatalogOutputs", "DatasetName", "JobSample", "LogSubscription", "Outputs",
    "ProfileConfiguration", "RecipeReference", "ValidationConfigurations",
)  # fmt: skip


class Jobs:
    """The operations on jobs and runs."""

    platform: Platform
    store: Store
    runner: Runner

    def find_version(self, name: str, version: str) -> int:
        raise NotImplementedError

    def create_profile_job(self, request: Request) -> Response:
        document = self._profile_job(request, request["DatasetName"])
        self.store.create("job", request["Name"], document)
        return {"Name": request["Name"]}

    def update_profile_job(self, request: Request) -> Response:
        old = self._job_of_type(request["Name"], "PROFILE")
        document = self._profile_job(request, old["DatasetName"])
        self.store.update("job", request["Name"], document)
        return {"Name": request["Name"]}

    def _profile_job(self, request: Request, dataset: str) -> Document:
        self.store.get("dataset", dataset)
        check_encryption(request)
        check_owner(self.platform, request["OutputLocation"])
        configuration = request.get("Configuration") or {}
        _check_profile(configuration)
        for validation in request.get("ValidationConfigurations") or ():
            self.store.get("ruleset", _name_in(validation["RulesetArn"]))
        made = DEFAULTS | only(request, COMMON + PROFILE)
        made |= {"Type": "PROFILE", "DatasetName": dataset}
        made["Outputs"] = [{"Location": request["OutputLocation"]}]
        return made | ({"ProfileConfiguration": configuration} if configuration else {})

    def create_recipe_job(self, request: Request) -> Response:
        if request.get("ProjectName"):
            raise ValidationException("A job of a project is not supported by local_aws")
        for needed in ("DatasetName", "RecipeReference"):
            if not request.get(needed):
                raise ValidationException(f"A recipe job needs {needed}")
        document = self._recipe_job(request, request)
        self.store.create("job", request["Name"], document)
        return {"Name": request["Name"]}

    def update_recipe_job(self, request: Request) -> Response:
        old = self._job_of_type(request["Name"], "RECIPE")
        self.store.update("job", request["Name"], self._recipe_job(request, old))
        return {"Name": request["Name"]}

    def _recipe_job(self, request: Request, origin: Document) -> Document:
        """``origin`` says the data set and the recipe: an update cannot change them."""
        self.store.get("dataset", origin["DatasetName"])
        reference = dict(origin["RecipeReference"])
        reference["RecipeVersion"] = reference.get("RecipeVersion") or "LATEST_PUBLISHED"
        self.find_version(reference["Name"], reference["RecipeVersion"])
        check_outputs(self.platform, request)
        check_encryption(request)
        made = DEFAULTS | only(request, (*COMMON, "Outputs", "DataCatalogOutputs"))
        return made | {
            "Type": "RECIPE",
            "DatasetName": origin["DatasetName"],
            "RecipeReference": reference,
        }

    def _job_of_type(self, name: str, kind: str) -> Document:
        job = self.store.get("job", name)
        if job["Type"] != kind:
            raise ValidationException(f"The job {name} is a {job['Type'].lower()} job")
        return job

    def describe_job(self, request: Request) -> Response:
        return self._job(self.store.get("job", request["Name"]))

    def _job(self, document: Document) -> Response:
        return dated(document | {"ResourceArn": self.store.arn("job", document["Name"])})

    def list_jobs(self, request: Request) -> Response:
        dataset = request.get("DatasetName")
        if request.get("ProjectName"):
            return page(request, "Jobs", [])
        jobs = [j for j in self.store.all("job") if dataset in (None, j["DatasetName"])]
        shown = [without(self._job(job), "ProfileConfiguration") for job in jobs]
        return page(request, "Jobs", shown)

    def delete_job(self, request: Request) -> Response:
        name = request["Name"]
        self.store.delete("job", name)
        for run in self.store.runs(name):
            self.runner.stop_run(run["RunId"])
        return {"Name": name}

    def start_job_run(self, request: Request) -> Response:
        run_id = self.add_run(request["Name"], self.store.caller())
        self.runner.submit(run_id)
        return {"RunId": run_id}

    def add_run(self, name: str, started_by: str) -> str:
        """Keep all that a run needs as it is now, for the runner; the run's id."""
        job = self.store.get("job", name)
        run_id = f"db_{secrets.token_hex(32)}"
        document = {
            "job": job,
            "dataset": self.store.get("dataset", job["DatasetName"]),
            "StartedOn": time.time(),
            "StartedBy": started_by,
            "Attempt": 0,
            **(self._recipe_input(job) if job["Type"] == "RECIPE" else self._profile_input(job)),
        }
        self.store.add_run(run_id, job["Name"], document)
        return run_id

    def _recipe_input(self, job: Document) -> Document:
        reference = job["RecipeReference"]
        version = self.find_version(reference["Name"], reference["RecipeVersion"])
        steps = self.store.recipe(reference["Name"], version)["Steps"]
        check_steps(steps)
        others = second_inputs(steps, lambda name: self.store.get("dataset", name))
        given = job.get("DataCatalogOutputs") or ()
        tables = [catalog.target_of(self.platform, table) for table in given]
        return {"steps": steps, "others": others, "tables": tables}

    def _profile_input(self, job: Document) -> Document:
        wanted = job.get("ValidationConfigurations") or ()
        return {"rulesets": [self._rules(item["RulesetArn"]) for item in wanted]}

    def _rules(self, arn: str) -> Document:
        ruleset = self.store.get("ruleset", _name_in(arn))
        modified = datetime.fromtimestamp(ruleset["LastModifiedDate"], UTC)
        return {
            "name": ruleset["Name"],
            "description": ruleset.get("Description", ""),
            "arn": arn,
            "lastModifiedDate": modified.strftime("%a %b %d %H:%M:%S UTC %Y"),
            "rules": ruleset["Rules"],
        }

    def describe_job_run(self, request: Request) -> Response:
        return _shown(self._run(request))

    def _run(self, request: Request) -> Document:
        run = self.store.run(request["RunId"])
        if run["job"]["Name"] != request["Name"]:
            raise ResourceNotFoundException("job run", request["RunId"])
        return run

    def list_job_runs(self, request: Request) -> Response:
        self.store.get("job", request["Name"])
        found = self.store.runs(request["Name"])
        runs = [without(_shown(run), "ProfileConfiguration") for run in found]
        return page(request, "JobRuns", runs)

    def stop_job_run(self, request: Request) -> Response:
        run = self._run(request)
        if not self.runner.stop_run(run["RunId"]) and run["State"] not in UNFINISHED:
            raise ValidationException(
                f"The job run {run['RunId']} cannot be stopped: it is {run['State']}"
            )
        return {"RunId": run["RunId"]}


def _shown(run: Document) -> Response:
    shown = only(run, SHOWN) | only(run["job"], FROM_JOB)
    # A run that waits, or was stopped while it did, has consumed nothing.
    ended = run.get("CompletedOn", time.time())
    shown["ExecutionTime"] = max(0, round(ended - run.get("ExecutionStart", ended)))
    name = {"JobName": run["job"]["Name"], "LogGroupName": LOG_GROUP}
    return dated(shown | name)


def _name_in(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _check_profile(configuration: dict[str, Any]) -> None:
    from local_aws.services.databrew.engine.errors import RunFailed
    from local_aws.services.databrew.engine.profile import check

    try:
        check(configuration)
    except RunFailed as error:
        raise ValidationException(str(error)) from error

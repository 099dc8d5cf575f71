"""DataBrew's operations.

AWS runs recipes and profiles on Spark; here a run is a process in which DuckDB does the same work
(see `engine`). Projects and data sets of a JDBC connection are refused by name.
https://docs.aws.amazon.com/databrew/latest/dg/api-reference.html
"""

from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.schedules.scheduler import Scheduler
from local_aws.services.databrew.datasets import check_dataset, source_kind
from local_aws.services.databrew.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from local_aws.services.databrew.jobs import Jobs
from local_aws.services.databrew.model import Store
from local_aws.services.databrew.paging import page
from local_aws.services.databrew.recipes import Recipes
from local_aws.services.databrew.runs import Runner
from local_aws.services.databrew.schedules import Schedules
from local_aws.services.databrew.shapes import dated, only, without

DATASET = ("Name", "Format", "FormatOptions", "Input", "PathOptions", "Tags")
RULESET = ("Name", "Description", "Rules", "TargetArn", "Tags")


class DataBrewApi(Recipes, Jobs, Schedules):
    """Data sets, rulesets, tags; recipes, jobs and schedules stand in modules of their own."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.store = Store(platform)
        self.runner = Runner(platform, self.store)
        self.scheduler = Scheduler(self.expressions, self.fire)

    def start(self) -> None:
        self.runner.start()
        self.scheduler.start()

    def stop(self) -> None:
        self.scheduler.stop()
        self.runner.stop()

    def create_dataset(self, request: Request) -> Response:
        check_dataset(self.platform, request)
        self.store.create("dataset", request["Name"], only(request, DATASET))
        return {"Name": request["Name"]}

    def update_dataset(self, request: Request) -> Response:
        check_dataset(self.platform, request)
        self.store.update("dataset", request["Name"], only(request, DATASET))
        return {"Name": request["Name"]}

    def describe_dataset(self, request: Request) -> Response:
        return self._dataset(self.store.get("dataset", request["Name"]))

    def delete_dataset(self, request: Request) -> Response:
        self._refuse_used("dataset", request["Name"])
        self.store.delete("dataset", request["Name"])
        return {"Name": request["Name"]}

    def list_datasets(self, request: Request) -> Response:
        return page(request, "Datasets", [self._dataset(d) for d in self.store.all("dataset")])

    def _dataset(self, document: dict[str, Any]) -> Response:
        arn = self.store.arn("dataset", document["Name"])
        return dated(document | {"Source": source_kind(document), "ResourceArn": arn})

    def create_ruleset(self, request: Request) -> Response:
        _check_rules(request["Rules"])
        self._target_dataset(request["TargetArn"])
        self.store.create("ruleset", request["Name"], only(request, RULESET))
        return {"Name": request["Name"]}

    def update_ruleset(self, request: Request) -> Response:
        _check_rules(request["Rules"])
        old = self.store.get("ruleset", request["Name"])
        document = only(request, RULESET) | {"TargetArn": old["TargetArn"]}
        self.store.update("ruleset", request["Name"], document)
        return {"Name": request["Name"]}

    def describe_ruleset(self, request: Request) -> Response:
        return self._ruleset(self.store.get("ruleset", request["Name"]))

    def delete_ruleset(self, request: Request) -> Response:
        self._refuse_used("ruleset", request["Name"])
        self.store.delete("ruleset", request["Name"])
        return {"Name": request["Name"]}

    def list_rulesets(self, request: Request) -> Response:
        found = [self._ruleset(ruleset) for ruleset in self.store.all("ruleset")]
        target = request.get("TargetArn")
        chosen = [r for r in found if target in (None, r["TargetArn"])]
        items = [without(r, "Rules") | {"RuleCount": len(r["Rules"])} for r in chosen]
        return page(request, "Rulesets", items)

    def _refuse_used(self, kind: str, name: str) -> None:
        """A data set or a ruleset of a job stays until the job goes."""
        arn = self.store.arn("ruleset", name)
        for job in self.store.all("job"):
            rules = [used["RulesetArn"] for used in job.get("ValidationConfigurations") or ()]
            if arn in rules if kind == "ruleset" else job["DatasetName"] == name:
                raise ConflictException(f"The {kind} {name} is used by the job {job['Name']}")

    def _ruleset(self, document: dict[str, Any]) -> Response:
        return dated(document | {"ResourceArn": self.store.arn("ruleset", document["Name"])})

    def _target_dataset(self, arn: str) -> None:
        kind, _, name = arn.rsplit(":", 1)[-1].partition("/")
        if kind != "dataset":
            raise ValidationException(f"{arn} is not the ARN of a data set")
        self.store.get("dataset", name)

    def tag_resource(self, request: Request) -> Response:
        self._retag(request["ResourceArn"], lambda tags: tags | request["Tags"])
        return {}

    def untag_resource(self, request: Request) -> Response:
        gone = set(request["TagKeys"])
        self._retag(
            request["ResourceArn"], lambda tags: {k: v for k, v in tags.items() if k not in gone}
        )
        return {}

    def list_tags_for_resource(self, request: Request) -> Response:
        found: dict[str, str] = {}

        def read(tags: dict[str, str]) -> dict[str, str]:
            found.update(tags)
            return tags

        self._retag(request["ResourceArn"], read)
        return {"Tags": found}

    def _retag(self, arn: str, change: Any) -> None:
        """Change the tags of whatever the ARN names."""
        kind, _, name = arn.rsplit(":", 1)[-1].partition("/")
        if kind == "recipe":
            self.retag_recipe(name, change)
        elif kind in ("dataset", "ruleset", "job", "schedule"):
            with self.store.db.transaction():
                document = self.store.get(kind, name)
                tags = change(document.get("Tags") or {})
                self.store.put(kind, name, document | {"Tags": tags})
        else:
            raise ResourceNotFoundException("resource", arn)


def _check_rules(rules: list[dict[str, Any]]) -> None:
    """Refuse a rule that could not be read when the job runs."""
    from local_aws.services.databrew.engine.errors import RunFailed
    from local_aws.services.databrew.engine.ruleset import check

    names = [rule["Name"] for rule in rules]
    if len(set(names)) < len(names):
        raise ValidationException("Rule names must be unique in a ruleset")
    for rule in rules:
        try:
            check(rule)
        except RunFailed as error:
            raise ValidationException(f"Rule {rule['Name']}: {error}") from error

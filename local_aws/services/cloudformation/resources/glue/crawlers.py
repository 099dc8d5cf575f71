"""Crawlers."""

from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.calls import call
from local_aws.services.cloudformation.resources.glue.named import Document, Named
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.glue.crawlers.settings import (
    DEFAULTS,
    LOG_ONLY,
    NEW_FOLDERS,
    UNSUPPORTED_TARGET_MEMBERS,
    UNSUPPORTED_TARGETS,
)

SAME = (
    "Classifiers",
    "Configuration",
    "DatabaseName",
    "Description",
    "LakeFormationConfiguration",
    "RecrawlPolicy",
    "Role",
    "SchemaChangePolicy",
    "TablePrefix",
    "Targets",
)
"""The properties that CreateCrawler has under the same name, in the same shape."""
EMPTY = {"Configuration": "", "DatabaseName": "", "Description": "", "TablePrefix": ""}


class Crawlers(Named):
    """AWS::Glue::Crawler. While one runs an update waits, and a delete ends the crawl first."""

    takes = frozenset({*SAME, "Name", "Schedule", "Tags"})
    refuses = frozenset(
        {f"Targets.{kind}" for kind in UNSUPPORTED_TARGETS}
        | {
            f"Targets.{kind}.{member}"
            for kind in ("S3Targets", "CatalogTargets")
            for member in UNSUPPORTED_TARGET_MEMBERS
        }
    )
    noun = "crawler"
    tagged = True

    def given_name(self, properties: Properties) -> Any:
        return properties.get("Name")

    def definition(self, work: Work, name: str) -> Document:
        given: Any = work.properties
        request = {k: given[k] for k in SAME if k in given} | {"Name": name}
        expression = given.get("Schedule", {}).get("ScheduleExpression")
        return request | ({"Schedule": expression} if expression else {})

    def changes(self, work: Work, name: str) -> Document:
        return self._defaults(work) | self.definition(work, name)

    def update(self, work: Work) -> Made:
        work.wait(lambda: self._idle(work))
        return super().update(work)

    def delete(self, work: Work) -> None:
        if not self._idle(work):
            with suppress(ClientError):  # it ended just now
                call(work.client("glue"), "stop_crawler", Name=work.physical_id)
            work.wait(lambda: self._idle(work))
        super().delete(work)

    def template(self, shown: Document) -> Document:
        kept = {k: shown[k] for k in (*SAME, "Name") if shown.get(k)}
        kept["Targets"] = {kind: found for kind, found in shown["Targets"].items() if found}
        expression = shown.get("Schedule", {}).get("ScheduleExpression")
        return kept | ({"Schedule": {"ScheduleExpression": expression}} if expression else {})

    def _idle(self, work: Work) -> bool:
        shown = self.get(work, work.physical_id)
        return shown is None or shown["State"] == "READY"

    def _defaults(self, work: Work) -> Document:
        """UpdateCrawler keeps what a request leaves out, so that it must say all."""
        usual = {k: v for k, v in DEFAULTS.items() if k in SAME}
        recrawls = work.properties.get("RecrawlPolicy", {}).get("RecrawlBehavior")
        policy = {"SchemaChangePolicy": LOG_ONLY} if recrawls == NEW_FOLDERS else {}
        return EMPTY | usual | policy | {"Schedule": ""}

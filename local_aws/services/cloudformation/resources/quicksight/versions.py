"""Assets that have versions: dashboards, templates and themes.

As on AWS a dashboard's update is published, and a version's errors fail the step.
"""

from typing import ClassVar

from local_aws.services.cloudformation.resources.calls import Answer
from local_aws.services.cloudformation.resources.handler import ResourceFailed, Work
from local_aws.services.cloudformation.resources.quicksight.assets import Asset, Document

FACTS = ("Arn", "CreatedTime", "LastUpdatedTime", "Version")


class Versioned(Asset):
    """One whose Create... and Update... answer with a version, which may fail."""

    facts: ClassVar[tuple[str, ...]] = FACTS

    def settle(self, work: Work, asset: str, answer: Answer) -> None:
        number = int(answer["VersionArn"].rpartition("/")[2])
        version: Document = {}

        def ended() -> bool:
            found = self.ask(work, "describe", asset, VersionNumber=number)
            version.update(found[self.noun]["Version"])
            return not version["Status"].endswith("IN_PROGRESS")

        work.wait(ended)
        refuse_errors(f"Version {number} of {asset}", version["Status"], version)
        self.use(work, asset, number)

    def use(self, work: Work, asset: str, number: int) -> None:
        """Let the version that succeeded be the one that is used."""


class Dashboards(Versioned):
    """AWS::QuickSight::Dashboard."""

    noun = "Dashboard"
    given = (
        "DashboardPublishOptions",
        "Definition",
        "Name",
        "Parameters",
        "SourceEntity",
        "ThemeArn",
        "ValidationStrategy",
        "VersionDescription",
    )
    told = ("Name",)
    facts = (*FACTS, "LastPublishedTime")
    takes = frozenset({"AwsAccountId", "DashboardId", "Permissions", "Tags", *given})

    def use(self, work: Work, asset: str, number: int) -> None:
        self.ask(work, "update", asset, part="published_version", VersionNumber=number)


class Templates(Versioned):
    """AWS::QuickSight::Template."""

    noun = "Template"
    given = (
        "Definition",
        "Name",
        "SourceEntity",
        "ValidationStrategy",
        "VersionDescription",
    )
    told = ("Name",)
    takes = frozenset({"AwsAccountId", "TemplateId", "Permissions", "Tags", *given})


class Themes(Versioned):
    """AWS::QuickSight::Theme."""

    noun = "Theme"
    given = ("BaseThemeId", "Configuration", "Name", "VersionDescription")
    told = ("Name",)
    facts = (*FACTS, "Type")
    takes = frozenset({"AwsAccountId", "ThemeId", "Permissions", "Tags", *given})

    def physical_id(self, work: Work, asset: str) -> str:
        """The other way round, as AWS has it of this type alone."""
        return f"{asset}|{work.account_id}"

    def template(self, shown: Document) -> Document:
        version = shown["Version"]
        told = {k: version[k] for k in ("BaseThemeId", "Configuration")}
        described = {"VersionDescription": version.get("Description")}
        return super().template(shown) | told | {k: v for k, v in described.items() if v}


def refuse_errors(what: str, status: str, document: Document) -> None:
    """Raises ResourceFailed with the errors of what could not be made."""
    if status.endswith("FAILED"):
        errors = document.get("Errors") or [{"Type": status, "Message": ""}]
        told = "; ".join(f"{e.get('Type')}: {e.get('Message')}" for e in errors)
        raise ResourceFailed(f"{what} failed: {told}")

"""Templates: definitions over placeholders, from which dashboards and analyses are made.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Template.html
"""

from local_aws.context import Request, Response
from local_aws.services.quicksight import sources
from local_aws.services.quicksight.model import TEMPLATE
from local_aws.services.quicksight.operations.assets import VersionedAssets
from local_aws.services.quicksight.operations.common import operation, page, present, when


class Templates(VersionedAssets):
    """CreateTemplate and its like."""

    kind, noun = TEMPLATE, "Template"

    @operation(202)
    def create_template(self, request: Request) -> Response:
        """Keep the definition as version 1."""
        document = self._document(request)
        with self.store.db.transaction():
            self.keep(request, present(Name=request.get("Name")))
            number = self.store.versions.add(TEMPLATE, request["TemplateId"], document, [])
        return self.made(request["TemplateId"], number)

    @operation(202)
    def update_template(self, request: Request) -> Response:
        """Add a version."""
        row, document = self.row(request), self._document(request)
        with self.store.db.transaction():
            name = present(Name=request.get("Name", row["document"].get("Name")))
            self.store.update(TEMPLATE, row["id"], name)
            number = self.store.versions.add(TEMPLATE, row["id"], document, [])
        return self.made(row["id"], number)

    @operation()
    def describe_template(self, request: Request) -> Response:
        """A template and one version of it."""
        row = self.row(request)
        version = self.version(row, request)
        document = version["document"]
        shown = self.version_summary(version) | present(
            DataSetConfigurations=document["Definition"]["DataSetConfigurations"],
            SourceEntityArn=document.get("SourceEntityArn"),
            ThemeArn=document.get("ThemeArn"),
            **sources.outline(document["Definition"]),
        )
        shown.pop("Arn")
        times = {"CreatedTime": when(row["created"]), "LastUpdatedTime": when(row["updated"])}
        name = present(Name=row["document"].get("Name"))
        return {"Template": self.named(row["id"]) | name | times | {"Version": shown}}

    @operation()
    def describe_template_definition(self, request: Request) -> Response:
        """One version's definition."""
        row = self.row(request)
        version = self.version(row, request)
        return present(
            TemplateId=row["id"],
            Name=row["document"].get("Name"),
            ResourceStatus=version["status"],
            ThemeArn=version["document"].get("ThemeArn"),
            Definition=version["document"]["Definition"],
        )

    @operation()
    def list_templates(self, request: Request) -> Response:
        """All of them, by id."""
        rows, token = page(request, self.store.list(TEMPLATE), lambda row: str(row["id"]))
        return {"TemplateSummaryList": [self.summary(row) for row in rows]} | token

    @operation()
    def list_template_versions(self, request: Request) -> Response:
        """A template's versions, the first first."""
        return self.listed_versions(request)

    @operation()
    def delete_template(self, request: Request) -> Response:
        """Remove the template, or one version of it; dashboards made from it stay."""
        return self.deleted(request)

    @operation()
    def describe_template_permissions(self, request: Request) -> Response:
        """Who may do what."""
        return self.described_permissions(request)

    @operation()
    def update_template_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        return self.updated_permissions(request)

    @operation()
    def create_template_alias(self, request: Request) -> Response:
        """Name a version."""
        return self.alias_created(request)

    @operation()
    def update_template_alias(self, request: Request) -> Response:
        """Let an alias name another version."""
        return self.alias_moved(request)

    @operation()
    def describe_template_alias(self, request: Request) -> Response:
        """One alias."""
        return self.alias_described(request)

    @operation()
    def list_template_aliases(self, request: Request) -> Response:
        """A template's aliases, by name."""
        return self.aliases_listed(request)

    @operation()
    def delete_template_alias(self, request: Request) -> Response:
        """Forget an alias."""
        return self.alias_deleted(request)

    def _document(self, request: Request) -> Response:
        source = sources.of_template(self.store, request)
        return present(
            Definition=source.definition,
            ThemeArn=source.theme,
            SourceEntityArn=source.arn,
            VersionDescription=request.get("VersionDescription"),
        )

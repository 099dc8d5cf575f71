"""Tables of the catalog."""

from typing import Any

from local_aws.services.cloudformation.resources.described import writable
from local_aws.services.cloudformation.resources.glue.named import Document, Named
from local_aws.services.cloudformation.resources.handler import Properties, Work


class Tables(Named):
    """AWS::Glue::Table. A definition that an update brings replaces the one before."""

    takes = frozenset({"CatalogId", "DatabaseName", "Name", "TableInput"})
    refuses = frozenset({"TableInput.TargetTable", "TableInput.ViewDefinition"})
    noun = "table"

    def given_name(self, properties: Properties) -> Any:
        return properties.get("Name") or properties.get("TableInput", {}).get("Name")

    def scope(self, properties: Properties) -> Document:
        return super().scope(properties) | {"DatabaseName": properties["DatabaseName"]}

    def definition(self, work: Work, name: str) -> Document:
        given = work.properties.get("TableInput", {}) | {"Name": name}
        return self.scope(work.properties) | {"TableInput": given}

    def changes(self, work: Work, name: str) -> Document:
        return self.definition(work, name)

    def template(self, shown: Document) -> Document:
        given = writable("glue", "CreateTable", "TableInput", shown)
        return {
            "CatalogId": shown["CatalogId"],
            "DatabaseName": shown["DatabaseName"],
            "Name": shown["Name"],
            "TableInput": given | {"Name": shown["Name"]},
        }

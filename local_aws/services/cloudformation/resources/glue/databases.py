"""Databases of the catalog."""

from typing import Any

from local_aws.services.cloudformation.resources.described import writable
from local_aws.services.cloudformation.resources.glue.named import Document, Named
from local_aws.services.cloudformation.resources.handler import Properties, Work


class Databases(Named):
    """AWS::Glue::Database."""

    takes = frozenset({"CatalogId", "DatabaseInput", "DatabaseName"})
    refuses = frozenset({"DatabaseInput.FederatedDatabase", "DatabaseInput.TargetDatabase"})
    replaced_by = frozenset({"DatabaseInput.Name"})
    noun = "database"

    def given_name(self, properties: Properties) -> Any:
        return properties.get("DatabaseName") or properties["DatabaseInput"].get("Name")

    def definition(self, work: Work, name: str) -> Document:
        given = work.properties["DatabaseInput"] | {"Name": name}
        return self.scope(work.properties) | {"DatabaseInput": given}

    def changes(self, work: Work, name: str) -> Document:
        return self.definition(work, name) | {"Name": name}

    def template(self, shown: Document) -> Document:
        given = writable("glue", "CreateDatabase", "DatabaseInput", shown)
        return {
            "CatalogId": shown["CatalogId"],
            "DatabaseName": shown["Name"],
            "DatabaseInput": given | {"Name": shown["Name"]},
        }

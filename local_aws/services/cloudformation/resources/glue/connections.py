"""Connections: written down and shown; nothing here opens one."""

from collections.abc import Mapping
from typing import Any

from local_aws.services.cloudformation.resources.described import writable
from local_aws.services.cloudformation.resources.glue.named import Document, Named
from local_aws.services.cloudformation.resources.handler import Properties, Work
from local_aws.services.glue.catalog.connections import HIDDEN
from local_aws.services.glue.catalog_api.connections import UNSUPPORTED


class Connections(Named):
    """AWS::Glue::Connection."""

    takes = frozenset({"CatalogId", "ConnectionInput", "Tags"})
    refuses = frozenset(f"ConnectionInput.{member}" for member in UNSUPPORTED)
    noun = "connection"
    delete_member = "ConnectionName"
    tagged = True

    def given_name(self, properties: Properties) -> Any:
        return properties["ConnectionInput"].get("Name") or properties.get("Name")

    def definition(self, work: Work, name: str) -> Document:
        given = {"ConnectionProperties": {}} | work.properties["ConnectionInput"] | {"Name": name}
        return self.scope(work.properties) | {"ConnectionInput": given}

    def changes(self, work: Work, name: str) -> Document:
        return self.definition(work, name) | {"Name": name}

    def read(self, work: Work) -> Properties | None:
        """A password is not told: it is taken to be the one that the template gives."""
        shown = super().read(work)
        if shown is None:
            return None
        given = (work.properties or work.before)["ConnectionInput"].get("ConnectionProperties", {})
        hidden = {k: given[k] for k in given if HIDDEN.search(k)} if _is_map(given) else {}
        properties = shown["ConnectionInput"]["ConnectionProperties"] | hidden
        known = shown["ConnectionInput"] | {"ConnectionProperties": properties}
        return {**shown, "CatalogId": work.account_id, "ConnectionInput": known}

    def template(self, shown: Document) -> Document:
        given = writable("glue", "CreateConnection", "ConnectionInput", shown)
        return {"ConnectionInput": given}

    def get(self, work: Work, name: str, **beside: Any) -> Document | None:
        """Without the password, which is not kept."""
        return super().get(work, name, HidePassword=True, **beside)


def _is_map(given: Any) -> bool:
    """A template may give properties as JSON text."""
    return isinstance(given, Mapping)

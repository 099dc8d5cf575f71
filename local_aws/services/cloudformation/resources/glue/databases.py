"""Databases of the catalog: ``Ref`` gives the name."""

from typing import Any

from local_aws.services.cloudformation.resources.calls import call, found, writable
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work

MISSING = ("EntityNotFoundException",)


class Databases(Handler):
    """AWS::Glue::Database."""

    takes = frozenset({"CatalogId", "DatabaseInput", "DatabaseName"})
    refuses = frozenset({"DatabaseInput.FederatedDatabase", "DatabaseInput.TargetDatabase"})
    replaced_by = frozenset({"DatabaseInput.Name"})

    def create(self, work: Work) -> Made:
        call(work, "glue", "CreateDatabase", _request(work))
        return Made(_name(work))

    def update(self, work: Work) -> Made:
        call(work, "glue", "UpdateDatabase", _request(work) | {"Name": work.physical_id})
        return Made(work.physical_id)

    def delete(self, work: Work) -> None:
        request = _catalog(work.before) | {"Name": work.physical_id}
        found(work, "glue", "DeleteDatabase", request, MISSING)

    def read(self, work: Work) -> Properties | None:
        answer = self._get(work, work.physical_id)
        if answer is None:
            return None
        shown = writable("glue", "CreateDatabase", "DatabaseInput", answer["Database"])
        return {"CatalogId": answer["Database"]["CatalogId"], "DatabaseInput": shown}

    def identify(self, work: Work) -> Made | None:
        name = _name(work)
        return Made(name) if self._get(work, name) else None

    def _get(self, work: Work, name: str) -> dict[str, Any] | None:
        request = _catalog(work.properties) | {"Name": name}
        return found(work, "glue", "GetDatabase", request, MISSING)


def _name(work: Work) -> str:
    """The catalog keeps names in lower case; a template's own is told as it was written."""
    given = work.properties.get("DatabaseName") or work.properties["DatabaseInput"].get("Name")
    return given or work.name.lower()


def _catalog(properties: Properties) -> dict[str, Any]:
    return {k: properties[k] for k in ("CatalogId",) if k in properties}


def _request(work: Work) -> dict[str, Any]:
    given = work.properties["DatabaseInput"] | {"Name": work.physical_id or _name(work)}
    return _catalog(work.properties) | {"DatabaseInput": given}

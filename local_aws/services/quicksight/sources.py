"""Where a dashboard's, an analysis's or a template's definition comes from.

A template is a definition over placeholders; a SourceEntity puts data sets in their places.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardSourceTemplate.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.database import Row
from local_aws.services.quicksight.definition import check
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import ANALYSIS, TEMPLATE, Store

Definition = dict[str, Any]
DECLARED, PLACEHOLDERS = "DataSetIdentifierDeclarations", "DataSetConfigurations"


@dataclass(frozen=True)
class Source:
    """A definition, and what else its source gives: a theme, and the source's own ARN."""

    definition: Definition
    theme: str | None = None
    arn: str | None = None


def of_dashboard(store: Store, request: Mapping[str, Any]) -> Source:
    """The definition of a dashboard or an analysis. Raises Unsupported, InvalidParameter."""
    kind, entity = _chosen(request)
    if kind == "Definition":
        check(entity)
        return Source(entity)
    if kind != "SourceTemplate":
        raise Unsupported(f"SourceEntity.{kind}")
    version = template_version(store, entity["Arn"])
    definition = _filled(version["document"]["Definition"], entity["DataSetReferences"])
    return Source(definition, version["document"].get("ThemeArn"), entity["Arn"])


def of_template(store: Store, request: Mapping[str, Any]) -> Source:
    """The definition of a template, over placeholders. Raises Unsupported, InvalidParameter."""
    kind, entity = _chosen(request)
    if kind == "Definition":
        check(declared(entity))
        return Source(entity)
    if kind == "SourceTemplate":
        document = template_version(store, entity["Arn"])["document"]
        return Source(document["Definition"], document.get("ThemeArn"), entity["Arn"])
    row = store.get(ANALYSIS, store.id_of(ANALYSIS, entity["Arn"]))
    definition = _emptied(row["document"]["Definition"], entity["DataSetReferences"])
    return Source(definition, row["document"].get("ThemeArn"), entity["Arn"])


def template_version(store: Store, arn: str) -> Row:
    """The version that a template's ARN names: /version/N, /alias/NAME, or else the newest.

    Raises ResourceNotFound.
    """
    path = store.id_of(TEMPLATE, arn).split("/")
    if len(path) == 3 and path[1] == "version" and path[2].isdigit():
        return store.versions.get(TEMPLATE, path[0], int(path[2]))
    if len(path) == 3 and path[1] == "alias":
        return store.versions.named(TEMPLATE, path[0], path[2])
    if len(path) == 1:
        return store.versions.latest(TEMPLATE, path[0])
    raise ResourceNotFound("TEMPLATE", arn)


def declared(template: Mapping[str, Any]) -> Definition:
    """A template's definition as a dashboard's over data sets that are not there."""
    kept = {name: part for name, part in template.items() if name != PLACEHOLDERS}
    return kept | {
        DECLARED: [
            {"Identifier": item["Placeholder"], "DataSetArn": ""} for item in template[PLACEHOLDERS]
        ]
    }


def outline(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition's sheets, and its data sets, as descriptions of assets show them."""
    sheets = [
        {name: sheet[name] for name in ("SheetId", "Name") if name in sheet}
        for sheet in definition.get("Sheets", [])
    ]
    arns = [item["DataSetArn"] for item in definition.get(DECLARED, [])]
    return {"Sheets": sheets} | ({"DataSetArns": arns} if DECLARED in definition else {})


def _chosen(request: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = [name for name in ("Definition", "SourceEntity") if request.get(name)]
    if len(given) != 1:
        raise InvalidParameter("Give either a Definition or a SourceEntity")
    if given == ["Definition"]:
        return "Definition", request["Definition"]
    kind, entity = next(iter(request["SourceEntity"].items()))
    return kind, entity


def _filled(template: Definition, references: list[dict[str, str]]) -> Definition:
    """A template's definition with data sets for its placeholders."""
    arns = {item["DataSetPlaceholder"]: item["DataSetArn"] for item in references}
    wanted = [item["Placeholder"] for item in template[PLACEHOLDERS]]
    _agree(arns, wanted, "placeholder")
    kept = {name: part for name, part in template.items() if name != PLACEHOLDERS}
    return kept | {DECLARED: [{"Identifier": n, "DataSetArn": arns[n]} for n in wanted]}


def _emptied(definition: Definition, references: list[dict[str, str]]) -> Definition:
    """An analysis's definition with placeholders for its data sets."""
    names = {item["DataSetArn"]: item["DataSetPlaceholder"] for item in references}
    arns = {item["Identifier"]: item["DataSetArn"] for item in definition[DECLARED]}
    _agree(names, list(arns.values()), "data set")
    kept = {name: part for name, part in definition.items() if name != DECLARED}
    renamed = _renamed(kept, {identifier: names[arn] for identifier, arn in arns.items()})
    return dict(renamed) | {PLACEHOLDERS: [{"Placeholder": name} for name in names.values()]}


def _agree(given: Mapping[str, str], wanted: list[str], noun: str) -> None:
    for name in wanted:
        if name not in given:
            raise InvalidParameter(f"DataSetReferences has nothing for the {noun} {name}")
    for name in given:
        if name not in wanted:
            raise InvalidParameter(f"DataSetReferences names the {noun} {name}, which is not used")


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """A part of a definition with its data sets called otherwise."""
    if isinstance(part, dict):
        return {
            key: names.get(value, value) if key == "DataSetIdentifier" else _renamed(value, names)
            for key, value in part.items()
        }
    if isinstance(part, list):
        return [_renamed(item, names) for item in part]
    return part

"""Custom classifiers."""

from dataclasses import replace
from typing import Any

from local_aws.services.cloudformation.resources.calls import call
from local_aws.services.cloudformation.resources.glue.named import Document, Named
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.undone import undone
from local_aws.services.glue.classifiers.definitions import KINDS

RENAMED = {"ContainsCustomDatatype": "CustomDatatypes"}
"""Members of a CsvClassifier that a template names otherwise than Glue."""
FACTS = ("CreationTime", "LastUpdated", "Version")


class Classifiers(Named):
    """AWS::Glue::Classifier of CSV and JSON.

    UpdateClassifier keeps what it is not told and cannot be told to forget: a classifier that
    loses a member is made anew under its name.
    """

    takes = frozenset(KINDS)
    noun = "classifier"

    def given_name(self, properties: Properties) -> Any:
        return _kind(properties)[1].get("Name") or properties.get("Name")

    def definition(self, work: Work, name: str) -> Document:
        kind, given = _kind(work.properties)
        return {kind: _renamed(given, RENAMED) | {"Name": name}} if kind else {}

    def changes(self, work: Work, name: str) -> Document:
        return self.definition(work, name)

    def update(self, work: Work) -> Made:
        (old, before), (new, after) = _kind(work.before), _kind(work.properties)
        there = self.get(work, work.physical_id) is not None
        if there and old == new and before.keys() <= after.keys():
            return super().update(work)
        self.delete(work)
        with undone(lambda: self._make(replace(work, properties=work.before))):
            self._make(work)
        return Made(work.physical_id)

    def _make(self, work: Work) -> None:
        request = self.definition(work, work.physical_id)
        call(work.client("glue"), "create_classifier", **request)

    def template(self, shown: Document) -> Document:
        kind, found = _kind(shown)
        kept = {k: v for k, v in found.items() if k not in FACTS}
        return {kind: _renamed(kept, {ours: theirs for theirs, ours in RENAMED.items()})}


def _kind(properties: Properties) -> tuple[str, Document]:
    """The one kind that is given; Glue refuses more than one."""
    return next(((kind, properties[kind]) for kind in KINDS if kind in properties), ("", {}))


def _renamed(given: Document, names: dict[str, str]) -> Document:
    return {names.get(k, k): v for k, v in given.items()}

"""Policies that are put on other resources, and have no name of their own in their service."""

from abc import abstractmethod
from collections.abc import Set
from dataclasses import replace
from typing import Any

from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    ResourceFailed,
    Work,
)

Target = tuple[str, str]
"""The property that lists it, and the entry there: ``("Topics", "arn:aws:sns:...")``."""


class Attached(Handler):
    """One document for each of the resources that some properties list."""

    lists: tuple[str, ...]
    """The properties that list them."""

    @abstractmethod
    def attach(self, work: Work, target: Target) -> None:
        """Put the document on it; the one of an earlier try or version is overwritten."""

    @abstractmethod
    def detach(self, work: Work, target: Target) -> None:
        """Take it off; no error where the document or the resource itself is gone."""

    @abstractmethod
    def attached(self, work: Work, target: Target) -> Any:
        """The document that is on it; None where there is none."""

    def create(self, work: Work) -> Made:
        if not self._targets(work.properties):
            raise ResourceFailed(f"At least one of {', '.join(self.lists)} must be non-empty.")
        return self.update(replace(work, physical_id=work.name))

    def update(self, work: Work) -> Made:
        wanted = self._targets(work.properties)
        for target in wanted:
            self.attach(work, target)
        for target in self.dropped(work, frozenset(wanted)):
            self.detach(work, target)
        return Made(work.physical_id, {"Id": work.physical_id})

    def dropped(self, work: Work, wanted: Set[Target]) -> list[Target]:
        """What had the document before and is no more listed."""
        return [target for target in self._targets(work.before) if target not in wanted]

    def delete(self, work: Work) -> None:
        for target in self._targets(work.before):
            self.detach(work, target)

    def read(self, work: Work) -> Properties | None:
        """Of what the template lists: the resources that still have a document, and it."""
        expected = work.properties or work.before
        found = {target: self.attached(work, target) for target in self._targets(expected)}
        having = {target: document for target, document in found.items() if document is not None}
        if not having:
            return None
        lists = {
            name: [entry for listed, entry in having if listed == name]
            for name in self.lists
            if name in expected
        }
        wanted = {name: expected[name] for name in self.document("") if name in expected}
        told = [self.document(document) for document in having.values()]
        return {**lists, **next((one for one in told if one != wanted), wanted)}

    def document(self, attached: Any) -> dict[str, Any]:
        """What `attached` answers as the property that gave it."""
        return {"PolicyDocument": attached}

    def identify(self, work: Work) -> Made | None:
        if self.read(work) is None:
            return None
        name = work.physical_id or work.name
        return Made(name, {"Id": name})

    def _targets(self, properties: Properties) -> list[Target]:
        return [(name, str(entry)) for name in self.lists for entry in properties.get(name) or []]

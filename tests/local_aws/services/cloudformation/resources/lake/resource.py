"""A resource of a stack whose properties are given as keywords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_aws.services.cloudformation.resources.handler import Made, Properties

if TYPE_CHECKING:
    from tests.local_aws.services.cloudformation.resources.conftest import Resource as Base

ACCOUNT = "123456789012"


class Resource:
    """One resource of a template, as its stack handles it."""

    def __init__(self, base: Base) -> None:
        self.base, self.handler = base, base.handler

    @property
    def made(self) -> Made:
        return self.base.made

    @property
    def before(self) -> Properties:
        return self.base.work.properties

    def create(self, **properties: Any) -> Made:
        return self.base.create(properties)

    def retry(self) -> Made:
        """The create once more, after a kill."""
        return self.base.create(self.before, retried=True)

    def update(self, **properties: Any) -> Made:
        return self.base.update(properties, retried=False)

    def delete(self) -> None:
        self.base.delete()

    def read(self) -> dict[str, Any]:
        """What a template would say of it. Fails where it is gone."""
        found = self.base.read()
        assert found is not None
        return dict(found)

    @property
    def gone(self) -> bool:
        return self.base.read() is None

    def identify(self) -> Made | None:
        return self.base.identify()

    def adopt(self, **properties: Any) -> Made:
        """Take what is there: an import."""
        self.base.work = replace(self.base.work, properties=properties)
        found = self.identify()
        assert found is not None
        self.base.made = found
        return found


Stack = Callable[..., Resource]
"""A resource of a type, in a stack with the tags that the keywords give."""

"""A stack of one resource: what the engine asks of a handler, one call after the other."""

import uuid
from collections.abc import Callable
from typing import Any

from local_aws.services.cloudformation.resources import handler_of
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from tests.conftest import LocalServer

ACCOUNT = "123456789012"


class Resource:
    """One resource of a template: what it was made from, and what it is."""

    def __init__(self, server: LocalServer, type_name: str, tags: dict[str, str]) -> None:
        found = handler_of(type_name)
        assert found is not None, type_name
        self.handler: Handler = found
        self.server, self.tags = server, tags
        self.token = uuid.uuid4().hex
        self.before: Properties = {}
        self.made = Made("")

    def create(self, **properties: Any) -> Made:
        self.made = self.handler.create(self._work(properties))
        self.before = properties
        return self.made

    def retry(self) -> Made:
        """The create once more, after a kill."""
        return self.handler.create(self._work(self.before, physical_id="", retried=True))

    def update(self, **properties: Any) -> Made:
        self.made = self.handler.update(self._work(properties))
        self.before = properties
        return self.made

    def delete(self) -> None:
        self.handler.delete(self._work(self.before))

    def read(self) -> Properties | None:
        return self.handler.read(self._work(self.before))

    def identify(self) -> Made | None:
        return self.handler.identify(self._work(self.before, physical_id=""))

    def adopt(self, **properties: Any) -> Made:
        """Take what is there: an import."""
        found = self.handler.identify(self._work(properties))
        assert found is not None
        self.made, self.before = found, properties
        return found

    def _work(self, properties: Properties, **changes: Any) -> Work:
        facts: dict[str, Any] = {
            "client": self.server.client,
            "stack_id": f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/lake/{self.token}",
            "stack_name": "lake",
            "logical_id": "Thing",
            "properties": properties,
            "name": f"lake-Thing-{self.token[:12].upper()}",
            "token": self.token,
            "account_id": ACCOUNT,
            "region": "us-east-1",
            "before": self.before,
            "physical_id": self.made.physical_id,
            "tags": self.tags,
        }
        return Work(**(facts | changes))


Stack = Callable[..., Resource]
"""A resource of a type, in a stack with the tags that the keywords give."""

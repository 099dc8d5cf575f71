"""One resource at a time, as a stack handles it, against the real server."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from local_aws.services.cloudformation.resources import handler_of
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from tests.conftest import LocalServer

ACCOUNT, REGION = "123456789012", "us-east-1"
NUMBERS = itertools.count()


@dataclass
class Resource:
    """A resource of a stack: what it was last made from, and its physical id."""

    handler: Handler
    work: Work
    made: Made = field(default_factory=lambda: Made(""))

    def create(self, properties: Properties, **more: Any) -> Made:
        self.work = replace(self.work, properties=properties, before={}, physical_id="", **more)
        self.made = self.handler.create(self.work)
        return self.made

    def update(self, properties: Properties, **more: Any) -> Made:
        """What was last made stays what it was where the update fails."""
        before, physical = self.work.properties, self.made.physical_id
        work = replace(
            self.work, properties=properties, before=before, physical_id=physical, **more
        )
        self.made = self.handler.update(work)
        self.work = work
        return self.made

    def read(self) -> Properties | None:
        return self.handler.read(replace(self.work, physical_id=self.made.physical_id))

    def identify(self) -> Made | None:
        return self.handler.identify(replace(self.work, physical_id=""))

    def delete(self) -> None:
        given, physical = self.work.properties, self.made.physical_id
        self.handler.delete(replace(self.work, properties={}, before=given, physical_id=physical))


@pytest.fixture
def resource(aws: LocalServer) -> Callable[..., Resource]:
    """``resource("AWS::S3::Bucket")``: one that is not made yet."""

    def new(type_name: str, **more: Any) -> Resource:
        handler = handler_of(type_name)
        assert handler is not None, type_name
        name = f"teststack-Thing{next(NUMBERS)}-{uuid.uuid4().hex[:12].upper()}"
        return Resource(
            handler,
            Work(
                client=aws.client,
                stack_id=f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/teststack/1",
                stack_name="teststack",
                logical_id="Thing",
                properties={},
                name=name,
                token=uuid.uuid4().hex,
                account_id=ACCOUNT,
                region=REGION,
                **more,
            ),
        )

    return new

"""A resource of a stack, and a name of its own."""

import uuid

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import Resource, Stack


@pytest.fixture
def resource(aws: LocalServer) -> Stack:
    """Makes a resource of a type; nothing is created yet."""
    return lambda type_name, **tags: Resource(aws, type_name, tags)


@pytest.fixture
def name() -> str:
    """A name that no other test has."""
    return f"n{uuid.uuid4().hex[:12]}"

"""A resource of a stack, and a name of its own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.local_aws.services.cloudformation.resources.lake.resource import Resource, Stack


@pytest.fixture
def resource(resource: Any) -> Stack:
    """Makes a resource of a type; nothing is created yet."""
    return lambda type_name, **tags: Resource(resource(type_name, tags=tags))


@pytest.fixture
def name() -> str:
    """A name that no other test has."""
    return f"n{uuid.uuid4().hex[:12]}"

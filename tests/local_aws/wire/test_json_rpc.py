"""Answers of the JSON protocols."""

import json

import msgspec
import pytest

from local_aws.wire.json_rpc import serialise
from local_aws.wire.models import operation_model

LIST_TAGS = operation_model("glue", "GetTags")


class Text(str):
    """As libraries make them."""


def test_text_of_a_class_of_its_own() -> None:
    answer = serialise(LIST_TAGS, {"Tags": {"a": Text("é"), "b": "\n"}})
    assert json.loads(answer.body) == {"Tags": {"a": "é", "b": "\n"}}


def test_json_that_is_ready_goes_as_it_is() -> None:
    answer = serialise(LIST_TAGS, {"Tags": msgspec.Raw(b'{"a":"b"}')})
    assert json.loads(answer.body) == {"Tags": {"a": "b"}}


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not JSON"):
        serialise(LIST_TAGS, {"Tags": {"a": object()}})

"""Clients: what they share, and what they must not."""

from typing import Any

import pytest
from botocore.loaders import JSONFileLoader

from tarn.aws import Aws, read_models


def test_a_model_that_was_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of tasks are forked from one that has read them."""
    read_models(["glue", "sts"])
    opened: list[Any] = []
    load = JSONFileLoader.load_file

    def watched(self: JSONFileLoader, file_path: str) -> Any:
        opened.append(file_path)
        return load(self, file_path)

    monkeypatch.setattr(JSONFileLoader, "load_file", watched)
    monkeypatch.setenv("AWS_PROFILE_OF_THIS_TEST", "another environment, so another client")
    for service in ("glue", "sts"):
        assert Aws().client(service).meta.service_model.service_name == service
    assert opened == []


def test_another_environment_has_another_client(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Aws().client("sts")
    assert Aws().client("sts") is before
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert Aws().client("sts") is not before

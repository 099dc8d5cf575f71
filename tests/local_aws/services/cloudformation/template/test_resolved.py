"""Each file of ``resolved/``: a template, and under Metadata.Expect what its properties come to."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.services.cloudformation.template import source
from local_aws.services.cloudformation.template.resolve import Resolver

FILES = sorted((Path(__file__).parent / "resolved").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["yaml", "json"])
def test_properties(path: Path, language: str, resolved: Callable[..., Resolver]) -> None:
    body = path.read_text()
    if language == "json":
        body = json.dumps(source.read(body))
    resolver = resolved(body)
    expected = resolver.template.metadata["Expect"]
    assert expected
    assert {name: resolver.properties(name) for name in expected} == expected


def test_every_file_is_there() -> None:
    assert {path.stem for path in FILES} >= {"texts", "scalars", "conditions", "lists", "loops"}

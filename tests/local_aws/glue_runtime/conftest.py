"""GlueContext over the tests' session, and records put into its bucket."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def glue(spark_session: Any) -> Any:
    from awsglue.context import GlueContext

    return GlueContext(spark_session.sparkContext)


@pytest.fixture
def put(spark_session: Any) -> Callable[[str, str], str]:
    """``put(name, text)``: an object below the test's own prefix; the prefix's URI."""

    folder = spark_session.lake / uuid.uuid4().hex

    def make(name: str, text: str) -> str:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return f"s3://lake/{folder.name}/"

    return make


@pytest.fixture
def frame(glue: Any, put: Any) -> Callable[..., Any]:
    """``frame({...}, {...})``: a DynamicFrame read from JSON of these records."""

    def make(*records: dict[str, Any]) -> Any:
        name = uuid.uuid4().hex
        uri = put(f"{name}/records.json", "".join(f"{json.dumps(r)}\n" for r in records))
        return glue.create_dynamic_frame.from_options("s3", {"paths": [f"{uri}{name}/"]}, "json")

    return make


@pytest.fixture
def records(glue: Any) -> Callable[[Any], list[dict[str, Any]]]:
    """``records(frame)``: its records as a script's function sees them, in their order."""

    def read(frame: Any) -> list[dict[str, Any]]:
        from awsglue.records import decoder

        decode = decoder(frame._df.schema) or (lambda row: row)
        return [decode(row) for row in frame._df.collect()]

    return read

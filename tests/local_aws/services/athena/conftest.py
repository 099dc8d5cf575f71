"""The engine alone, and queries with a bucket of the module's own."""

import uuid
from typing import Any

import pytest

from local_aws.services.athena.duck.session import connect
from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The engine alone, without tables and without a server."""
    return connect(tmp_path_factory.mktemp("duck"), "500MB", 1)


@pytest.fixture(scope="module")
def queries(server: LocalServer) -> Queries:
    bucket = f"b-{uuid.uuid4().hex[:8]}"
    server.client("s3").create_bucket(Bucket=bucket)
    return Queries(server.client("athena"), server.client("s3"), bucket)


@pytest.fixture(scope="module")
def database(server: LocalServer, queries: Queries) -> str:
    """A database with the partitioned table `t` (id, name; year) and the view `v`."""
    name = f"db_{uuid.uuid4().hex[:8]}"
    context = {"QueryExecutionContext": {"Database": name}}
    for sql in (
        f"CREATE DATABASE {name}",
        f"CREATE TABLE t WITH (external_location = 's3://{queries.bucket}/{name}/t/',"
        " partitioned_by = ARRAY['year']) AS SELECT * FROM"
        " (VALUES (1, 'a', 2013), (2, NULL, 2014)) x(id, name, year)",
        "CREATE VIEW v AS SELECT id FROM t",
    ):
        queries.succeeded(sql, **(context if "CREATE DATABASE" not in sql else {}))
    return name

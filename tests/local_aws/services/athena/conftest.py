"""Queries with a bucket of the module's own."""

import uuid

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.athena.queries import Queries


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
        found = queries.run(sql, **(context if "CREATE DATABASE" not in sql else {}))
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
    return name

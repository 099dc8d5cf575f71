"""dbt with dbt-athena on a project of ten models, built twice.

dbt's dependencies do not fit into our lock, so it is run where it is installed:

    uv venv dbt && uv pip install --python dbt 'dbt-core<1.12' dbt-athena
    LAKE_DBT=dbt/bin/dbt pytest tests/local_aws/clients/test_dbt.py
"""

import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pyathena
import pytest

DBT = os.environ.get("LAKE_DBT")
PROJECT = Path(__file__).with_name("dbt_project")

pytestmark = pytest.mark.skipif(not DBT, reason="LAKE_DBT names no dbt: see this module's head")


class Project:
    """The project in a bucket and a schema of its own."""

    def __init__(self, aws: Any, bucket: str, folder: Path) -> None:
        self.schema = f"dbt_{uuid.uuid4().hex[:8]}"
        self.results = f"s3://{bucket}/read/"
        own = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.environment = own | {
            **aws.env,
            "DBT_BUCKET": bucket,
            "DBT_SCHEMA": self.schema,
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        assert DBT is not None
        place = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        return subprocess.run(
            [DBT, *arguments, *place],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def built(self, through: str) -> str:
        done = self.run("build", "--vars", f"{{through: '{through}'}}")
        assert done.returncode == 0, done.stdout
        return done.stdout

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with pyathena.connect(
            s3_staging_dir=self.results, schema_name=self.schema, poll_interval=0.02
        ) as connection:
            return list(connection.cursor().execute(sql).fetchall())


@pytest.fixture
def project(aws: Any, bucket: str, tmp_path: Path) -> Project:
    return Project(aws, bucket, tmp_path)


def test_a_project_is_built_twice(project: Project) -> None:
    assert "ERROR=0 SKIP=0" in project.built("2013-01-02")
    log = "SELECT count(*), count(DISTINCT id) FROM flight_log"
    days = "SELECT day, flights FROM busiest_days ORDER BY day"
    history = "SELECT count(*), count(dbt_valid_to) FROM carrier_history"
    assert project.rows(log) == [(7, 7)]
    assert len(project.rows(days)) == 2
    assert project.rows(history) == [(4, 0)]
    assert "ERROR=0 SKIP=0" in project.built("2013-01-03")
    # The append added three, the overwritten day is there once, the snapshot closed three of four.
    assert project.rows(log) == [(10, 10)]
    assert [flights for _, flights in project.rows(days)] == [4, 3, 3]
    assert project.rows(history) == [(7, 3)]
    assert project.rows("SHOW PARTITIONS delays_by_day") == [
        ("day=2013-01-01",),
        ("day=2013-01-02",),
        ("day=2013-01-03",),
    ]


def test_the_catalog_is_documented(project: Project) -> None:
    project.built("2013-01-03")
    documented = project.run("docs", "generate")
    assert documented.returncode == 0, documented.stdout
    assert "Catalog written" in documented.stdout


def test_a_merge_is_refused_by_name(project: Project) -> None:
    project.built("2013-01-03")
    done = project.run("run", "--select", "merged", "--vars", "{refused: true}")
    assert done.returncode == 1
    assert "Iceberg" in done.stdout
    assert "not supported by local_aws" in done.stdout

"""System DAGs of Airflow's Amazon provider, as their authors wrote them.

They are in the provider's source distribution only, so they are run where that lies unpacked:

    pip download --no-deps --no-binary :all: apache-airflow-providers-amazon
    LAKE_PROVIDER=apache_airflow_providers_amazon-<version> pytest <this module>
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROVIDER = os.environ.get("LAKE_PROVIDER")
# What the DAG imports of Airflow's own repository, in as few words as do for it.
HELPERS = {
    "version_compat": "AIRFLOW_V_3_0_PLUS = True\n",
    "system_tests": "def get_test_run(dag):\n    return None\n",
    "watcher": (
        "from airflow.sdk import TriggerRule, task\n\n\n"
        "@task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)\n"
        "def watcher():\n    raise RuntimeError('a task has failed')\n"
    ),
}

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.skipif(not PROVIDER, reason="LAKE_PROVIDER names no source distribution"),
]


@pytest.fixture
def airflow(aws: Any, tmp_path: Path) -> Any:
    """Runs Airflow's command with a database of its own, over the DAG whose id it is made for."""
    assert PROVIDER is not None
    tests = Path(PROVIDER).resolve() / "tests"
    package = tmp_path / "helpers" / "tests_common" / "test_utils"
    package.mkdir(parents=True)
    for name, text in HELPERS.items():
        (package / f"{name}.py").write_text(text)
    dags = tmp_path / "dags"
    dags.mkdir()
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AIRFLOW"))}
    environment = own | {
        **aws.env,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws", "extra": {}}',
        "PYTHONPATH": os.pathsep.join(map(str, (tmp_path / "helpers", tests))),
        "ROLE_ARN": role(aws),
        "SYSTEM_TESTS_ENV_ID": f"env{uuid.uuid4().hex[:8]}",
    }
    program = Path(sys.executable).with_name("airflow")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def test(dag: str) -> str:
        shutil.copy(tests / "system" / "amazon" / "aws" / f"{dag}.py", dags)
        return run("dags", "test", dag)

    run("db", "migrate")
    return test


def role(aws: Any) -> str:
    """The role that example_glue passes on: its authors made one by hand."""
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    made = aws.client("iam").create_role(
        RoleName=f"glue-{uuid.uuid4().hex[:8]}", AssumeRolePolicyDocument=json.dumps(trust)
    )
    return str(made["Role"]["Arn"])


@dataclass(frozen=True)
class Case:
    """A DAG, how many tasks of it succeed, and what its log must tell of their work."""

    dag: str
    succeed: int
    told: str


CASES = (
    # Athena finds nothing under a location with two slashes, which this DAG has.
    Case("example_athena", 12, '"name","age"'),
    Case("example_glue", 17, "There are 3 items in the table"),
    Case("example_glue_catalog", 7, "Deleted Glue Catalog database"),
    # This DAG's data set is `{}`, an object without a column: its job fails and says so, and the
    # operator, which waits for an end of any kind, goes on. AWS does not say what it makes of it.
    Case("example_glue_databrew", 11, "status: FAILED"),
    Case("example_quicksight", 13, "COMPLETED"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.dag)
def test_the_providers_system_dag(airflow: Any, case: Case) -> None:
    told = airflow(case.dag)
    assert "successful" in told
    assert case.told in told
    assert told.count("new_state=success") == case.succeed

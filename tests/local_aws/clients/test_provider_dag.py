"""The system DAG `example_athena` of Airflow's Amazon provider, as its authors wrote it.

It is in the provider's source distribution only, so it is run where that lies unpacked:

    pip download --no-deps --no-binary :all: apache-airflow-providers-amazon
    LAKE_PROVIDER=apache_airflow_providers_amazon-<version> pytest <this module>
"""

import os
import shutil
import subprocess
import sys
import uuid
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
    """Runs Airflow's command with a database of its own, and the DAG in its folder."""
    assert PROVIDER is not None
    tests = Path(PROVIDER).resolve() / "tests"
    package = tmp_path / "helpers" / "tests_common" / "test_utils"
    package.mkdir(parents=True)
    for name, text in HELPERS.items():
        (package / f"{name}.py").write_text(text)
    dags = tmp_path / "dags"
    dags.mkdir()
    shutil.copy(tests / "system" / "amazon" / "aws" / "example_athena.py", dags)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AIRFLOW"))}
    environment = own | {
        **aws.env,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws", "extra": {}}',
        "PYTHONPATH": os.pathsep.join(map(str, (tmp_path / "helpers", tests))),
        "SYSTEM_TESTS_ENV_ID": f"env{uuid.uuid4().hex[:8]}",
    }
    program = Path(sys.executable).with_name("airflow")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    run("db", "migrate")
    return run


def test_the_providers_system_dag(airflow: Any) -> None:
    told = airflow("dags", "test", "example_athena")
    assert "successful" in told
    # Athena finds nothing under a location with two slashes, which this DAG has.
    assert '"name","age"' in told
    assert told.count("new_state=success") == 12

"""The environment variables that make this machine an AWS and an Airflow."""

import os
import shlex
import sys
from pathlib import Path

from laptop.home import ROOT, Home
from tarn.settings import Settings

REGION = "us-east-1"
ACCOUNT = "123456789012"
"""local_aws's."""


def aws(home: Home) -> dict[str, str]:
    """What every AWS client needs to reach local_aws: an address and a profile, no secret."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{home.ports().aws}",
        "AWS_SHARED_CREDENTIALS_FILE": str(home.data / "credentials"),
        "AWS_CONFIG_FILE": str(home.data / "config"),
        "AWS_PROFILE": "tarn",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def tasks(home: Home) -> dict[str, str]:
    """The same for Airflow: its tasks act in the lake's own role, as on AWS, not as the account.

    The profile takes the role at the first call of a process and takes it anew before its keys
    end, so that Airflow starts where there is no lake yet.
    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html
    """
    told, lake = aws(home), Settings.from_environment()
    role = os.environ.get("LAKE_AIRFLOW_ROLE", lake.role("airflow"))
    if not role:
        return told
    config = home.airflow / "aws_config"
    config.write_text(
        f"[profile tasks]\nsource_profile = {told['AWS_PROFILE']}\n"
        f"role_arn = arn:aws:iam::{ACCOUNT}:role/{role}\nrole_session_name = airflow\n"
    )
    return told | {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "tasks"}


def airflow(home: Home, database: str) -> dict[str, str]:
    """Airflow's configuration for two cores and one user."""
    port = home.ports().airflow
    options = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": os.environ.get("LAKE_PARALLELISM", "5"),
        "CORE__MAX_ACTIVE_TASKS_PER_DAG": "16",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__FERNET_KEY": "",
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "LOGGING__NAMESPACE_LEVELS": "botocore=WARNING",
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": home.secret("api"),
        "API_AUTH__JWT_SECRET": home.secret("jwt"),
        # The largest lever on how soon a task follows the one before it.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        # When a task whose worker is gone is taken for dead and retried; Airflow waits 300 s.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    named = {f"AIRFLOW__{name}": value for name, value in options.items()}
    return named | _asked_of_airflow() | {"AIRFLOW_HOME": str(home.airflow)}


def _asked_of_airflow() -> dict[str, str]:
    """Airflow's options that this stack's user sets, after its own."""
    asked = {k: v for k, v in os.environ.items() if k.startswith("LAKE_AIRFLOW__")}
    return {name.removeprefix("LAKE_"): value for name, value in asked.items()}


def local_aws_options() -> list[str]:
    """What this stack's user adds to local_aws's command line."""
    return shlex.split(os.environ.get("LAKE_AWS_OPTIONS", ""))


def pipeline() -> dict[str, str]:
    """The pipeline's intervals: what takes minutes on AWS is done in seconds here."""
    intervals = {"TARN_POLL_SECONDS": "0.5", "TARN_QUIET_SECONDS": "3", "TARN_RETRY_SECONDS": "5"}
    return {name: os.environ.get(name, value) for name, value in intervals.items()}


def base() -> dict[str, str]:
    """This process's environment less any real AWS account, with our Python's programs first."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AIRFLOW_"))}
    programs = str(Path(sys.executable).parent)
    return own | {
        "PATH": os.pathsep.join([programs, own.get("PATH", os.defpath)]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # Tasks and jobs are many short processes: none should compile what another has compiled.
        "PYTHONDONTWRITEBYTECODE": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }

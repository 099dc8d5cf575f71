"""docker-compose.yml and what lies over it, as far as can be checked without a Docker engine.

tests/production runs the same file's processes.
"""

import importlib.metadata
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from laptop import compose as secrets
from laptop.home import ROOT
from tarn.airflow.settings import dag_settings
from tests.production.compose_file import (
    AWS,
    BASE,
    DEVELOP,
    LOCAL,
    Missing,
    compose,
    image_environment,
)
from tests.production.image import Image, context, instructions

NEEDED = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "TARN_ENV": "prod",
    "AIRFLOW_LOGS": "s3://logs/airflow",
}
FORMS: dict[str, Any] = {
    "local": compose(LOCAL, given={}),
    "aws": compose(AWS, given=NEEDED),
    "develop": compose(LOCAL, DEVELOP, given={}),
}
EVERY = [(form, name) for form, told in FORMS.items() for name in sorted(told["services"])]
ONCE = {"airflow-init", "lake-init"}
AIRFLOW = re.compile(r"AIRFLOW__(.+?)__(.+)")


@pytest.fixture(params=EVERY, ids="-".join)
def service(request: pytest.FixtureRequest) -> dict[str, Any]:
    form, name = request.param
    return {"name": name, "environment": {}, "secrets": [], **FORMS[form]["services"][name]}


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, str], dict[str, Any]]:
    """Airflow's options by section and name, its Celery provider's with them."""
    from airflow.providers.celery.get_provider_info import get_provider_info

    package = importlib.metadata.distribution("apache-airflow-core")
    file = package.locate_file("airflow/config_templates/config.yml")
    told = yaml.load(Path(str(file)).read_text(), yaml.CSafeLoader) | get_provider_info()["config"]
    return {
        (section.upper(), name.upper()): option
        for section, part in told.items()
        for name, option in part["options"].items()
    }


# -- the files


@pytest.mark.parametrize("name", [BASE, LOCAL, AWS, DEVELOP])
def test_the_file_is_one_of_compose(name: str) -> None:
    """By the specification's own schema, as check-jsonschema carries it."""
    package = importlib.metadata.distribution("check-jsonschema")
    schema = package.locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    jsonschema.validate(
        yaml.safe_load((ROOT / name).read_text()), json.loads(Path(str(schema)).read_text())
    )


def test_the_dockerfile_passes_hadolint() -> None:
    if not shutil.which("hadolint"):
        pytest.skip("no hadolint: its wheel is for Linux on x86-64")
    done = subprocess.run(["hadolint", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def has_docker_compose() -> bool:
    if not shutil.which("docker"):
        return False
    return not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode


def gist(service: dict[str, Any]) -> tuple[Any, ...]:
    """What of a service is the same in every way to write it down."""
    secrets = [one if isinstance(one, str) else one["source"] for one in service.get("secrets", [])]
    needs = set(service.get("depends_on") or {})
    return service.get("environment") or {}, service.get("command"), needs, set(secrets)


@pytest.mark.skipif(not has_docker_compose(), reason="no `docker compose`, which needs no engine")
def test_docker_compose_reads_the_files_as_these_tests_do(tmp_path: Path) -> None:
    secrets.make_secrets(tmp_path)
    command = ["docker", "compose", "--file", BASE, "--file", LOCAL, "config", "--format", "json"]
    environment = os.environ | {"TARN_SECRETS": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    theirs = json.loads(done.stdout)["services"]
    ours = FORMS["local"]["services"]
    assert {k: gist(v) for k, v in theirs.items()} == {k: gist(v) for k, v in ours.items()}


def test_both_forms_have_every_part() -> None:
    parts = {"api-server", "dag-processor", "init", "scheduler", "triggerer", "worker"}
    aws = {f"airflow-{part}" for part in parts} | {"postgres", "redis"}
    assert set(FORMS["aws"]["services"]) == aws
    assert set(FORMS["local"]["services"]) == aws | {"lake-init", "local-aws"}


def test_aws_names_what_it_has_to_be_told() -> None:
    with pytest.raises(Missing, match="AWS_DEFAULT_REGION: the lake's region"):
        compose(AWS, given={})


def test_no_name_of_a_host_is_one_that_botocore_refuses() -> None:
    """It takes none with an underscore for a host."""
    assert [name for _, name in EVERY if "_" in name] == []


# -- each service


def test_an_image_has_a_version(service: dict[str, Any]) -> None:
    tag = service["image"].rpartition(":")[2]
    assert tag[0].isdigit(), f"pin a version instead of '{tag}'"


def test_an_image_can_be_pinned_by_its_digest() -> None:
    digest = "python@sha256:" + "0" * 64
    pinned = compose(LOCAL, given={"PYTHON_IMAGE": digest, "REDIS_IMAGE": digest})["services"]
    assert pinned["redis"]["image"] == digest
    built = [one["build"]["args"]["PYTHON_IMAGE"] for one in pinned.values() if "build" in one]
    assert set(built) == {digest}
    assert "FROM ${PYTHON_IMAGE}" in (ROOT / "Dockerfile").read_text()


def test_a_service_says_whether_it_is_healthy(service: dict[str, Any]) -> None:
    if service["name"] not in ONCE:
        assert service["healthcheck"]["test"]
        assert service["restart"] == "unless-stopped"


def test_a_service_can_do_little(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert "build" in service or service["user"] != "root"  # our image's user is the Dockerfile's


def test_nothing_is_published_beyond_this_machine(service: dict[str, Any]) -> None:
    assert [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == []


def test_no_secret_is_in_an_environment_or_a_command(service: dict[str, Any]) -> None:
    told = json.dumps([service["environment"], service.get("command"), service.get("healthcheck")])
    assert "${" not in told
    assert re.findall(r"://[^/\" ]*:[^/\" ]*@", told) == []
    for name, value in service["environment"].items():
        if re.search("PASSWORD|SECRET|FERNET|ACCESS_KEY|SQL_ALCHEMY|BROKER_URL", name):
            assert re.fullmatch(r"(cat )?/(run/secrets|opt/airflow)/[\w.]+", value), name


def test_a_secret_that_is_read_is_given(service: dict[str, Any]) -> None:
    told = json.dumps([service["environment"], service.get("command"), service.get("healthcheck")])
    assert set(re.findall(r"/run/secrets/(\w+)", told)) == set(service["secrets"])


def test_an_option_is_one_that_airflow_knows(
    service: dict[str, Any], known: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """A name that it does not know it leaves alone; a command too, where nothing is secret."""
    for variable in service["environment"]:
        if found := AIRFLOW.fullmatch(variable):
            section, name = found.groups()
            assert (section, name.removesuffix("_CMD")) in known, variable
            assert (
                not name.endswith("_CMD") or known[section, name.removesuffix("_CMD")]["sensitive"]
            )


# -- the image


def test_the_image_can_be_made_without_an_engine() -> None:
    """tests.production.image knows every instruction: too heavy for CI, it would rot unseen."""
    told = dict(instructions((ROOT / "Dockerfile").read_text()))
    assert [name for name in told if not hasattr(Image, f"_{name.lower()}")] == []
    assert told["USER"] == "50000"
    assert image_environment()["AIRFLOW_HOME"] == "/opt/airflow"


def test_the_image_holds_what_runs_and_no_secret() -> None:
    files = context()
    assert {"dags/flights.py", "local_aws/__main__.py", "requirements.lock"} <= set(files)
    assert [name for name in files if name.startswith((".", "tests/", "docs/"))] == [
        ".dockerignore",
        ".gitignore",
    ]


# -- what has to fit together


def test_a_task_cannot_make_tokens() -> None:
    worker = FORMS["local"]["services"]["airflow-worker"]
    assert not {"airflow_jwt_secret", "airflow_fernet_key"} & set(worker["secrets"])


def test_what_is_sent_to_workers_finds_room() -> None:
    worker = FORMS["aws"]["services"]["airflow-worker"]
    room = int(worker["deploy"]["replicas"]) * int(
        worker["environment"]["AIRFLOW__CELERY__WORKER_CONCURRENCY"]
    )
    assert int(worker["environment"]["AIRFLOW__CORE__PARALLELISM"]) <= room


def test_no_message_is_given_to_a_second_worker_while_its_task_may_run() -> None:
    worker = FORMS["aws"]["services"]["airflow-worker"]
    option = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
    stop = int(worker["stop_grace_period"].removesuffix("m"))
    assert int(worker["environment"][option]) >= 60 * (dag_settings().task_minutes + stop)


# -- the command that makes the secrets


def test_every_secret_of_the_files_is_made(tmp_path: Path) -> None:
    assert set(secrets.make_secrets(tmp_path)) == set(FORMS["local"]["secrets"])


def test_secrets_are_readable_for_containers_behind_a_closed_folder(tmp_path: Path) -> None:
    secrets.make_secrets(tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "kept").iterdir()}
    assert modes == {0o444}


def test_a_secret_that_is_there_stays(tmp_path: Path) -> None:
    """PostgreSQL keeps the password that its volume was made with."""
    secrets.make_secrets(tmp_path)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    (tmp_path / "airflow_database").unlink()
    assert secrets.make_secrets(tmp_path) == ["airflow_database"]
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == before
    assert len(set(before.values())) == len(before)


def test_the_choice_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert secrets.write_choice("aws", file, tmp_path)
    assert not secrets.write_choice("local", file, tmp_path)
    assert "COMPOSE_FILE=docker-compose.yml:compose/aws.yml\n" in file.read_text()

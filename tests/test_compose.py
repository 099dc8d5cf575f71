"""docker-compose.yml as far as it can be checked without a Docker engine."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_part_is_there() -> None:
    assert set(SERVICES) == {
        "airflow-api-server",
        "airflow-dag-processor",
        "airflow-init",
        "airflow-scheduler",
        "airflow-triggerer",
        "airflow-worker",
        "local_aws",
        "postgres",
        "redis",
    }


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_an_image_has_a_version(name: str) -> None:
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert tag[0].isdigit(), f"{name}: pin a version instead of '{tag}'"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"airflow-init"}))
def test_a_service_says_whether_it_is_healthy(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_no_secret_is_written_down() -> None:
    for name, service in SERVICES.items():
        for variable, value in (service.get("environment") or {}).items():
            if any(word in variable for word in ("PASSWORD", "SECRET", "FERNET", "ACCESS_KEY")):
                assert str(value).startswith("${"), f"{name}: {variable} must come from .env"

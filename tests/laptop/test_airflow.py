"""What `./lake up` takes for a healthy Airflow."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from laptop import airflow
from laptop.airflow import AirflowApi
from laptop.home import Home
from laptop.processes import StartFailed

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def api(tmp_path: Path) -> AirflowApi:
    """An Airflow whose scheduler had its last heartbeat at `NOW`."""
    parts = {
        "metadatabase": {"status": "healthy"},
        "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": NOW.isoformat()},
        "triggerer": {"status": "unhealthy", "latest_triggerer_heartbeat": None},
    }
    made = AirflowApi(Home(tmp_path))
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json=parts))
    made._client = httpx.Client(base_url=made.address, transport=answer)
    return made


def test_a_heartbeat_of_late_is_enough_where_nothing_was_away(api: AirflowApi) -> None:
    assert api.healthy("airflow-scheduler")
    assert not api.healthy("airflow-triggerer")


def test_a_heartbeat_from_before_is_none(api: AirflowApi) -> None:
    assert api.healthy("airflow-scheduler", NOW - timedelta(seconds=1))
    assert not api.healthy("airflow-scheduler", NOW + timedelta(seconds=1))


def test_the_api_server_has_no_heartbeat(api: AirflowApi) -> None:
    assert api.healthy("airflow-api-server", NOW + timedelta(seconds=1))


@pytest.mark.parametrize("away", [True, False])
def test_what_ends_after_its_database_was_away_is_started_again(
    away: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []

    def wait(name: str, *_: Any) -> None:
        if name == "airflow-scheduler" and launched.count(name) == 1:
            raise StartFailed(name, "ended while it started", tmp_path / "no.log")

    monkeypatch.setattr(airflow, "_launch", lambda name, *_: launched.append(name))
    monkeypatch.setattr(airflow, "_wait", wait)
    home = Home(tmp_path)
    for folder in (home.airflow, home.run):
        folder.mkdir()
    if away:
        airflow.start(home, {}, database_was_away=True)
        assert launched == [*airflow.COMPONENTS, "airflow-scheduler"]
    else:
        with pytest.raises(StartFailed, match="ended while it started"):
            airflow.start(home, {})

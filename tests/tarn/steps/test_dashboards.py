"""Ingestions on the real QuickSight of local_aws, their rows held against Athena's."""

import pytest

from tarn.aws import Aws
from tarn.errors import GateFailed, Terminal
from tarn.services import catalog
from tarn.services.work import run_to_end
from tarn.settings import Settings
from tarn.steps import dashboards
from tarn.steps.dashboards import IngestWork, check_ingestion, data_set_id
from tests.tarn import ground

VIEW = "fleet_age_by_carrier"


@pytest.fixture
def deployed(aws: object, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The lake under its own name: data sets declare theirs, so that no other will do."""
    monkeypatch.setenv("TARN_POLL_SECONDS", "0.2")
    made = Aws()
    ground.deploy_upon_it(made)
    return made


def test_ingest(deployed: Aws) -> None:
    work = IngestWork(VIEW, "0123456789ab")
    assert work.find(deployed) is None
    status = run_to_end(work, deployed)
    assert work.find(deployed) == status.detail["run_id"] == "0123456789ab"
    checked = check_ingestion(VIEW, "0123456789ab")
    assert checked["rows"] == checked["athena_rows"]
    work.stop(deployed, "0123456789ab")


def test_start_twice_is_one_ingestion(deployed: Aws) -> None:
    work = IngestWork(VIEW, "0123456789ac")
    run_to_end(work, deployed)
    run_to_end(work, deployed)
    assert [i["IngestionId"] for i in work.tries(deployed)] == ["0123456789ac"]


def test_rows_that_differ(deployed: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    run_to_end(IngestWork(VIEW, "0123456789ad"), deployed)
    answer = dashboards.athena.count(VIEW, deployed.settings.database, deployed)[1]
    monkeypatch.setattr(dashboards.athena, "count", lambda *_: (10**6, answer))
    with pytest.raises(GateFailed, match="where Athena counts 1000000"):
        check_ingestion(VIEW, "0123456789ad")


def test_no_ingestion(deployed: Aws) -> None:
    with pytest.raises(Terminal, match="no ingestion 0123456789ae"):
        check_ingestion(VIEW, "0123456789ae")


def test_a_failed_ingestion_says_why_and_is_tried_again(deployed: Aws) -> None:
    work = IngestWork(VIEW, "0123456789af")
    deployed.glue.delete_table(DatabaseName=deployed.settings.database, Name=VIEW)
    with pytest.raises(Terminal, match=r"ended FAILED: \S"):
        run_to_end(work, deployed)
    assert work.find(deployed) is None
    ground.deploy_upon_it(deployed)  # the view is missing: it is made again
    assert catalog.get_table(deployed.settings.database, VIEW, deployed) is not None
    assert run_to_end(work, deployed).detail["run_id"] == "0123456789af-2"


def test_data_set_id() -> None:
    for settings in (Settings(), Settings(lake="mine")):  # it is declared, whatever the lake's name
        assert data_set_id("worst_routes", settings) == "tarn-worst-routes"
    with pytest.raises(Terminal, match=r"write dashboards/data_sets/nope\.json"):
        data_set_id("nope", Settings())

"""What each step is told: which partition, which run's folder, which token."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from airflow.sdk import Asset
from tarn_errors import AirflowFailException, task_errors

from tarn.airflow import callbacks, metrics, steps, views
from tarn.airflow.preload import preload
from tarn.contracts.load import load_contract
from tarn.errors import Finding, GateFailed, Terminal
from tarn.partition import Partition
from tarn.published.retention import Collected
from tarn.services.work import make_token

MARCH = Partition("flights", (("year", 2013), ("month", 3)))
RESULTS = {
    "land": {"token": "l", "uri": "s3://raw/run=l/", "rows": 9},
    "profile": {"token": "p", "uri": "s3://ops/p"},
    "clean": {"token": "c", "uri": "s3://clean/run=c/"},
    "convert": {"token": "v", "uri": "s3://curated/run=v/"},
    "crawl": {"token": "w", "uri": "", "gate": {"added": ["new"]}},
    "validate": {"passed": 10},
}


@pytest.fixture
def flights() -> Any:
    return load_contract("flights")


@pytest.fixture
def attempt() -> Any:
    events = {Asset("flights"): SimpleNamespace(extra={})}
    march = datetime(2013, 3, 1, tzinfo=UTC)
    run = SimpleNamespace(run_id="backfill__2013-03", logical_date=march, run_type="backfill")
    context = {"logical_date": march, "outlet_events": events, "dag_run": run}
    context["task"] = SimpleNamespace()
    return SimpleNamespace(context=context, token="own", inputs=RESULTS, aws="aws")


@pytest.mark.parametrize(
    ("make_work", "uri"),
    [
        (steps.profile_work, "s3://raw/run=l/"),
        (steps.clean_work, "s3://raw/run=l/"),
        (steps.convert_work, "s3://clean/run=c/"),
        (steps.crawl_work, "s3://curated/run=v/"),
    ],
)
def test_work_reads_the_run_before_it(make_work: Any, uri: str, flights: Any, attempt: Any) -> None:
    work = make_work(flights, attempt)
    assert (work.partition, work.token) == (MARCH, make_token("own", uri))
    assert uri in work.to_dict().values()


def test_a_retry_over_another_landing_is_other_work(flights: Any, attempt: Any) -> None:
    """Else `land` cleared while `clean` waits for its retry would find the run of the old file."""
    before = steps.clean_work(flights, attempt)
    assert steps.clean_work(flights, attempt) == before
    attempt.inputs = RESULTS | {"land": {"token": "m", "uri": "s3://raw/run=m/", "rows": 9}}
    assert steps.clean_work(flights, attempt).token != before.token


def test_land_checks_what_it_landed(
    flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarn.steps.land.land", lambda *call: {"token": call[1]})
    monkeypatch.setattr("tarn.steps.land.check_landed", lambda *call: {"landed": call[1]})
    assert steps.land(flights, attempt) == {"token": "own", "gate": {"landed": {"token": "own"}}}


def test_what_the_gate_stopped_has_landed(
    flights: Any, attempt: Any, recorded: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that fails has no result, and yet its record says how many rows there were."""
    ti = Ti(dag_id="flights", run_id="r", task_id="land", try_number=1, xcoms={})
    stopped = GateFailed("landed", "flights", "2013-03", [Finding("2 fields")], "Mend it.")

    def check(*_: Any) -> None:
        raise stopped

    monkeypatch.setattr("tarn.steps.land.land", lambda *call: {"token": call[1], "rows": 9})
    monkeypatch.setattr("tarn.steps.land.check_landed", check)
    attempt.context |= {"ti": ti, "exception": stopped}
    with pytest.raises(GateFailed):
        steps.land(flights, attempt)
    callbacks.partition_failed(flights)(attempt.context)
    assert recorded[0][1]["results"] == {"land": {"token": "own", "rows": 9}}


def test_validate_says_where_its_data_docs_are_though_its_gate_stops_it(
    flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tarn_links import DataDocsLink

    stopped = mock.Mock(side_effect=GateFailed("expectations", "flights", "2013-03", [], "Mend."))
    monkeypatch.setattr("tarn.steps.validate.validate", stopped)
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://lake.example/airflow/")
    link, task = DataDocsLink(), attempt.context["task"]
    assert link.get_link(task, ti_key=None) == ""
    with pytest.raises(GateFailed):
        steps.validate(flights, attempt)
    docs = "https://lake.example/airflow/tarn/docs?dataset=flights&partition=2013-03&run=v"
    assert link.get_link(task, ti_key=None) == docs


@pytest.mark.parametrize(
    ("step", "target"),
    [
        (steps.validate, "tarn.steps.validate.validate"),
        (
            lambda contract, attempt: steps.crawl_gate(contract, attempt, {}),
            "tarn.steps.crawl.compare_schema",
        ),
    ],
)
def test_checks_of_the_shadow_table_take_the_token_of_convert(
    step: Any, target: str, flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, lambda *call: call[:3])
    assert step(flights, attempt) == (MARCH, "v", "aws")


def test_the_crawl_is_told_of_the_raw_header(
    flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarn.steps.crawl.compare_schema", lambda *call: call[3])
    landed = {**RESULTS["land"], "gate": {"header": ["year", "gate"]}}
    attempt.inputs = RESULTS | {"land": landed}
    assert steps.crawl_gate(flights, attempt, {}) == ["year", "gate"]


def test_profile_gate_takes_its_own_token_and_run(
    flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarn.steps.profile.check_profile", lambda *call: call)
    detail = {"run_id": "r", "token": "p"}
    assert steps.profile_gate(flights, attempt, detail) == (MARCH, "p", "r", 9, "aws")


def test_publish_names_the_token_of_every_step(
    flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"dataset": "flights", "partition": "2013-03", "token": "t", "warnings": ["w"]}
    told: list[Any] = []
    monkeypatch.setattr("tarn.health.alerts.tell", lambda alert, aws: told.append((alert, aws)))
    traced: list[Any] = []
    monkeypatch.setattr(
        "tarn.lineage.openlineage.tell_published", lambda *call: traced.append(call)
    )
    monkeypatch.setattr("tarn.steps.publish.publish", lambda *call: {**record, "call": call})
    partition, tokens, results, _ = steps.publish(flights, attempt)["call"]
    assert [(found["token"], aws) for found, aws in traced] == [("t", "aws")]
    assert [(alert.gate, alert.token, aws) for alert, aws in told] == [("expectations", "t", "aws")]
    assert partition == MARCH
    assert tokens == {
        "land": "l",
        "profile": "p",
        "clean": "c",
        "convert": "v",
        "crawl": "w",
        "publish": make_token("own", "s3://curated/run=v/"),
    }
    assert results["drift"] == {"added": ["new"]}
    assert results["airflow"] == {
        "dag_run_id": "backfill__2013-03",
        "logical_date": "2013-03-01T00:00:00+00:00",
    }
    assert attempt.context["outlet_events"][Asset("flights")].extra == {"partition": "2013-03"}


def test_a_run_without_a_date_has_no_month(flights: Any, attempt: Any) -> None:
    attempt.context["logical_date"] = None
    with pytest.raises(Terminal, match="no logical date"):
        steps.partition_of(flights, attempt)
    assert steps.partition_of(load_contract("planes"), attempt) == Partition("planes")


@pytest.mark.parametrize(
    ("run_type", "datasets"),
    [
        ("asset_triggered", ["planes"]),
        ("manual", ["airlines", "airports", "flights", "planes", "weather"]),
    ],
)
def test_a_run_of_the_views_by_hand_takes_them_all(
    run_type: str, datasets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarn.ledger.ledger.pending_refresh", lambda keep: ["planes"])
    changed = views.what_changed({"dag_run": SimpleNamespace(run_type=run_type, run_id="r")})
    assert changed["datasets"] == datasets
    assert "fleet_age_by_carrier" in changed["views"]


def test_the_log_of_a_failed_task_ends_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        callbacks.say_why({"exception": Terminal("the file has no header")})
    assert [record.getMessage() for record in caplog.records] == [
        "::endgroup::",
        "the file has no header",
    ]


class Ti(SimpleNamespace):
    """A task instance that failed, and the XComs of its run by (task, key)."""

    def xcom_pull(self, task_ids: str, key: str = "return_value") -> Any:
        return self.xcoms.get((task_ids, key))

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[self.task_id, key] = value


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the ledger is told of a failure, in order."""
    said: list[Any] = []
    monkeypatch.setattr("tarn.ledger.record.failed", lambda partition, **call: (partition, call))
    monkeypatch.setattr("tarn.ledger.ledger.record", lambda entry, aws: said.append(entry))
    monkeypatch.setattr("tarn.ledger.ledger.ended", lambda partition, aws: said.append(partition))
    return said


def test_a_failed_partition_is_recorded_and_no_longer_under_way(
    flights: Any, attempt: Any, recorded: list[Any]
) -> None:
    finding = {"gate": "profile", "findings": [{"what": "5 rows", "where": "dep_time"}]}
    xcoms = {
        ("land", "return_value"): RESULTS["land"],
        ("profile", "left"): {"run_id": "db_1"},
        ("clean", "return_value"): RESULTS["clean"],  # of the run before this was cleared
        ("profile", "finding"): finding,
    }
    ti = Ti(dag_id="flights", run_id="r", task_id="profile", try_number=1, xcoms=xcoms)
    attempt.context |= {"ti": ti, "exception": Terminal("5 rows break it")}
    callbacks.partition_failed(flights)(attempt.context)
    [(partition, call), ended] = recorded
    assert partition == ended == MARCH
    assert (call["step"], call["message"]) == ("profile", "5 rows break it")
    assert call["finding"] == finding
    assert call["results"] == {"land": RESULTS["land"], "profile": {"run_id": "db_1"}}
    ti.try_number = 5  # cleared, and failed again: another record
    callbacks.partition_failed(flights)(attempt.context)
    assert recorded[2][1]["token"] != call["token"]


def test_a_killed_task_is_recorded_by_what_is_known(
    flights: Any, attempt: Any, recorded: list[Any]
) -> None:
    """The DAG processor's context, where a worker could not call back itself."""
    ti = SimpleNamespace(dag_id="flights", run_id="r", task_id="land", try_number=1)
    attempt.context["ti"] = ti
    callbacks.partition_failed(flights)(attempt.context)
    [(_, call), ended] = recorded
    assert (call["message"], call["results"]) == ("The task was killed.", {})
    assert ended == MARCH


def test_the_mark_goes_even_where_the_record_cannot_be_written(
    flights: Any, attempt: Any, recorded: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("tarn.ledger.ledger.record")
    attempt.context["ti"] = Ti(dag_id="f", run_id="r", task_id="land", try_number=1, xcoms={})
    with pytest.raises(AttributeError):
        callbacks.partition_failed(flights)(attempt.context)
    assert recorded == [MARCH]


@pytest.mark.parametrize(
    ("run_type", "cleared", "asked"),
    [
        ("scheduled", 0, True),
        ("scheduled", 1, False),  # by hand, or by ./lake backfill
        ("manual", 0, False),
        ("backfill", 0, False),
    ],
)
def test_the_budget_stops_scheduled_runs_only(
    run_type: str,
    cleared: int,
    asked: bool,
    flights: Any,
    attempt: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tarn.ledger.budget.require", lambda *call: calls.append(call))
    monkeypatch.setattr("tarn.steps.land.land", lambda *call: {"token": call[1]})
    monkeypatch.setattr("tarn.steps.land.check_landed", lambda *call: {})
    calls: list[Any] = []
    run = attempt.context["dag_run"]
    run.run_type, run.clear_number = run_type, cleared
    steps.land(flights, attempt)
    assert bool(calls) is asked


def test_late_data_waits_for_the_budget(flights: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It clears runs, which no budget stops, though nobody asked for them."""
    from tarn.airflow.late import affordable

    monkeypatch.setattr("tarn.ledger.budget.spent", lambda *_: 5.0)
    for budget, enough in ((None, True), (5.5, True), (5.0, False)):
        assert affordable(replace(flights, monthly_budget_usd=budget), None) is enough  # type: ignore[arg-type]


def test_a_refresh_records_every_ingestion(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dashboards` is mapped: its results come as a list, also where there is one or none."""
    monkeypatch.setattr(
        "tarn.ledger.ledger.refreshed",
        lambda *call, views: {"refreshed_at": "", "call": (*call, views)},
    )
    monkeypatch.setattr("tarn.lineage.openlineage.tell_refreshed", lambda *_: None)
    monkeypatch.setattr("tarn.steps.dashboards.shown", lambda result, _settings: result["view"])
    run = dags["lake_views"].get_task("refreshed").python_callable
    ti = Ti(dag_id="lake_views", run_id="r", task_id="refreshed", map_index=-1, max_tries=3)
    context = {"ti": ti, "dag_run": SimpleNamespace(start_date=None, run_id="r")}
    for results, names in (([{"view": "late"}, {"view": "early"}], ["late", "early"]), (None, [])):
        monkeypatch.setattr(Ti, "xcom_pull", lambda _ti, task_ids, results=results: results)
        datasets, _token, kept, shown = run(["flights"], **context)["call"]
        assert (datasets, kept, shown) == (["flights"], views_name("r"), names)


def views_name(run_id: str) -> str:
    return views.name_of({"dag_run": SimpleNamespace(run_id=run_id)})


def test_maintenance_counts_what_it_collects(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    things = [Collected("s3://a/", "of run x", 2, 30), Collected("crawler c", "of a failed run")]
    monkeypatch.setattr("tarn.published.retention.collect", lambda: iter(things))
    run = dags["lake_maintenance"].get_task("collect").python_callable
    with caplog.at_level("INFO"):
        assert run(ti=None) == {"things": 2, "objects": 2, "bytes": 30}
    assert "s3://a/: of run x" in caplog.messages


class Failing:
    """A task instance whose tries are over."""

    dag_id, run_id, task_id, map_index, max_tries = "flights", "r", "profile", -1, 3
    log_url = "http://airflow/log"


@pytest.mark.parametrize(
    ("error", "gate", "title"),
    [
        (GateFailed("drift", "flights", "2013-03", [], "Mend."), "drift", "the gate drift"),
        (Terminal("no such file"), "", "profile"),
        (None, "", "profile"),
    ],
)
def test_a_failed_partition_is_told_once_for_its_tries(
    error: Any,
    gate: str,
    title: str,
    flights: Any,
    attempt: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr("tarn.health.alerts.tell", told.append)
    raised = error
    if error:
        with pytest.raises(AirflowFailException) as caught, task_errors(mock.Mock()):
            raise error
        raised = caught.value
    started = datetime(2026, 1, 1, tzinfo=UTC)
    context = attempt.context | {
        "ti": Failing(),
        "dag_run": SimpleNamespace(start_date=started),
        "exception": raised,
    }
    callbacks.alert_failed(flights)(context)
    callbacks.alert_failed(flights)(context)
    assert told[0] == told[1]
    alert = told[0]
    assert (alert.kind, alert.severity, alert.step) == ("failed", "critical", "profile")
    assert (alert.gate, alert.title) == (gate, f"flights 2013-03 failed at {title}")
    assert alert.link == "http://airflow/log"
    Failing.max_tries = 7  # cleared: it may fail anew
    try:
        callbacks.alert_failed(flights)(context)
    finally:
        Failing.max_tries = 3
    assert told[2].token != alert.token


def test_a_task_that_was_killed_is_told_too(
    flights: Any, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow then calls from elsewhere, and knows neither the run nor an exception."""
    told: list[Any] = []
    monkeypatch.setattr("tarn.health.alerts.tell", told.append)
    keys = ("dag_id", "run_id", "task_id", "map_index")
    ti = SimpleNamespace(**{key: getattr(Failing, key) for key in keys}, try_number=4)
    known = {name: value for name, value in attempt.context.items() if name != "dag_run"}
    callbacks.alert_failed(flights)(known | {"ti": ti})
    callbacks.alert_failed(flights)(attempt.context | {"ti": ti, "dag_run": None})
    assert told[0] == told[1]
    assert told[0].text == "The task was killed."


def test_gauges_of_a_publish(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: dict[str, float] = {}

    def gauge(name: str, value: float, *, tags: dict[str, str]) -> None:
        assert tags == {"dataset": "flights"}
        set_to[name] = value

    monkeypatch.setattr("airflow.sdk.observability.stats.gauge", gauge)
    metrics.gauge_published({"dataset": "flights", "rows_published": 7, "cost_usd": None})
    assert set_to == {"tarn.flights.rows_published": 7}


def test_gauges_that_cannot_be_set_stop_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("airflow.sdk.observability.stats.gauge", mock.Mock(side_effect=OSError))
    metrics.gauge_published({"dataset": "flights", "rows_published": 7})
    assert "gauges of flights were not set" in caplog.text


def test_airflow_takes_the_gauges() -> None:
    """Its own function, with the metrics that are set here: none."""
    metrics.gauge_published({"dataset": "flights", "rows_published": 7, "cost_usd": 0.5})


def test_only_a_scheduler_preloads(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    read: list[str] = []
    monkeypatch.setattr("tarn.airflow.preload.import_module", imported.append)
    monkeypatch.setattr("tarn.aws.read_models", read.extend)
    preload(["airflow", "api-server"])
    assert imported == read == []
    preload(["airflow", "scheduler"])
    assert "great_expectations" in imported
    assert "glue" in read

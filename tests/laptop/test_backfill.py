"""What `./lake backfill` shows of a plan, and what it asks of Airflow."""

from typing import Any

import pytest
from rich.console import Console

from laptop import backfill
from laptop.watching import RunsFailed
from tarn.contracts.load import load_contract
from tarn.planning.backfill import AGAIN, MISSING, PUBLISHED, Estimate, Plan, Planned, parse_range
from tests.laptop.fake_airflow import FakeAirflow, run

ESTIMATE = Estimate(3 << 20, 1 << 20, 0.5, 0.25, runs=3)


def plan(reasons: dict[str, str], estimate: Estimate | None = ESTIMATE) -> Plan:
    contract = load_contract("flights")
    planned = [Planned(parse_range(contract, label)[0], why) for label, why in reasons.items()]
    return Plan(contract, tuple(planned), estimate)


def shown(planned: Plan) -> str:
    console = Console(record=True, width=100)
    console.print(backfill.table(planned))
    console.print(backfill.basis(planned))
    return console.export_text()


def test_the_table_says_why_and_sums_up() -> None:
    text = shown(plan({"2013-01": PUBLISHED, "2013-02": AGAIN, "2013-03": MISSING}))
    assert "2 to run" in text
    assert "6.0" in text  # MB of both
    assert "0.50" in text  # USD of both
    assert "median of 3 published runs" in text
    assert "1 published partitions stay as they are" in text.replace("\n", " ")


def test_what_is_unknown_is_said() -> None:
    text = shown(plan({"2013-01": MISSING}, estimate=None))
    assert "?" in text
    assert "unknown" in text


def test_a_long_plan_is_cut_and_still_summed() -> None:
    contract = load_contract("flights")
    months = parse_range(contract, "2013-01..2013-12") * 10
    text = shown(Plan(contract, tuple(Planned(month, MISSING) for month in months), ESTIMATE))
    assert "80 more" in text
    assert "120 to run" in text


def asked(api: FakeAirflow) -> list[Any]:
    return [call for call in api.asked if call[0] != "unpause"]


def test_what_has_a_run_is_cleared_and_the_rest_is_one_backfill() -> None:
    runs = [
        run("flights", "2013-01", "success"),
        run("flights", "2013-02", "failed"),
        run("flights", "2013-03", "running"),
    ]
    api = FakeAirflow({"flights": runs}, [])
    months = ("2013-02", "2013-03", "2013-04", "2013-05")
    backfill.request(api, plan(dict.fromkeys(months, MISSING)), 2)  # type: ignore[arg-type]
    assert asked(api) == [
        ("clear", "flights", "run-2013-02"),
        ("backfill", "flights", "2013-04-01T00:00:00Z", "2013-05-01T00:00:00Z"),
    ]


def test_one_backfill_of_a_dataset_at_a_time() -> None:
    api = FakeAirflow({}, [])
    api.backfills = [{"id": 7}]
    with pytest.raises(RunsFailed, match="backfill 7 of flights"):
        backfill.request(api, plan({"2013-01": MISSING}), 2)  # type: ignore[arg-type]

"""What the demo asks of Airflow."""

from laptop import demo
from tests.laptop.fake_airflow import FakeAirflow, run


def test_a_second_demo_asks_for_nothing() -> None:
    done = {d: [run(d, m, "success") for m in demo.MONTHS] for d in demo.MONTHLY}
    whole = {d: [run(d, "", "success")] for d in demo.WHOLE}
    api = FakeAirflow(done | whole, [])
    demo.request_work(api)  # type: ignore[arg-type]
    assert {verb for verb, *_ in api.asked} == {"unpause"}


def test_failed_partitions_are_asked_for_again() -> None:
    runs = {"flights": [run("flights", m, "success") for m in demo.MONTHS[:11]]}
    runs["flights"].append(run("flights", "2013-12", "failed"))
    runs["planes"] = [run("planes", "", "failed")]
    api = FakeAirflow(runs, [])
    demo.request_work(api)  # type: ignore[arg-type]
    assert ("backfill", "flights") in [call[:2] for call in api.asked]
    assert ("clear", "planes") in [call[:2] for call in api.asked]

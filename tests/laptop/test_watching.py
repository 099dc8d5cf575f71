"""What is made of Airflow's answers about partitions on their way."""

import pytest

from laptop import watching
from laptop.watching import Progress
from tarn.contracts.load import load_contracts
from tests.laptop.fake_airflow import FakeAirflow, run


def test_progress_takes_the_last_run_of_a_partition_and_its_step() -> None:
    runs = [
        run("flights", "2013-01", "failed", "a"),
        run("flights", "2013-01", "running", "b"),
        run("flights", "2013-02", "queued", "c"),
        run("lake_views", "", "running", "d"),
    ]
    task = {"dag_id": "flights", "dag_run_id": "b", "task_id": "profile"}
    found = watching.progress(FakeAirflow({"~": runs}, [task]), load_contracts())  # type: ignore[arg-type]
    assert [(p.label, p.run_id, p.mark) for p in found] == [
        ("2013-01", "b", "[yellow]profile[/] 2/7"),
        ("2013-02", "c", "·"),
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [(["success"], False), (["success", "failed"], True), (["success", "queued"], False)],
)
def test_it_waits_for_each_partition_that_is_expected(states: list[str], expected: bool) -> None:
    assert (
        watching.ended(
            [Progress("flights", str(n), "r", s) for n, s in enumerate(states)],
            [("flights", "0"), ("flights", "1")],
        )
        is expected
    )

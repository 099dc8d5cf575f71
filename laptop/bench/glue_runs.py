"""The two sides of the Glue bench: a job through local_aws, and bare spark-submit of its script."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb
import psutil
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as pq

from laptop import environment
from laptop.bench import servers
from laptop.bench.many_flights import write_flights
from laptop.bench.meter import Cost, Meter, Used
from laptop.bench.servers import RunFailed
from laptop.demo import MONTHS
from laptop.home import ROOT
from tarn.contracts.load import load_contract

BUCKET = "bench"
JOB, START = "flights", "start"
SCRIPTS = ROOT / "glue_jobs"
RUNTIME = ROOT / "local_aws" / "glue_runtime"
START_SCRIPT = """
from pyspark.context import SparkContext
from pyspark.sql import SparkSession
assert SparkSession(SparkContext.getOrCreate()).range(10).count() == 10
"""
CLEAN = (
    "* EXCLUDE (year, month, time_hour), make_date(year, month, day) AS flight_date,"
    " CAST(time_hour AS TIMESTAMPTZ) AS time_hour"
)
POLL = 0.05
ARCHIVE_SECONDS = 180.0


@dataclass(frozen=True)
class Java:
    """What a server runs Spark on, and its heap as Java writes it."""

    home: Path
    heap: str

    @classmethod
    def of_server(cls, pid: int) -> "Java":
        """From the command line of its JVM."""
        for child in psutil.Process(pid).children(recursive=True):
            words = child.cmdline()
            heaps = [word.removeprefix("-Xmx") for word in words if word.startswith("-Xmx")]
            if heaps:
                return cls(Path(words[0]).parent.parent, heaps[0])
        raise RunFailed("the server has no JVM")


@dataclass(frozen=True)
class Sums:
    """What both sides must agree on."""

    rows: int
    distance: float
    delay: float
    first: str
    last: str


def write_clean(folder: Path, times: int) -> Path:
    """The year's flights, `times` times, as the recipe leaves them: Parquet."""
    scratch = folder / f"csv-{times}"
    target = folder / f"x{times}"
    scratch.mkdir()
    target.mkdir()
    write_flights(scratch, MONTHS, times)
    with duckdb.connect(config={"memory_limit": "2GB"}) as engine:
        flights = engine.read_csv(f"{scratch}/*.csv", na_values="NA")
        flights.project(CLEAN).write_parquet(str(target / "part-0.parquet"))
    shutil.rmtree(scratch)
    return target


def sums_of(files: Sequence[bytes | Path]) -> Sums:
    """Of the published rows."""
    columns = ["distance", "dep_delay", "flight_date"]
    table = pa.concat_tables(
        pq.read_table(io.BytesIO(file) if isinstance(file, bytes) else file, columns=columns)
        for file in files
    )
    distance, delay = (compute.sum(table[name]).as_py() for name in columns[:2])
    dates = compute.min_max(table["flight_date"]).as_py()
    return Sums(table.num_rows, distance, delay, str(dates["min"]), str(dates["max"]))


class Lake:
    """A local_aws with the bench's jobs, started anew when a run is to be cold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: servers.Server | None = None

    def start(self) -> None:
        """A server over the same data; its first job finds no JVM."""
        self.stop()
        self._server = servers.start(servers.LOCAL_AWS, self._folder)
        self._s3, self._glue = servers.clients(self._server, "s3", "glue")

    def stop(self) -> None:
        if self._server:
            self._server.stop()
        self._server = None

    def fill(self, contract: str) -> None:
        """The scripts, the contract and two jobs."""
        self._s3.create_bucket(Bucket=BUCKET)
        for script in (f"{JOB}.py", "lake_convert.py"):
            self._put(f"glue/{script}", (SCRIPTS / script).read_bytes())
        self._put(f"glue/{START}.py", START_SCRIPT.encode())
        self._put("contract.json", contract.encode())
        for name in (JOB, START):
            self._glue.create_job(
                Name=name,
                Role="lake",
                Command={"Name": "glueetl", "ScriptLocation": uri(f"glue/{name}.py")},
                DefaultArguments={"--extra-py-files": uri("glue/lake_convert.py")},
            )

    def upload(self, folder: Path) -> None:
        for file in folder.iterdir():
            self._s3.upload_file(str(file), BUCKET, f"{folder.name}/{file.name}")

    def wait_for_archive(self) -> None:
        """Until the server has used the quiet after its first job to keep Spark's classes."""
        archives = self._folder / "local_aws" / "state" / "glue-classes" / "archive"
        deadline = time.monotonic() + ARCHIVE_SECONDS
        while not list(archives.glob("*/complete.json")):
            if time.monotonic() > deadline:
                raise RunFailed("the server made no archive of Spark's classes")
            time.sleep(1)

    def run(self, name: str, arguments: Mapping[str, str]) -> Cost:
        """From StartJobRun until it has succeeded; what the server and its children used."""
        if self._server is None:
            raise RunFailed("the server is not running")
        with Meter(self._server.process.pid) as meter:
            began = time.perf_counter()
            run_id = self._glue.start_job_run(JobName=name, Arguments=dict(arguments))["JobRunId"]
            while True:
                run = self._glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
                if run["JobRunState"] not in ("STARTING", "RUNNING", "WAITING"):
                    break
                time.sleep(POLL)
            wall = time.perf_counter() - began
        if run["JobRunState"] != "SUCCEEDED":
            raise RunFailed(f"{name}: {run['JobRunState']}: {run.get('ErrorMessage')}")
        return _cost(wall, meter.used)

    @property
    def java(self) -> Java:
        """Of its JVM, once a job has run."""
        if self._server is None:
            raise RunFailed("the server is not running")
        return Java.of_server(self._server.process.pid)

    def output(self, prefix: str) -> Sums:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        found = (self._s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys)
        return sums_of(list(found))

    def _put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def uri(key: str) -> str:
    return f"s3://{BUCKET}/{key}"


def arguments_of(root: str, data: str, token: str) -> dict[str, str]:
    """The flights job's own, over an S3 address or a folder of the disk."""
    return {
        "--input": f"{root}/{data}/",
        "--output": f"{root}/curated-{token}/",
        "--quarantine": f"{root}/quarantine-{token}/",
        "--contract": f"{root}/contract.json",
        "--metrics": f"{root}/metrics-{token}.json",
    }


def spark_home() -> Path:
    """PySpark's folder."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise RunFailed("pyspark is not installed")
    return Path(spec.origin).parent


def spark_submit(folder: Path, script: Path, arguments: Mapping[str, str], java: Java) -> Cost:
    """The same script, with nothing of ours but `getResolvedOptions`, on the same Java."""
    home = spark_home()
    command = [str(home / "bin" / "spark-submit"), "--master", "local[*]"]
    command += ["--driver-memory", java.heap, str(script), "--JOB_NAME", script.stem]
    command += [word for pair in arguments.items() for word in pair]
    bare = environment.base() | {
        "JAVA_HOME": str(java.home),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_DIRS": str(folder),
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(RUNTIME)]),
    }
    log = folder / "spark-submit.log"
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=bare, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        with Meter(process.pid) as meter:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # its times stay readable
        wall = time.perf_counter() - began
    if process.wait():
        raise RunFailed(f"spark-submit {script.name}:\n{log.read_text()[-2000:]}")
    return _cost(wall, meter.used)


@contextmanager
def running(folder: Path) -> Iterator[Lake]:
    """A lake with its jobs; the contract also beside the files that bare Spark reads."""
    contract = json.dumps(load_contract(JOB).to_job_json())
    (folder / "contract.json").write_text(contract)
    (folder / f"{START}.py").write_text(START_SCRIPT)
    lake = Lake(folder)
    lake.start()
    try:
        lake.fill(contract)
        yield lake
    finally:
        lake.stop()


def _cost(wall: float, used: Used) -> Cost:
    return Cost(wall, used.cpu, used.peak)

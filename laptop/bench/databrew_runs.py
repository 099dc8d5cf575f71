"""The two sides of the DataBrew bench: jobs of local_aws, and polars in a process of its own."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from laptop import environment
from laptop.bench import servers
from laptop.bench.many_flights import write_flights
from laptop.bench.meter import MB, Cost, Meter
from laptop.bench.servers import RunFailed
from laptop.demo import MONTHS
from laptop.home import ROOT

BUCKET = "bench"
POLL = 0.05
ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")


def write_year(folder: Path, times: int) -> Path:
    """The year's flights as they come, `times` times, in one CSV file."""
    scratch = folder / f"months-{times}"
    scratch.mkdir()
    write_flights(scratch, MONTHS, times)
    target = folder / f"flights-x{times}.csv"
    with target.open("wb") as year:
        for number, month in enumerate(MONTHS):
            part = scratch / f"flights-{month}.csv"
            head, _, rows = part.read_bytes().partition(b"\n")
            year.write((head + b"\n" if number == 0 else b"") + rows)
            part.unlink()
    return target


class Lake:
    """A local_aws with the flights' recipe, and a job of each kind for each file."""

    def __init__(self, server: servers.Server) -> None:
        self._server = server
        self._s3, self._brew = servers.clients(server, "s3", "databrew")
        self._s3.create_bucket(Bucket=BUCKET)
        steps = json.loads((ROOT / "recipes" / "flights.json").read_text())
        self._brew.create_recipe(Name="flights", Steps=steps)
        self._brew.publish_recipe(Name="flights")

    def add(self, name: str, file: Path) -> None:
        """The data set, its profile job and its recipe job."""
        self._s3.upload_file(str(file), BUCKET, f"{name}/{file.name}")
        place = {"Bucket": BUCKET, "Key": f"{name}/{file.name}"}
        self._brew.create_dataset(Name=name, Format="CSV", Input={"S3InputDefinition": place})
        self._brew.create_profile_job(
            Name=f"profile-{name}",
            DatasetName=name,
            RoleArn="arn:aws:iam::123456789012:role/bench",
            OutputLocation={"Bucket": BUCKET, "Key": f"profile-{name}/"},
            JobSample={"Mode": "FULL_DATASET"},
        )
        self._brew.create_recipe_job(
            Name=f"recipe-{name}",
            DatasetName=name,
            RoleArn="arn:aws:iam::123456789012:role/bench",
            RecipeReference={"Name": "flights", "RecipeVersion": "1.0"},
            Outputs=[
                {
                    "Location": {"Bucket": BUCKET, "Key": f"recipe-{name}/"},
                    "Format": "PARQUET",
                    "Overwrite": True,
                    "MaxOutputFiles": 1,  # as polars writes it
                }
            ],
        )

    def run(self, job: str) -> Cost:
        """One run of a job, with what the server and its process for the run used."""
        begun = time.monotonic()
        with Meter(self._server.process.pid) as meter:
            run = self._brew.start_job_run(Name=job)["RunId"]
            while (found := self._brew.describe_job_run(Name=job, RunId=run))["State"] not in ENDED:
                time.sleep(POLL)
            wall = time.monotonic() - begun
        if found["State"] != "SUCCEEDED":
            raise RunFailed(f"{job}: {found['State']}: {found.get('ErrorMessage')}")
        return Cost(wall, meter.used.cpu, meter.used.peak - meter.used.before)

    def rows(self, name: str) -> pl.DataFrame:
        """What a recipe job wrote, in an order that does not depend on who wrote it."""
        made = self._s3.list_objects_v2(Bucket=BUCKET, Prefix=f"recipe-{name}/")["Contents"]
        parts = [self._s3.get_object(Bucket=BUCKET, Key=o["Key"])["Body"].read() for o in made]
        return pl.concat(pl.read_parquet(io.BytesIO(part)) for part in parts)

    def report(self, name: str) -> dict[str, Any]:
        """The newest report of a profile job."""
        made = self._s3.list_objects_v2(Bucket=BUCKET, Prefix=f"profile-{name}/")["Contents"]
        newest = max(made, key=lambda item: item["LastModified"])
        body = self._s3.get_object(Bucket=BUCKET, Key=newest["Key"])["Body"].read()
        return dict(json.loads(body))


def by_polars(what: str, file: Path, output: Path) -> Cost:
    """The same by hand-written polars."""
    command = [sys.executable, "-m", "laptop.bench.databrew_polars", what, str(file), str(output)]
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment.base())
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RunFailed(f"polars: {what} of {file.name} ended with {status}")
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MB
    return Cost(time.monotonic() - begun, cpu, peak)


@contextmanager
def running(folder: Path) -> Iterator[Lake]:
    """A server of the bench's own."""
    server = servers.start(servers.LOCAL_AWS, folder)
    try:
        yield Lake(server)
    finally:
        server.stop()

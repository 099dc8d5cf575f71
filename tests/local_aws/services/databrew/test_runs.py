"""Job runs through boto3: work done, files named, failures told, stopped, killed."""

import io
import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server

ROLE = "arn:aws:iam::123456789012:role/lake"
GROUP = "/aws-glue-databrew/jobs"
ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")
CSV = "n,word\n1, a \nNA,b\n3,NA\n"
STEPS = [
    {
        "Action": {
            "Operation": "CHANGE_DATA_TYPE",
            "Parameters": {"sourceColumn": "n", "columnDataType": "int"},
        }
    },
    {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "word"}}},
]


class Lake:
    """A bucket with one CSV file, and short ways to make jobs over it."""

    def __init__(self, server: LocalServer, text: str = CSV) -> None:
        self.server = server
        self.databrew = server.client("databrew")
        self.s3 = server.client("s3")
        self.logs = server.client("logs")
        self.name = f"t-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=self.name)
        self.put(text)
        self.s3.put_object(Bucket=self.name, Key="raw/_manifest.json", Body=b"{}")
        self.databrew.create_dataset(
            Name=self.name,
            Format="CSV",
            Input={"S3InputDefinition": {"Bucket": self.name, "Key": "raw/"}},
        )

    def put(self, text: str) -> None:
        self.s3.put_object(Bucket=self.name, Key="raw/in.csv", Body=text.encode())

    def recipe_job(self, steps: list[dict[str, Any]], **output: Any) -> str:
        self.databrew.create_recipe(Name=self.name, Steps=steps)
        self.databrew.publish_recipe(Name=self.name)
        given = {"Location": {"Bucket": self.name, "Key": "clean"}, **output}
        self.databrew.create_recipe_job(
            Name=f"{self.name}-clean",
            DatasetName=self.name,
            RecipeReference={"Name": self.name},
            RoleArn=ROLE,
            Outputs=[given],
        )
        return f"{self.name}-clean"

    def profile_job(self, **options: Any) -> str:
        self.databrew.create_profile_job(
            Name=f"{self.name}-profile",
            DatasetName=self.name,
            RoleArn=ROLE,
            OutputLocation={"Bucket": self.name, "Key": "profiles/"},
            **options,
        )
        return f"{self.name}-profile"

    def start(self, job: str) -> str:
        return str(self.databrew.start_job_run(Name=job)["RunId"])

    def state(self, job: str, run: str) -> str:
        return str(self.databrew.describe_job_run(Name=job, RunId=run)["State"])

    def wait(self, job: str, run: str, states: tuple[str, ...] = ENDED) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.databrew.describe_job_run(Name=job, RunId=run)
            if found["State"] in states:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{run} is {found['State']}")

    def run(self, job: str) -> dict[str, Any]:
        return self.wait(job, self.start(job))

    def keys(self, prefix: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def read(self, key: str) -> bytes:
        return bytes(self.s3.get_object(Bucket=self.name, Key=key)["Body"].read())

    def log(self, job: str, run: str) -> str:
        events = self.logs.get_log_events(logGroupName=GROUP, logStreamName=f"{job}-{run}")
        return "\n".join(event["message"] for event in events["events"])


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


def slow_steps() -> list[dict[str, Any]]:
    """Seconds of work on a small file: a long pattern over long words."""
    pattern = "(a|aa)+" * 20 + "$"
    replace = {
        "Action": {
            "Operation": "REPLACE_TEXT",
            "Parameters": {"sourceColumn": "word", "pattern": pattern, "value": "b"},
        }
    }
    return [replace] * 30


def test_recipe_run_writes_parquet(lake: Lake) -> None:
    job = lake.recipe_job(
        STEPS, Format="PARQUET", CompressionFormat="SNAPPY", Overwrite=True, MaxOutputFiles=1
    )
    found = lake.run(job)
    assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
    assert found["RunId"].startswith("db_")
    assert len(found["RunId"]) == 67
    assert found["JobName"] == job
    assert found["LogGroupName"] == GROUP
    assert found["RecipeReference"]["Name"] == lake.name
    assert found["CompletedOn"] >= found["StartedOn"]
    assert lake.keys("clean/") == [f"clean/{job}_part00000.parquet.snappy"]
    table = pyarrow.parquet.read_table(io.BytesIO(lake.read(lake.keys("clean/")[0])))
    assert table.to_pydict() == {"n": [1, None, 3], "word": [" A ", "B", "NA"]}
    assert "wrote 3 rows" in lake.log(job, found["RunId"])
    again = lake.run(job)
    assert again["RunId"] != found["RunId"]
    assert len(lake.keys("clean/")) == 1
    runs = lake.databrew.list_job_runs(Name=job)["JobRuns"]
    assert [run["RunId"] for run in runs] == [again["RunId"], found["RunId"]]


def test_without_overwrite_each_run_has_its_folder(lake: Lake) -> None:
    job = lake.recipe_job(STEPS, Format="CSV", CompressionFormat="GZIP")
    lake.run(job)
    lake.run(job)
    keys = lake.keys("clean/")
    assert len(keys) == 2
    folder, file = keys[0].removeprefix("clean/").split("/")
    assert file == f"{folder}_part00000.csv.gz"
    assert folder.startswith(f"{job}_")


def test_partitions(lake: Lake) -> None:
    job = lake.recipe_job(STEPS, Format="JSON", PartitionColumns=["n"], Overwrite=True)
    assert lake.run(job)["State"] == "SUCCEEDED"
    part = f"{job}_part00000.json"
    assert lake.keys("clean/") == [
        f"clean/n=1/{part}",
        f"clean/n=3/{part}",
        f"clean/n=__HIVE_DEFAULT_PARTITION__/{part}",
    ]
    assert json.loads(lake.read(f"clean/n=3/{part}")) == {"word": "NA"}


def test_a_missing_column_fails_the_run_and_names_the_columns(lake: Lake) -> None:
    lake.put("number,word\n1,a\n")
    job = lake.recipe_job(STEPS)
    found = lake.run(job)
    assert found["State"] == "FAILED"
    assert found["ErrorMessage"] == (
        "AnalysisException: cannot resolve '`n`' given input columns: [number, word]; "
        "(step 1, CHANGE_DATA_TYPE)"
    )
    assert found["ErrorMessage"] in lake.log(job, found["RunId"])
    assert lake.keys("clean/") == []


def test_no_input_fails_the_run(lake: Lake) -> None:
    lake.s3.delete_object(Bucket=lake.name, Key="raw/in.csv")
    found = lake.run(lake.recipe_job(STEPS))
    assert found["State"] == "FAILED"
    assert found["ErrorMessage"] == (
        f"AnalysisException: 'Path does not exist: s3://{lake.name}/raw/;'"
    )


def test_malformed_lines_are_padded_and_told(lake: Lake) -> None:
    lake.put("n,word\n1,a\n2\n3,c,surplus\n4,d")
    job = lake.recipe_job(STEPS, Format="JSON", Overwrite=True)
    found = lake.run(job)
    rows = [json.loads(line) for line in lake.read(lake.keys("clean/")[0]).splitlines()]
    assert rows == [
        {"n": 1, "word": "A"},
        {"n": 2, "word": None},
        {"n": 3, "word": "C"},
        {"n": 4, "word": "D"},
    ]
    log = lake.log(job, found["RunId"])
    assert "WARN CSV: 2 malformed line(s)" in log
    assert "line 3: MISSING COLUMNS; line 4: TOO MANY COLUMNS" in log


def test_an_unknown_output_bucket_fails_the_run(lake: Lake) -> None:
    job = lake.recipe_job(STEPS, Location={"Bucket": f"{lake.name}-none", "Key": "x"})
    found = lake.run(job)
    assert found["State"] == "FAILED"
    assert found["ErrorMessage"].startswith("NoSuchBucket")


def test_profile_run_with_a_ruleset(lake: Lake) -> None:
    rules = [
        {"Name": "n is a number", "CheckExpression": ":c MATCHES :p",
         "SubstitutionMap": {":c": "`n`", ":p": "^[0-9]+$"}},
        {"Name": "there are rows", "CheckExpression": "AGG(ROWS_COUNT) > :v",
         "SubstitutionMap": {":v": "0"}},
    ]  # fmt: skip
    arn = lake.databrew.describe_dataset(Name=lake.name)["ResourceArn"]
    lake.databrew.create_ruleset(Name=lake.name, TargetArn=arn, Rules=rules)
    ruleset = lake.databrew.describe_ruleset(Name=lake.name)["ResourceArn"]
    job = lake.profile_job(
        JobSample={"Mode": "FULL_DATASET"}, ValidationConfigurations=[{"RulesetArn": ruleset}]
    )
    found = lake.run(job)
    assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
    stem = f"profiles/{lake.name}_{found['RunId'].removeprefix('db_')}"
    assert sorted(lake.keys("profiles/")) == [
        f"{stem}.json", f"{stem}_dq-validation-report.json"
    ]  # fmt: skip
    profile = json.loads(lake.read(f"{stem}.json"))
    assert (profile["jobName"], profile["jobRunId"]) == (job, found["RunId"])
    assert profile["location"] == f"s3://{lake.name}/raw/"
    assert (profile["sampleSize"], profile["version"]) == (3, "1.0")
    assert [c["name"] for c in profile["columns"]] == ["n", "word"]
    report = json.loads(lake.read(f"{stem}_dq-validation-report.json"))
    (result,) = report["rulesetResults"]
    assert (result["name"], result["arn"], result["status"]) == (lake.name, ruleset, "FAILED")
    assert [(r["name"], r["status"]) for r in result["ruleResults"]] == [
        ("n is a number", "FAILED"),
        ("there are rows", "SUCCEEDED"),
    ]
    assert result["ruleResults"][0]["failedCount"] == 1
    assert "Rule failed" in lake.log(job, found["RunId"])


def test_profile_run_with_a_configuration(lake: Lake) -> None:
    rows = "".join(f"{i},{i % 4},user{i}@example.com\n" for i in range(40))
    lake.put(f"n,m,mail\n{rows}")
    bins = {"Statistic": "VALUE_DISTRIBUTION", "Parameters": {"binNumber": "4"}}
    job = lake.profile_job(
        Configuration={
            "ProfileColumns": [{"Regex": "[nm].*"}],
            "DatasetStatisticsConfiguration": {"IncludedStatistics": ["CORRELATION"]},
            "ColumnStatisticsConfigurations": [
                {
                    "Selectors": [{"Name": "n"}],
                    "Statistics": {
                        "IncludedStatistics": ["VALUE_DISTRIBUTION"],
                        "Overrides": [bins],
                    },
                }
            ],
            "EntityDetectorConfiguration": {
                "EntityTypes": ["EMAIL"],
                "AllowedStatistics": [{"Statistics": ["MISSING_VALUES_COUNT"]}],
            },
        }
    )
    assert lake.run(job)["State"] == "SUCCEEDED"
    (key,) = lake.keys("profiles/")
    report = json.loads(lake.read(key))
    n, m, mail = report["columns"]
    assert "duplicateRowsCount" not in report
    assert [b["count"] for b in n["valueDistribution"]] == [9, 10, 10, 11]
    assert (set(n["correlations"]), n["entity"], m["mean"]) == ({"n", "m"}, {}, 1.5)
    assert mail["entity"] == {"entityTypes": ["EMAIL"], "rowsCount": 40}
    assert (mail["missingValuesCount"], "mostCommonValues" in mail) == (0, False)


def test_profile_of_the_first_rows(lake: Lake) -> None:
    job = lake.profile_job(JobSample={"Mode": "CUSTOM_ROWS", "Size": 2})
    assert lake.run(job)["State"] == "SUCCEEDED"
    (key,) = lake.keys("profiles/")
    assert json.loads(lake.read(key))["sampleSize"] == 2


def test_two_runs_at_once_the_rest_wait_and_a_stop_ends_them(aws: LocalServer) -> None:
    lake = Lake(aws, "n,word\n" + f"1,{'a' * 4000}c\n" * 4000)
    job = lake.recipe_job(slow_steps())
    runs = [lake.start(job) for _ in range(3)]
    lake.wait(job, runs[1], ("RUNNING",))
    assert lake.state(job, runs[2]) == "STARTING"
    for run in reversed(runs):
        assert lake.databrew.stop_job_run(Name=job, RunId=run)["RunId"] == run
    for run in runs:
        found = lake.wait(job, run)
        assert found["State"] == "STOPPED"
        assert "ErrorMessage" not in found
    assert lake.keys("clean/") == []
    with pytest.raises(ClientError, match="cannot be stopped: it is STOPPED"):
        lake.databrew.stop_job_run(Name=job, RunId=runs[0])


def test_an_unknown_run(lake: Lake) -> None:
    job = lake.recipe_job(STEPS)
    with pytest.raises(ClientError) as error:
        lake.databrew.describe_job_run(Name=job, RunId="db_0")
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[LocalServer]:
    """A server of the test's own, to kill."""
    server = start_server(tmp_path / "data")
    yield server
    server.process.kill()
    server.process.wait()


def children(run: str) -> list[int]:
    """The processes that work on a run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if run.encode() in command:
                found.append(int(entry.name))
    return found


@pytest.mark.restart
def test_kill_9_fails_what_was_running_and_keeps_what_waited(killed: LocalServer) -> None:
    lake = Lake(killed, "n,word\n" + f"1,{'a' * 4000}c\n" * 4000)
    job = lake.recipe_job(slow_steps())
    runs = [lake.start(job) for _ in range(2)]
    for run in runs:
        lake.wait(job, run, ("RUNNING",))
    # They would work on beside the server's new start: a stopped process has to be ended too.
    for pid in [pid for run in runs for pid in children(run)]:
        os.kill(pid, signal.SIGSTOP)
    profile = lake.profile_job()
    waiting = lake.start(profile)
    killed.process.kill()
    killed.process.wait()
    revived = start_server(killed.data, killed.port)
    killed.process = revived.process
    for run in runs:
        found = lake.wait(job, run)
        assert found["State"] == "FAILED"
        assert "local_aws ended" in found["ErrorMessage"]
        assert children(run) == []
    assert lake.wait(profile, waiting)["State"] == "SUCCEEDED"

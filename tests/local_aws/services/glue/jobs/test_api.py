import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Glue, subset, until

PRINTS = 'print("hello")'
SLEEPS = 'print("asleep")\nimport time\ntime.sleep(60)'
RESOLVES = """
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "month", "zone"])
print(args["JOB_NAME"], args["month"], args["zone"], args["TempDir"])
"""
FAILS = """
def divide(n):
    return n / 0

divide(1)
"""
CALLS_BACK = """
import boto3, os, sys
boto3.client("s3").put_object(Bucket=os.environ["BUCKET_OF_TEST"] if 0 else sys.argv[2],
                              Key="made", Body=b"by the job")
"""


LEAVES_A_FILE = """
import multiprocessing, tempfile
print(tempfile.mkstemp()[1])
multiprocessing.Manager().list([1])  # over a socket among the temporary files
"""
DENIED = """
from botocore.exceptions import ClientError
raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
"""


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_create_get_update_delete_job(glue: Glue) -> None:
    name = glue.job(PRINTS, Description="first", Tags={"team": "data"})
    created = glue.client.get_job(JobName=name)["Job"]
    assert created["Description"] == "first"
    update = {"Role": "other", "Command": created["Command"], "Timeout": 5}
    glue.client.update_job(JobName=name, JobUpdate=update)
    updated = glue.client.get_job(JobName=name)["Job"]
    assert subset(updated, "Role", "Timeout", "Description") == {
        "Role": "other",
        "Timeout": 5,
        "Description": None,
    }
    assert updated["CreatedOn"] == created["CreatedOn"]
    glue.client.delete_job(JobName=name)
    glue.client.delete_job(JobName=name)
    with pytest.raises(ClientError) as error:
        glue.client.get_job(JobName=name)
    assert code(error) == "EntityNotFoundException"


def test_create_job_twice(glue: Glue) -> None:
    name = glue.job(PRINTS)
    command = glue.client.get_job(JobName=name)["Job"]["Command"]
    with pytest.raises(ClientError, match="already exists") as error:
        glue.client.create_job(Name=name, Role="r", Command=command)
    assert code(error) == "AlreadyExistsException"


def test_list_and_batch_get_jobs(glue: Glue) -> None:
    tag = uuid.uuid4().hex
    names = sorted(glue.job(PRINTS, Tags={"test": tag}) for _ in range(3))
    pages = glue.client.get_paginator("get_jobs").paginate(PaginationConfig={"PageSize": 1})
    assert set(names) <= {job["Name"] for page in pages for job in page["Jobs"]}
    assert glue.client.list_jobs(Tags={"test": tag})["JobNames"] == names
    answer = glue.client.batch_get_jobs(JobNames=[names[0], "nobody"])
    assert [job["Name"] for job in answer["Jobs"]] == [names[0]]
    assert answer["JobsNotFound"] == ["nobody"]


def test_unsupported_command_is_refused(glue: Glue) -> None:
    with pytest.raises(ClientError, match="gluestreaming") as error:
        glue.job(PRINTS, kind="gluestreaming")
    assert code(error) == "InvalidInputException"


def test_a_run_succeeds_and_logs(glue: Glue) -> None:
    name = glue.job(PRINTS)
    run = glue.run(name)
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["LogGroupName"] == "/aws-glue/jobs"
    assert run["CompletedOn"] >= run["StartedOn"]
    assert subset(run, "Attempt", "ErrorMessage", "Timeout") == {
        "Attempt": 0,
        "ErrorMessage": None,
        "Timeout": 2880,
    }
    assert glue.log(run["Id"]) == ["hello"]


def test_what_a_script_leaves_among_temporary_files_ends_with_its_run(glue: Glue) -> None:
    run = glue.run(glue.job(LEAVES_A_FILE))
    assert run["JobRunState"] == "SUCCEEDED", run
    (left,) = glue.log(run["Id"])
    assert not Path(left).exists()


def test_a_quiet_run_has_both_logs(glue: Glue) -> None:
    run = glue.run(glue.job(""))
    for group in ("output", "error"):
        streams = glue.logs.describe_log_streams(
            logGroupName=f"/aws-glue/jobs/{group}", logStreamNamePrefix=run["Id"]
        )["logStreams"]
        assert [stream["logStreamName"] for stream in streams] == [run["Id"]]


def test_arguments_reach_the_script(glue: Glue) -> None:
    defaults = {"--month": "1", "--zone": "raw", "--TempDir": "s3://b/tmp/"}
    name = glue.job(RESOLVES, DefaultArguments=defaults)
    run = glue.run(name, Arguments={"--month": "3"})
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert run["Arguments"] == {"--month": "3"}
    assert glue.log(run["Id"]) == [f"{name} 3 raw s3://b/tmp/"]


def test_a_missing_argument_fails_with_its_name(glue: Glue) -> None:
    run = glue.run(glue.job(RESOLVES))
    assert run["JobRunState"] == "FAILED"
    assert "GlueArgumentError: the following arguments are required: --month" in run["ErrorMessage"]


def test_a_failure_says_line_and_exception(glue: Glue) -> None:
    run = glue.run(glue.job(FAILS))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == (
        "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 3; "
        "ZeroDivisionError: division by zero"
    )
    assert any("ZeroDivisionError" in line for line in glue.log(run["Id"], "error"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nowhere", "IMPORT_ERROR; Failed Line Number: 1; ModuleNotFoundError"),
        ("def", "SYNTAX_ERROR; Failed Line Number: 1; SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('no rows')", "SystemExit: no rows"),
        ("import os; os._exit(4)", "Command failed with exit code 4"),
        ("import os; os.kill(os.getpid(), 9)", "Command failed with exit code 137 (SIGKILL)"),
        ("raise MemoryError()", "OUT_OF_MEMORY_ERROR; Failed Line Number: 1; MemoryError"),
        (DENIED, "PERMISSION_ERROR; Failed Line Number: 3; ClientError: An error occurred"),
    ],
)
def test_other_failures(glue: Glue, text: str, said: str) -> None:
    run = glue.run(glue.job(text))
    assert run["JobRunState"] == "FAILED"
    assert said in run["ErrorMessage"]


@pytest.mark.parametrize("text", ["import sys; sys.exit()", "import os; os._exit(0)", "", "# é"])
def test_scripts_that_succeed(glue: Glue, text: str) -> None:
    run = glue.run(glue.job(text))
    assert run["JobRunState"] == "SUCCEEDED"
    assert "ErrorMessage" not in run


def test_a_script_that_is_not_utf8(glue: Glue) -> None:
    name = glue.job("")
    body = "import os\nos\n# é".encode("latin-1")
    glue.s3.put_object(Bucket=glue.bucket, Key=f"scripts/{name}.py", Body=body)
    run = glue.run(name)
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith(
        "Error Category: SYNTAX_ERROR; Failed Line Number: 3; SyntaxError: Non-UTF-8 code"
    )


def test_the_runs_own_script_location(glue: Glue) -> None:
    other = glue.put("other.py", "print('the other')")
    run = glue.run(glue.job(PRINTS), Arguments={"--scriptLocation": other})
    assert glue.log(run["Id"]) == ["the other"]


def test_a_log_group_of_the_jobs_own(glue: Glue) -> None:
    group = f"/own/{uuid.uuid4().hex}"
    name = glue.job(PRINTS, DefaultArguments={"--custom-logGroup-prefix": group})
    run = glue.run(name)
    assert run["LogGroupName"] == group
    answer = glue.logs.get_log_events(logGroupName=f"{group}/output", logStreamName=run["Id"])
    assert [event["message"] for event in answer["events"]] == ["hello"]


def test_a_missing_script_fails_the_run(glue: Glue) -> None:
    name = glue.job(PRINTS)
    glue.s3.delete_object(Bucket=glue.bucket, Key=f"scripts/{name}.py")
    run = glue.run(name)
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == (
        f"LAUNCH ERROR | Error downloading from S3 for bucket: {glue.bucket}, "
        f"key: scripts/{name}.py.The specified key does not exist. (Service: Amazon S3; "
        "Status Code: 404; Error Code: NoSuchKey) Please refer logs for details."
    )


def test_boto3_in_a_job_reaches_this_server(glue: Glue) -> None:
    run = glue.run(glue.job(CALLS_BACK), Arguments={"--bucket": glue.bucket})
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    body = glue.s3.get_object(Bucket=glue.bucket, Key="made")["Body"].read()
    assert body == b"by the job"


def test_extra_modules_and_files(glue: Glue) -> None:
    module = glue.put("lib/helper_of_test.py", "WORD = 'helped'")
    file = glue.put("lib/data.txt", "data")
    text = "import helper_of_test\nprint(helper_of_test.WORD, open('data.txt').read())"
    arguments = {"--extra-py-files": module, "--extra-files": file}
    run = glue.run(glue.job(text, DefaultArguments=arguments))
    assert glue.log(run["Id"]) == ["helped data"], run.get("ErrorMessage")


def test_stop_ends_a_run_and_what_it_printed_stays(glue: Glue) -> None:
    name = glue.job(SLEEPS)
    run_id = glue.start(name)
    until(lambda: glue.log(run_id) == ["asleep"])  # logs appear while it runs
    assert glue.show(name, run_id)["JobRunState"] == "RUNNING"
    answer = glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id, "jr_none"])
    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": run_id}]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert glue.wait(name, run_id)["JobRunState"] == "STOPPED"
    answer = glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    assert "STOPPED" in answer["Errors"][0]["ErrorDetail"]["ErrorMessage"]


def test_concurrent_runs_are_limited(glue: Glue) -> None:
    name = glue.job(SLEEPS, ExecutionProperty={"MaxConcurrentRuns": 2})
    running = [glue.start(name) for _ in range(2)]
    with pytest.raises(ClientError) as error:
        glue.start(name)
    assert code(error) == "ConcurrentRunsExceededException"
    glue.client.batch_stop_job_run(JobName=name, JobRunIds=running)
    for run_id in running:
        glue.wait(name, run_id)


def test_a_failed_run_is_retried_as_a_new_run(glue: Glue) -> None:
    name = glue.job("raise ValueError('again')", MaxRetries=1)
    first = glue.run(name)
    second = glue.wait(name, f"{first['Id']}_attempt_1")
    assert subset(second, "Attempt", "PreviousRunId", "JobRunState") == {
        "Attempt": 1,
        "PreviousRunId": first["Id"],
        "JobRunState": "FAILED",
    }
    runs = glue.client.get_job_runs(JobName=name)["JobRuns"]
    assert [run["Id"] for run in runs] == [second["Id"], first["Id"]]


def test_job_runs_newest_first_in_pages(glue: Glue) -> None:
    name = glue.job(PRINTS)
    ids = [glue.run(name)["Id"] for _ in range(3)]
    pages = glue.client.get_paginator("get_job_runs").paginate(
        JobName=name, PaginationConfig={"PageSize": 2}
    )
    assert [run["Id"] for page in pages for run in page["JobRuns"]] == ids[::-1]


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("start_job_run", {}),
        ("get_job", {}),
        ("get_job_runs", {}),
        ("get_job_run", {"RunId": "jr_none"}),
    ],
)
def test_an_unknown_job(glue: Glue, operation: str, members: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        getattr(glue.client, operation)(JobName="nobody", **members)
    assert code(error) == "EntityNotFoundException"


def test_a_run_cannot_ask_for_what_is_not_supported(glue: Glue) -> None:
    name = glue.job(PRINTS)
    with pytest.raises(ClientError, match="--datalake-formats") as error:
        glue.start(name, Arguments={"--datalake-formats": "delta"})
    assert code(error) == "InvalidInputException"

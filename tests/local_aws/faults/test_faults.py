"""Faults through boto3: each strikes where it was asked for, as AWS would, and is counted."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.conftest import ACCESS_KEY, SECRET_KEY, LocalServer, start_server
from tests.faults import Faults

OWNER = Credentials(ACCESS_KEY, SECRET_KEY)
ONCE = Config(retries={"total_max_attempts": 1})
ROLE = "arn:aws:iam::123456789012:role/lake"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that may have bad days."""
    running = start_server(tmp_path_factory.mktemp("faulty") / "data", None, "--allow-faults")
    yield running
    running.stop()


@pytest.fixture
def faults(faulty: LocalServer) -> Iterator[Faults]:
    found = Faults(faulty.endpoint, OWNER)
    yield found
    found.clear()


@pytest.fixture(scope="module")
def glue(faulty: LocalServer) -> Any:
    return faulty.client("glue", config=ONCE)


@pytest.fixture(scope="module")
def s3(faulty: LocalServer) -> Any:
    client = faulty.client("s3", config=ONCE)
    client.create_bucket(Bucket="faulty")
    return client


def code_and_status(error: ClientError) -> tuple[str, int]:
    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_refused_where_it_was_not_switched_on(server: LocalServer, method: str) -> None:
    status, answer = Faults(server.endpoint, OWNER).send(method, {"rules": []})
    assert status == 403
    assert "--allow-faults" in answer["message"]


def test_refused_for_a_forged_signature(faulty: LocalServer) -> None:
    forged = Faults(faulty.endpoint, Credentials(ACCESS_KEY, "a guess"))
    assert forged.send("POST", {"rules": []})[0] == 403


def test_refused_for_a_user_of_the_account(faulty: LocalServer) -> None:
    iam = faulty.client("iam")
    iam.create_user(UserName="guest")
    key = iam.create_access_key(UserName="guest")["AccessKey"]
    guest = Faults(faulty.endpoint, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    status, answer = guest.send("POST", {"rules": []})
    assert (status, answer["message"]) == (403, "Sign it with the account's own key")


def test_bad_rules_are_refused_and_the_old_ones_stay(faults: Faults) -> None:
    faults.set({"service": "glue", "operation": "GetCrawlers", "fault": "error"})
    status, answer = faults.send("POST", {"rules": [{"service": "moon", "fault": "error"}]})
    assert status == 400
    assert "Rule 0: the service 'moon' has no faults" in answer["message"]
    assert [rule["operation"] for rule in faults.shown()] == ["GetCrawlers"]


def test_another_method_is_refused(faults: Faults) -> None:
    assert faults.send("PUT", {"rules": []})[0] == 405


@pytest.mark.parametrize(
    ("service", "call", "expected"),
    [
        ("glue", lambda c: c.get_databases(), ("ThrottlingException", 400)),
        ("logs", lambda c: c.describe_log_groups(), ("ThrottlingException", 400)),
        ("athena", lambda c: c.list_work_groups(), ("TooManyRequestsException", 400)),
        ("databrew", lambda c: c.list_jobs(), ("ThrottlingException", 429)),
        (
            "quicksight",
            lambda c: c.list_data_sets(AwsAccountId="123456789012"),
            ("ThrottlingException", 429),
        ),
        ("s3", lambda c: c.list_buckets(), ("SlowDown", 503)),
    ],
)
def test_throttling_is_each_services_own(
    faulty: LocalServer, faults: Faults, service: str, call: Any, expected: tuple[str, int]
) -> None:
    client = faulty.client(service, config=ONCE)
    faults.set({"service": service, "fault": "throttle"})
    with pytest.raises(ClientError) as caught:
        call(client)
    assert code_and_status(caught.value) == expected
    call(client)
    assert faults.fired() == [1]


@pytest.mark.parametrize("status", [429, 503])
def test_a_status_of_the_tests_choice(faults: Faults, glue: Any, status: int) -> None:
    faults.set({"service": "glue", "fault": "throttle", "status": status})
    with pytest.raises(ClientError) as caught:
        glue.get_databases()
    assert code_and_status(caught.value) == ("ThrottlingException", status)


def test_boto3_retries_a_throttled_call_by_itself(faulty: LocalServer, faults: Faults) -> None:
    client = faulty.client("glue", config=Config(retries={"mode": "standard", "max_attempts": 3}))
    faults.set({"service": "glue", "operation": "GetDatabases", "fault": "throttle", "times": 2})
    client.get_databases()
    assert faults.fired() == [2]


def test_an_internal_failure(faults: Faults, glue: Any, s3: Any) -> None:
    faults.set({"service": "glue", "fault": "error"}, {"service": "s3", "fault": "error"})
    with pytest.raises(ClientError) as caught:
        glue.get_databases()
    assert code_and_status(caught.value) == ("InternalFailure", 500)
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket="faulty", Key="a", Body=b"x" * 300_000)
    assert code_and_status(caught.value) == ("InternalError", 500)
    assert "Contents" not in s3.list_objects_v2(Bucket="faulty", Prefix="a")


def test_a_slow_answer_outlives_a_client_that_does_not_wait(
    faulty: LocalServer, faults: Faults
) -> None:
    hasty = faulty.client("glue", config=ONCE.merge(Config(read_timeout=0.2)))
    faults.set({"service": "glue", "operation": "CreateDatabase", "fault": "slow", "seconds": 0.5})
    with pytest.raises(ReadTimeoutError):
        hasty.create_database(DatabaseInput={"Name": "slow"})
    deadline = time.monotonic() + 10
    while "slow" not in {d["Name"] for d in faulty.client("glue").get_databases()["DatabaseList"]}:
        assert time.monotonic() < deadline, "the work is done all the same, only late"


@pytest.mark.parametrize(("fault", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_call(faults: Faults, glue: Any, fault: str, done: bool) -> None:
    faults.set({"service": "glue", "operation": "CreateDatabase", "fault": fault})
    with pytest.raises(ConnectionClosedError):
        glue.create_database(DatabaseInput={"Name": fault})
    names = {database["Name"] for database in glue.get_databases()["DatabaseList"]}
    assert (fault in names) is done
    assert faults.fired() == [1]


@pytest.mark.parametrize("size", [10, 3_000_000])
@pytest.mark.parametrize(("fault", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_upload(faults: Faults, s3: Any, fault: str, done: bool, size: int) -> None:
    faults.set({"service": "s3", "operation": "PutObject", "fault": fault})
    key = f"{fault}-{size}"
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="faulty", Key=key, Body=b"x" * size)
    found = s3.list_objects_v2(Bucket="faulty", Prefix=key).get("Contents", [])
    assert [one["Size"] for one in found] == ([size] if done else [])


def test_a_dropped_download(faults: Faults, s3: Any) -> None:
    s3.put_object(Bucket="faulty", Key="down", Body=b"x" * 3_000_000)
    faults.set({"service": "s3", "operation": "GetObject", "fault": "drop_after"})
    with pytest.raises(ConnectionClosedError):
        s3.get_object(Bucket="faulty", Key="down")
    assert len(s3.get_object(Bucket="faulty", Key="down")["Body"].read()) == 3_000_000


def wait(look: Any, *ends: str) -> str:
    deadline = time.monotonic() + 30
    while (state := look()) not in ends:
        assert time.monotonic() < deadline, state
        time.sleep(0.02)
    return str(state)


def test_a_crawl_that_fails(faults: Faults, glue: Any, s3: Any) -> None:
    glue.create_database(DatabaseInput={"Name": "crawled"})
    glue.create_crawler(
        Name="doomed",
        Role=ROLE,
        DatabaseName="crawled",
        Targets={"S3Targets": [{"Path": "s3://faulty/none/"}]},
    )
    faults.set(
        {"service": "glue", "operation": "StartCrawler", "fault": "fail_run", "message": "no luck"}
    )
    for status, message in (("FAILED", "no luck"), ("SUCCEEDED", None)):
        glue.start_crawler(Name="doomed")
        wait(lambda: glue.get_crawler(Name="doomed")["Crawler"]["State"], "READY")
        last = glue.get_crawler(Name="doomed")["Crawler"]["LastCrawl"]
        assert (last["Status"], last.get("ErrorMessage")) == (status, message)


def test_a_query_that_fails_is_athenas_own_failure(
    faulty: LocalServer, faults: Faults, s3: Any
) -> None:
    athena = faulty.client("athena")
    faults.set({"service": "athena", "operation": "StartQueryExecution", "fault": "fail_run"})
    where = {"OutputLocation": "s3://faulty/results/"}
    for state in ("FAILED", "SUCCEEDED"):
        query = athena.start_query_execution(QueryString="SELECT 1", ResultConfiguration=where)
        which = {"QueryExecutionId": query["QueryExecutionId"]}

        def status(which: Any = which) -> Any:
            return athena.get_query_execution(**which)["QueryExecution"]["Status"]

        assert wait(lambda: status()["State"], "FAILED", "SUCCEEDED") == state
        if state == "FAILED":
            error = status()["AthenaError"]
            assert (error["ErrorCategory"], error["Retryable"]) == (1, True)
            assert "test asked for" in status()["StateChangeReason"]


def test_a_databrew_run_that_fails(faulty: LocalServer, faults: Faults, s3: Any) -> None:
    databrew = faulty.client("databrew")
    s3.put_object(Bucket="faulty", Key="in/a.csv", Body=b"a,b\n1,2\n")
    databrew.create_dataset(
        Name="doomed", Input={"S3InputDefinition": {"Bucket": "faulty", "Key": "in/a.csv"}}
    )
    databrew.create_profile_job(
        Name="doomed", DatasetName="doomed", RoleArn=ROLE, OutputLocation={"Bucket": "faulty"}
    )
    faults.set({"service": "databrew", "operation": "StartJobRun", "fault": "fail_run"})
    run = databrew.start_job_run(Name="doomed")["RunId"]

    def look() -> Any:
        return databrew.describe_job_run(Name="doomed", RunId=run)

    assert wait(lambda: look()["State"], "FAILED", "SUCCEEDED") == "FAILED"
    assert look()["ErrorMessage"] == "A fault that a test asked for"


def test_a_glue_job_run_that_fails_needs_no_spark(faulty: LocalServer, faults: Faults) -> None:
    glue = faulty.client("glue")
    command = {"Name": "glueetl", "ScriptLocation": "s3://faulty/none.py", "PythonVersion": "3"}
    glue.create_job(Name="doomed", Role=ROLE, Command=command, GlueVersion="5.0")
    faults.set({"service": "glue", "operation": "StartJobRun", "fault": "fail_run"})
    run = glue.start_job_run(JobName="doomed")["JobRunId"]

    def look() -> Any:
        return glue.get_job_run(JobName="doomed", RunId=run)["JobRun"]

    assert wait(lambda: look()["JobRunState"], "FAILED", "SUCCEEDED") == "FAILED"
    assert "A fault that a test asked for" in look()["ErrorMessage"]

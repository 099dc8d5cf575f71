"""A query's life on the wire: accepted, queued, run, stopped; what is told of it."""

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.athena.errors import TooManyRequests
from local_aws.services.athena.queries.lanes import Lane
from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import ENDLESS, Queries, raw, refused

# --- what is looked at before a query has an id, in Athena's order

INVALID = "InvalidRequestException"
SHORT = "Member must have length greater than or equal to 32"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"ClientRequestToken": None}, "INVALID_INPUT", "clientRequestToken is null or empty"),
        (
            {"ClientRequestToken": "x" * 31, "ResultConfiguration": {"OutputLocation": "s3://"}},
            "INVALID_INPUT",
            "1 validation error detected: Value at 'clientRequestToken' failed to satisfy"
            f" constraint: {SHORT}",
        ),
        (
            {"ClientRequestToken": "あ" * 50},
            "INVALID_INPUT",
            "clientRequestToken exceeds maximum allowed length 128",
        ),
        ({"WorkGroup": "nope"}, "INVALID_INPUT", "WorkGroup is not found."),
        (
            {"ResultConfiguration": {"OutputLocation": "s3://"}, "QueryString": "SELEC 1"},
            "INVALID_INPUT",
            "outputLocation is not a valid S3 path.",
        ),
        (
            {"ResultConfiguration": None},
            "INVALID_INPUT",
            "No output location provided. An output location is required either through the"
            " Workgroup result configuration setting or as an API input.",
        ),
        ({"QueryString": "-- only"}, "MALFORMED_QUERY", "line 1:8: mismatched input '<EOF>'"),
        ({"QueryString": "SELEC 1"}, "MALFORMED_QUERY", "line 1:1: mismatched input 'SELEC'"),
        (
            {"QueryString": None},
            "INVALID_INPUT",
            "1 validation error detected: Value null at 'queryString' failed to satisfy"
            " constraint: Member must not be null",
        ),
    ],
)
def test_what_is_refused_at_the_start(
    server: LocalServer, queries: Queries, changes: dict[str, Any], code: str, message: str
) -> None:
    whole = {
        "QueryString": "SELECT 1",
        "ClientRequestToken": uuid.uuid4().hex,
        "ResultConfiguration": {"OutputLocation": queries.place},
    }
    request = {k: v for k, v in (whole | changes).items() if v is not None}
    status, answer = raw(server, "StartQueryExecution", request)
    assert status == 400
    assert answer["__type"] == INVALID
    assert answer["AthenaErrorCode"] == answer["ErrorCode"] == code
    assert answer["Message"].startswith(message)


def test_a_missing_bucket_and_another_owner_are_refused(queries: Queries) -> None:
    for place in (
        {"OutputLocation": "s3://there-is-no-such-bucket/"},
        {"OutputLocation": queries.place, "ExpectedBucketOwner": "999999999999"},
    ):
        with pytest.raises(ClientError, match="Unable to verify/create output bucket"):
            queries.start("SELECT 1", ResultConfiguration=place)


def test_describing_what_is_not_there_is_refused(queries: Queries) -> None:
    for sql in ("DESCRIBE nope", "SHOW COLUMNS IN nope"):
        with pytest.raises(ClientError) as caught:
            queries.start(sql)
        code, athena_code, message = refused(caught.value)
        assert (code, athena_code) == (INVALID, "INVALID_INPUT")
        assert message.startswith("Entity Not Found (Service: AmazonDataCatalog; Status Code: 400;")


# --- tokens


def test_a_token_stands_for_its_query(queries: Queries) -> None:
    token = uuid.uuid4().hex
    context = {"Catalog": "AwsDataCatalog"}
    first = queries.start("SELECT ?", ExecutionParameters=["1"], ClientRequestToken=token)
    # Parameters need not be the same, as measured on Athena; the context has to be.
    again = queries.start("SELECT ?", ExecutionParameters=["2"], ClientRequestToken=token)
    assert again == first
    for changes in ({"QueryExecutionContext": context}, {"sql": "SELECT 2"}):
        sql = changes.pop("sql", "SELECT ?")
        with pytest.raises(ClientError) as caught:
            queries.start(sql, ClientRequestToken=token, **changes)
        code, athena_code, message = refused(caught.value)
        assert (code, athena_code) == (INVALID, "IDEMPOTENT_PARAMETER_MISMATCH")
        assert message == "Idempotent parameters do not match"


def test_a_refusal_uses_no_token_up(queries: Queries) -> None:
    token = uuid.uuid4().hex
    with pytest.raises(ClientError):
        queries.start("SELEC 1", ClientRequestToken=token)
    failed = queries.run("SELECT * FROM nope", ClientRequestToken=token)
    assert failed["Status"]["State"] == "FAILED"
    again = queries.start("SELECT * FROM nope", ClientRequestToken=token)
    assert again == failed["QueryExecutionId"]


def test_the_same_token_at_once_starts_one_query(queries: Queries) -> None:
    token = uuid.uuid4().hex
    with ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(queries.start, "SELECT 1", ClientRequestToken=token) for _ in range(16)
        ]
        assert len({future.result() for future in asked}) == 1


# --- the queue


def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come about")


def test_what_waits_is_started_in_order_and_ddl_waits_for_no_query(queries: Queries) -> None:
    endless = [queries.start(ENDLESS) for _ in range(4)]
    waiting = [queries.start(f"SELECT {n}") for n in range(3)]
    until(lambda: all(queries.state(one) == "RUNNING" for one in endless))
    assert [queries.state(one) for one in waiting] == ["QUEUED"] * 3
    with pytest.raises(ClientError, match="Current state: QUEUED"):
        queries.athena.get_query_results(QueryExecutionId=waiting[0])
    with pytest.raises(ClientError, match="Current state: RUNNING"):
        queries.athena.get_query_results(QueryExecutionId=endless[0])
    assert queries.run("SHOW DATABASES")["Status"]["State"] == "SUCCEEDED"
    queries.stop(waiting[1])  # it never runs
    cancelled = queries.known(waiting[1])
    assert cancelled["Status"]["State"] == "CANCELLED"
    assert cancelled["Status"]["StateChangeReason"] == "Query cancelled by user"
    assert "AthenaError" not in cancelled["Status"]
    for one in endless:
        queries.stop(one)
    first, third = queries.wait(waiting[0]), queries.wait(waiting[2])
    assert first["Status"]["State"] == third["Status"]["State"] == "SUCCEEDED"
    assert first["Statistics"]["QueryQueueTimeInMillis"] > 0
    for one in endless:
        stopped = queries.wait(one)
        assert stopped["Status"]["State"] == "CANCELLED"
        assert not queries.is_there(stopped["ResultConfiguration"]["OutputLocation"])
    with pytest.raises(ClientError) as caught:
        queries.athena.get_query_results(QueryExecutionId=endless[0])
    assert refused(caught.value) == (INVALID, "RESULT_NOT_FOUND", "Could not find results")


def test_stopping_what_has_ended_changes_nothing(queries: Queries) -> None:
    done = queries.run("SELECT 1")
    queries.stop(done["QueryExecutionId"])
    assert queries.known(done["QueryExecutionId"]) == done
    with pytest.raises(ClientError) as caught:
        queries.stop("00000000-0000-0000-0000-000000000000")
    assert refused(caught.value)[1] == "QUERY_EXECUTION_NOT_FOUND"


def test_a_lane_runs_so_many_and_holds_so_many() -> None:
    lane, gate, done = Lane("DML", at_once=1, active=3), threading.Event(), []
    for name in ("a", "b", "c"):
        lane.admit(name)
        lane.submit(name, lambda name=name: (gate.wait(), done.append(name), lane.leave(name)))  # type: ignore[misc]
    with pytest.raises(TooManyRequests) as refusal:
        lane.admit("d")
    assert refusal.value.fields == {"Reason": "CONCURRENT_QUERY_LIMIT_EXCEEDED"}
    assert lane.withdraw("b")
    assert not lane.withdraw("a")  # it runs
    lane.leave("b")
    lane.admit("d")
    gate.set()
    until(lambda: done == ["a", "c"])
    lane.close()


# --- what is told of a query


def test_every_figure_is_there_and_fits(queries: Queries) -> None:
    found = queries.run("SELECT count(*) FROM UNNEST(sequence(1, 10000)) t(x)")
    figures = dict(found["Statistics"])
    assert figures.pop("ResultReuseInformation") == {"ReusedPreviousResult": False}
    assert figures.pop("DataScannedInBytes") == 0
    assert set(figures) == {
        "EngineExecutionTimeInMillis",
        "TotalExecutionTimeInMillis",
        "QueryQueueTimeInMillis",
        "ServicePreProcessingTimeInMillis",
        "QueryPlanningTimeInMillis",
        "ServiceProcessingTimeInMillis",
    }
    assert all(value >= 0 for value in figures.values())
    assert figures["TotalExecutionTimeInMillis"] >= figures["EngineExecutionTimeInMillis"]
    assert figures["EngineExecutionTimeInMillis"] >= figures["QueryPlanningTimeInMillis"]


def test_the_request_is_told_as_it_was_sent(queries: Queries) -> None:
    context = {"Database": "`default`", "Catalog": "AwsDataCatalog"}
    found = queries.run(
        " ;\n-- c\nSELECT ? ; ", QueryExecutionContext=context, ExecutionParameters=["1"]
    )
    assert found["Query"] == "-- c\nSELECT ?"
    assert found["ExecutionParameters"] == ["1"]
    assert found["QueryExecutionContext"] == {
        "Database": "`default`",
        "Catalog": "awsdatacatalog",
    }
    assert found["ResultReuseConfiguration"] == {
        "ResultReuseByAgeConfiguration": {"Enabled": False}
    }
    assert found["EngineVersion"] == {
        "SelectedEngineVersion": "AUTO",
        "EffectiveEngineVersion": "Athena engine version 3",
    }
    assert queries.run("SELECT 1")["QueryExecutionContext"] == {}


@pytest.mark.parametrize(
    ("sql", "kind", "subtype", "output"),
    [
        ("/* SHOW TABLES */ SELECT 1", "DML", "SELECT", "{id}.csv"),
        ("TABLE nope", "DML", "SELECT", "{id}.csv"),
        ("(SELECT 1)", "DML", "SELECT", "{id}.csv"),
        ("EXPLAIN SELECT 1", "DML", "EXPLAIN", "{id}.txt"),
        ("-- SELECT\nSHOW TABLES", "UTILITY", "SHOW_TABLES", "{id}.txt"),
        ("SHOW SCHEMAS", "UTILITY", "SHOW_DATABASES", "{id}.txt"),
        ("SHOW CREATE TABLE nope", "UTILITY", "SHOW_CREATE_TABLE", "{id}.txt"),
        ("SHOW TBLPROPERTIES nope", "UTILITY", "SHOW_TABLE_PROPERTIES", "{id}.txt"),
        ("SHOW FUNCTIONS", "UTILITY", "SHOW_FUNCTIONS", "{id}.csv"),
        ("DROP /* c */ TABLE IF EXISTS nope", "DDL", "DROP_TABLE", "{id}.txt"),
        ("CREATE TABLE nope_1 AS -- c\n(SELECT x)", "DDL", "CREATE_TABLE_AS_SELECT", "tables/{id}"),
        ("ALTER TABLE nope ADD COLUMNS (x int)", "DDL", "ALTER_TABLE_ADD_COLUMN", "{id}.txt"),
        ("INSERT INTO nope SELECT 1", "DML", "INSERT", "{id}"),
        ("MSCK REPAIR TABLE nope", "DDL", "MSCK_REPAIR", "{id}.txt"),
    ],
)
def test_kinds_of_statements(
    queries: Queries, sql: str, kind: str, subtype: str, output: str
) -> None:
    query_id = queries.start(sql)
    found = queries.wait(query_id)
    assert (found["StatementType"], found["SubstatementType"]) == (kind, subtype)
    place = found["ResultConfiguration"]["OutputLocation"]
    assert place == queries.place + output.format(id=query_id)


def test_runtime_statistics_have_a_stage(queries: Queries) -> None:
    sql = "SELECT x % 2, count(*) FROM UNNEST(sequence(1, 10)) t(x) GROUP BY 1"
    query_id = queries.run(sql)["QueryExecutionId"]
    found = queries.athena.get_query_runtime_statistics(QueryExecutionId=query_id)
    statistics = found["QueryRuntimeStatistics"]
    size = len(queries.body(f"{queries.place}{query_id}.csv"))
    assert statistics["Rows"] == {
        "InputRows": 0,
        "InputBytes": 0,
        "OutputRows": 2,
        "OutputBytes": size,
    }
    stage = statistics["OutputStage"]
    assert (stage["State"], stage["OutputRows"]) == ("FINISHED", 2)

    def names(node: Any) -> list[str]:
        return [node["Name"], *(name for child in node["Children"] for name in names(child))]

    assert any("GROUP_BY" in name for name in names(stage["QueryStagePlan"]))


# --- parameters and catalogs


def test_parameters(queries: Queries) -> None:
    def cell(sql: str, *parameters: str) -> Any:
        answer = queries.answer(sql, ExecutionParameters=list(parameters))
        return answer["ResultSet"]["Rows"][1]["Data"][0].get("VarCharValue")

    assert cell("SELECT ?", "1 + 1") == "2"
    assert cell("SELECT ?", "'abc'") == "abc"
    assert cell("SELECT ?", "abc def") == "abc def"
    assert cell("SELECT ?", "it's") == "it's"
    assert cell("SELECT ?", "x + 1") == "x + 1"
    assert cell("SELECT ?", "NULL") is None
    assert cell("SELECT '?' || ?", "'a'") == "?a"
    assert cell("SELECT 1", "ignored") == "1"
    failed = queries.run("SELECT ?, ?", ExecutionParameters=["1"])["Status"]
    assert failed["StateChangeReason"] == (
        "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected 2 but found 1"
    )
    assert failed["AthenaError"]["ErrorType"] == 1100


def test_another_catalog_is_not_found(queries: Queries) -> None:
    context = {"Catalog": "lambda_of_mine"}
    failed = queries.run("SELECT 1", QueryExecutionContext=context)["Status"]
    assert failed["StateChangeReason"] == (
        "CATALOG_NOT_FOUND: Catalog 'lambda_of_mine' does not exist"
    )
    shown = queries.run("SHOW DATABASES", QueryExecutionContext=context)
    assert shown["Status"]["State"] == "SUCCEEDED"


def test_executions_are_listed_newest_first_and_by_batch(queries: Queries) -> None:
    group = f"wg-{uuid.uuid4().hex[:8]}"
    queries.athena.create_work_group(Name=group)
    ids = [queries.start(f"SELECT {n}", WorkGroup=group) for n in range(3)]
    listed, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = queries.athena.list_query_executions(WorkGroup=group, MaxResults=2, **more)
        listed += page["QueryExecutionIds"]
        token = page.get("NextToken")
        if token is None:
            break
    assert listed == ids[::-1]
    unknown = str(uuid.uuid4())
    found = queries.athena.batch_get_query_execution(QueryExecutionIds=[ids[0], unknown])
    assert [one["QueryExecutionId"] for one in found["QueryExecutions"]] == [ids[0]]
    [missing] = found["UnprocessedQueryExecutionIds"]
    assert missing["QueryExecutionId"] == unknown
    assert missing["ErrorMessage"] == f"QueryExecution {unknown} was not found"

"""QuickSight over the real Athena and S3, through boto3."""

import datetime as dt
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server
from tests.local_aws.console.support import visitor
from tests.local_aws.services.athena.lakes import Lake
from tests.local_aws.services.quicksight.data_sets.support import join, physical, renamed
from tests.local_aws.services.quicksight.fakes import ACCOUNT, bars, measure

# Years of work: only an interrupt ends it.
ENDLESS = (
    "SELECT count(*) AS n FROM unnest(sequence(1, 10000)) a(x)"
    " CROSS JOIN unnest(sequence(1, 10000)) b(y) CROSS JOIN unnest(sequence(1, 10000)) c(z)"
    " CROSS JOIN unnest(sequence(1, 10000)) d(t) WHERE x * y % 7 = z * t % 5"
)
NUMBER = [{"Name": "n", "Type": "INTEGER"}]


class Board:
    """A lake, a data source on it, and short ways to make data sets."""

    def __init__(self, server: LocalServer) -> None:
        self.server, self.lake = server, Lake.empty(server)
        self.client = server.client("quicksight")
        self.name = f"s-{uuid.uuid4().hex[:8]}"
        self.source = self.call(
            "create_data_source", DataSourceId=self.name, Name="Athena", Type="ATHENA"
        )["Arn"]

    def call(self, operation: str, **request: Any) -> Any:
        return getattr(self.client, operation)(AwsAccountId=ACCOUNT, **request)

    def sql(self, query: str, columns: Any) -> dict[str, Any]:
        return {"CustomSql": {"DataSourceArn": self.source, "Name": "q", "SqlQuery": query,
                              "Columns": columns}}  # fmt: skip

    def table(self, name: str, columns: Any) -> dict[str, Any]:
        return {"RelationalTable": {"DataSourceArn": self.source, "Schema": self.lake.database,
                                    "Name": name, "InputColumns": columns}}  # fmt: skip

    def data_set(self, physical_tables: Any, **more: Any) -> tuple[str, dict[str, Any]]:
        """A data set, and its first ingestion when that has ended."""
        name = f"d-{uuid.uuid4().hex[:8]}"
        made = self.call("create_data_set", DataSetId=name, Name=name, PhysicalTableMap=
                         physical_tables, **{"ImportMode": "SPICE", **more})  # fmt: skip
        return name, self.wait(name, made["IngestionId"]) if "IngestionId" in made else {}

    def ingestion(self, data_set: str, ingestion: str) -> dict[str, Any]:
        found = self.call("describe_ingestion", DataSetId=data_set, IngestionId=ingestion)
        return dict(found["Ingestion"])

    def wait(self, data_set: str, ingestion: str, *states: str) -> dict[str, Any]:
        for _ in range(1200):
            found = self.ingestion(data_set, ingestion)
            if found["IngestionStatus"] in (states or ("COMPLETED", "FAILED", "CANCELLED")):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{data_set}/{ingestion} is {found['IngestionStatus']}")

    def edit(self, data_set: str, physical_tables: Any) -> str:
        made = self.call("update_data_set", DataSetId=data_set, Name=data_set, ImportMode="SPICE",
                         PhysicalTableMap=physical_tables)  # fmt: skip
        return str(made["IngestionId"])


@pytest.fixture(scope="module")
def board(server: LocalServer) -> Board:
    return Board(server)


def figures(server: LocalServer, dashboard: str) -> Any:
    with visitor(server) as browser:
        answer = browser.get(f"/quicksight/dashboards/{dashboard}/sheets/one/visuals/v.csv")
        assert answer.status_code == 200, answer.text
        return answer.text.splitlines()[1:]


def shown(board: Board, data_set: str) -> str:
    """A dashboard of the sum of `n`."""
    wells = bars("v", measure("n"), by="word")
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dataset/{data_set}"
    definition = {
        "DataSetIdentifierDeclarations": [{"Identifier": "sales", "DataSetArn": arn}],
        "Sheets": [{"SheetId": "one", "Name": "One", "Visuals": [wells]}],
    }
    board.call("create_dashboard", DashboardId=data_set, Name="B", Definition=definition)
    return data_set


def test_a_join_of_two_tables(board: Board) -> None:
    board.lake.rows("CREATE TABLE a AS SELECT * FROM (VALUES (1, DATE '2024-01-01'),"
                    " (2, DATE '2024-01-02'), (3, NULL)) t(id, day)")  # fmt: skip
    board.lake.rows("CREATE TABLE b AS SELECT * FROM (VALUES (1, 'x', 2.5), (2, 'y', 0.5),"
                    " (2, 'x', 1.0)) t(id, word, price)")  # fmt: skip
    identity = {"Name": "id", "Type": "INTEGER"}
    tables = {
        "a": board.table("a", [identity, {"Name": "day", "Type": "DATETIME"}]),
        "b": board.table("b", [identity, {"Name": "word", "Type": "STRING"},
                               {"Name": "price", "Type": "DECIMAL"}]),
    }  # fmt: skip
    column = {"ColumnName": "n", "ColumnId": "n", "Expression": "{price} * 2"}
    logical = {
        "a": physical("a"),
        "b": physical("b", renamed("id", "id[b]")),
        "j": join("a", "b", "{id} = {id[b]}", "LEFT",
                  {"CreateColumnsOperation": {"Columns": [column]}}),
    }  # fmt: skip
    name, found = board.data_set(tables, LogicalTableMap=logical)
    assert found["RowInfo"] == {"RowsIngested": 4, "RowsDropped": 0, "TotalRowsInDataset": 4}
    assert found["IngestionSizeInBytes"] > 0
    assert sorted(figures(board.server, shown(board, name))) == [",", "x,7.0", "y,1.0"]
    described = board.call("describe_data_set", DataSetId=name)["DataSet"]
    assert described["LogicalTableMap"]["j"]["Source"]["JoinInstruction"]["Type"] == "LEFT"
    assert "Parents" not in described


def test_every_type_of_athena_comes_through_a_file(board: Board) -> None:
    query = (
        "SELECT CAST(1 AS tinyint) AS a, CAST('12.50' AS decimal(38, 2)) AS b, true AS c,"
        " TIMESTAMP '2024-01-02 03:04:05 Europe/Berlin' AS d, ARRAY[1, 2] AS e, NULL AS f,"
        " MAP(ARRAY['k'], ARRAY[1]) AS g, CAST(ROW(1, 'x') AS ROW(p int, q varchar)) AS h,"
        " INTERVAL '2' DAY AS i, TIME '01:02:03' AS j, X'0102' AS k, uuid() AS l"
    )
    kinds = dict.fromkeys("abcdefghijkl", "STRING") | {
        "a": "INTEGER", "b": "DECIMAL", "c": "BOOLEAN", "d": "DATETIME"
    }  # fmt: skip
    columns = [{"Name": name, "Type": kind} for name, kind in kinds.items()]
    _, found = board.data_set({"t": board.sql(query, columns)})
    assert found["RowInfo"] == {"RowsIngested": 1, "RowsDropped": 0, "TotalRowsInDataset": 1}


def test_an_incremental_refresh_asks_athena_for_the_window(board: Board) -> None:
    day = "CAST(current_timestamp AS timestamp)"
    board.lake.rows(f"CREATE TABLE seen AS SELECT {day} - INTERVAL '9' DAY AS at, 1 AS n"
                    f" UNION ALL SELECT {day}, 2")  # fmt: skip
    columns = [{"Name": "at", "Type": "DATETIME"}, *NUMBER]
    name, _ = board.data_set({"t": board.table("seen", columns)})
    look = {"ColumnName": "at", "Size": 1, "SizeUnit": "DAY"}
    board.call("put_data_set_refresh_properties", DataSetId=name, DataSetRefreshProperties={
        "RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": look}}})  # fmt: skip
    board.lake.rows(f"INSERT INTO seen SELECT {day}, 3")
    board.call("create_ingestion", DataSetId=name, IngestionId="i",
               IngestionType="INCREMENTAL_REFRESH")  # fmt: skip
    found = board.wait(name, "i")
    assert found["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 0, "TotalRowsInDataset": 3}


def test_cancel_ends_the_work_of_athena(board: Board) -> None:
    name, _ = board.data_set({"t": board.sql("SELECT 1 AS n", NUMBER)})
    ingestion = board.edit(name, {"t": board.sql(ENDLESS, NUMBER)})
    board.wait(name, ingestion, "RUNNING")
    board.call("cancel_ingestion", DataSetId=name, IngestionId=ingestion)
    assert board.wait(name, ingestion)["ErrorInfo"]["Type"] == "INGESTION_CANCELED"
    # There is one thread: another ingestion completes only when that query has ended.
    _, found = board.data_set({"t": board.sql("SELECT 2 AS n", NUMBER)})
    assert found["IngestionStatus"] == "COMPLETED"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT n FROM nothing.nothing", "SQL_TABLE_NOT_FOUND"),
        ("SELECT nothing AS n FROM (SELECT 1 AS a)", "SQL_SCHEMA_MISMATCH_ERROR"),
        ("SELECT 1 AS m", "SQL_SCHEMA_MISMATCH_ERROR"),
        ("SELECT 1 AS n, 2 AS n", "DUPLICATE_COLUMN_NAMES_FOUND"),
        ("SELECT 1 / 0 AS n", "SQL_EXCEPTION"),
        ("SELEC 1", "SQL_EXCEPTION"),
    ],
)
def test_what_athena_says_of_a_query(board: Board, query: str, error: str) -> None:
    _, found = board.data_set({"t": board.sql(query, NUMBER)})
    assert found["IngestionStatus"] == "FAILED"
    assert found["ErrorInfo"]["Type"] == error


def test_files_in_s3(board: Board) -> None:
    board.lake.put("in/a.csv", b"n,word\n1,x\n2,y\nz,x\n")
    place = f"s3://{board.lake.bucket}/in/"
    body = {"fileLocations": [{"URIPrefixes": [place]}]}
    board.lake.put("manifest.json", json.dumps(body).encode())
    manifest = {"Bucket": board.lake.bucket, "Key": "manifest.json"}
    source = board.call(
        "create_data_source", DataSourceId=f"{board.name}-s3", Name="S3", Type="S3",
        DataSourceParameters={"S3Parameters": {"ManifestFileLocation": manifest}},
    )["Arn"]  # fmt: skip
    columns = [*NUMBER, {"Name": "word", "Type": "STRING"}]
    table = {"DataSourceArn": source, "InputColumns": columns,
             "UploadSettings": {"Format": "CSV", "ContainsHeader": True}}  # fmt: skip
    name, found = board.data_set({"t": {"S3Source": table}})
    assert found["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 1, "TotalRowsInDataset": 2}
    assert sorted(figures(board.server, shown(board, name))) == ["x,1", "y,2"]


def test_schedules_users_and_rules_through_the_model(board: Board) -> None:
    name, _ = board.data_set({"t": board.sql("SELECT 'a' AS n", [{"Name": "n", "Type": "STRING"}])})
    start = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    frequency = {"Interval": "DAILY", "TimeOfTheDay": "08:00", "Timezone": "Europe/Berlin"}
    schedule = {"ScheduleId": "s", "ScheduleFrequency": frequency, "StartAfterDateTime": start,
                "RefreshType": "FULL_REFRESH"}  # fmt: skip
    board.call("create_refresh_schedule", DataSetId=name, Schedule=schedule)
    found = board.call("describe_refresh_schedule", DataSetId=name, ScheduleId="s")
    assert found["RefreshSchedule"] == schedule | {"Arn": found["Arn"]}
    user = f"u{uuid.uuid4().hex[:8]}"
    here = {"Namespace": "default"}
    made = board.call("register_user", **here, IdentityType="IAM", Email="a@example.com",
                      UserRole="READER", IamArn=f"arn:aws:iam::{ACCOUNT}:user/{user}")  # fmt: skip
    assert made["User"]["UserName"] == user
    board.call("create_group", **here, GroupName=user)
    board.call("create_group_membership", **here, GroupName=user, MemberName=user)
    assert board.call("list_user_groups", **here, UserName=user)["GroupList"][0]["GroupName"] == (
        user
    )
    rules, _ = board.data_set({"t": board.sql(
        f"SELECT '{user}' AS \"UserName\", 'a' AS n",
        [{"Name": "UserName", "Type": "STRING"}, {"Name": "n", "Type": "STRING"}])})  # fmt: skip
    arn = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dataset/{rules}"
    secured = {"Arn": arn, "PermissionPolicy": "GRANT_ACCESS", "FormatVersion": "VERSION_1",
               "Status": "ENABLED"}  # fmt: skip
    tables = {"t": board.sql("SELECT 'a' AS n", [{"Name": "n", "Type": "STRING"}])}
    board.call("update_data_set", DataSetId=name, Name=name, ImportMode="SPICE",
               PhysicalTableMap=tables, RowLevelPermissionDataSet=secured)  # fmt: skip
    told = board.call("describe_data_set", DataSetId=name)["DataSet"]
    assert told["RowLevelPermissionDataSet"] == secured
    wanted = [{"Operator": "StringLike", "Name": "DATASET_NAME", "Value": name[:6]}]
    summaries = board.call("search_data_sets", Filters=wanted)["DataSetSummaries"]
    assert [s["RowLevelPermissionDataSet"] for s in summaries if s["DataSetId"] == name] == [
        secured
    ]


def test_an_event_of_a_data_set(board: Board) -> None:
    sqs, events = board.server.client("sqs"), board.server.client("events")
    queue = sqs.create_queue(QueueName=board.name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name=board.name, EventPattern=json.dumps({"source": ["aws.quicksight"]}))
    events.put_targets(Rule=board.name, Targets=[{"Id": "q", "Arn": arn["QueueArn"]}])
    name, _ = board.data_set({"t": board.sql("SELECT 1 AS n", NUMBER)})
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    body = json.loads(message["Body"])
    assert (body["detail-type"], body["detail"]) == (
        "QuickSight DataSet Created", {"datasetId": name}
    )  # fmt: skip
    assert body["resources"] == [f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dataset/{name}"]
    events.remove_targets(Rule=board.name, Ids=["q"])
    events.delete_rule(Name=board.name)


def test_the_providers_hook(board: Board, aws: LocalServer) -> None:
    from airflow.providers.amazon.aws.hooks.quicksight import QuickSightHook  # slow to import

    name, _ = board.data_set({"t": board.sql("SELECT 1 AS n", NUMBER)})
    hook = QuickSightHook(aws_conn_id=None, region_name="us-east-1")
    hook.create_ingestion(name, "hook", "FULL_REFRESH", wait_for_completion=True, check_interval=1)
    assert hook.get_status(ACCOUNT, name, "hook") == "COMPLETED"
    with pytest.raises(ClientError, match="no look-back window"):
        hook.create_ingestion(name, "more", "INCREMENTAL_REFRESH", wait_for_completion=False)


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[LocalServer]:
    server = start_server(tmp_path / "data")
    yield server
    server.process.kill()
    server.process.wait()


@pytest.mark.restart
def test_kill_9_leaves_the_old_rows_and_nothing_half_done(killed: LocalServer) -> None:
    board = Board(killed)
    columns = [*NUMBER, {"Name": "word", "Type": "STRING"}]
    name, _ = board.data_set({"t": board.sql("SELECT 7 AS n, 'x' AS word", columns)})
    shown(board, name)
    endless = board.edit(name, {"t": board.sql(f"SELECT n, 'y' AS word FROM ({ENDLESS})", columns)})
    board.wait(name, endless, "RUNNING")
    board.call("create_ingestion", DataSetId=name, IngestionId="waits")
    other, _ = board.data_set({"t": board.sql("SELECT 1 AS n", NUMBER)}, ImportMode="DIRECT_QUERY")
    killed.process.kill()
    killed.process.wait()
    (killed.data / "spice" / "left.partial").write_bytes(b"half")
    killed.process = start_server(killed.data, killed.port).process
    assert board.wait(name, endless)["ErrorInfo"]["Type"] == "INTERNAL_SERVICE_ERROR"
    board.wait(name, "waits", "RUNNING")  # what waited goes on, as endless as it is
    assert figures(killed, name) == ["x,7"]
    board.call("cancel_ingestion", DataSetId=name, IngestionId="waits")
    assert board.call("describe_data_set", DataSetId=other)["DataSet"]["ImportMode"] == (
        "DIRECT_QUERY"
    )
    assert len(list((killed.data / "spice").iterdir())) == 1

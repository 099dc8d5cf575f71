"""Athena's calls through boto3: state, results, errors, and the objects left in S3."""

import datetime as dt
import io
import time
import uuid
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.local_aws.services.athena.lakes import Lake, parquet


@pytest.fixture(scope="module")
def lake(server: Any) -> Lake:
    made = Lake.empty(server)
    files = {
        "t/y=2013/m=1/a.parquet": parquet(id=pa.array([1, 2], pa.int32()), name=["a", None]),
        "elsewhere/b.parquet": parquet(id=pa.array([3], pa.int32())),
        "t/y=2014/m=1/c.parquet": b"not a Parquet file",
        "c/lines.csv": b"id,name,day\n1,Alice,2024-01-01\n2,\\N,oops\n",
        "j/lines.json": b'{"id":1,"tags":["x","y"],"inner":{"k":"v"}}\n{"id":2}\n',
    }
    for key, body in files.items():
        made.put(key, body)
    root = f"s3://{made.bucket}"
    for sql in (
        "CREATE EXTERNAL TABLE t (id int, name string) PARTITIONED BY (y int, m int)"
        f" STORED AS PARQUET LOCATION '{root}/t/'",
        f"ALTER TABLE t ADD PARTITION (y=2013, m=1) PARTITION (y=2013, m=2) LOCATION"
        f" '{root}/elsewhere/' PARTITION (y=2014, m=1)",
        "CREATE EXTERNAL TABLE c (id int, name string, day date) ROW FORMAT DELIMITED FIELDS"
        f" TERMINATED BY ',' LOCATION '{root}/c/' TBLPROPERTIES ('skip.header.line.count'='1')",
        "CREATE EXTERNAL TABLE j (id int, tags array<string>, inner_ string) ROW FORMAT SERDE"
        f" 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{root}/j/'",
    ):
        made.succeeded(sql)
    return made


# --- tables


def test_partitions_are_pruned_before_a_file_is_opened(lake: Lake) -> None:
    # The file of 2014 cannot be read: only pruning makes these queries succeed.
    where = "WHERE y = 2013 AND m IN (1, 2)"
    assert lake.rows(f"SELECT id, name, m FROM t {where} ORDER BY id") == [
        ["1", "a", "1"],
        ["2", None, "1"],
        ["3", None, "2"],
    ]
    assert lake.run("SELECT count(id) FROM t")["Status"]["State"] == "FAILED"


def test_a_predicate_outside_of_a_view_prunes_inside(lake: Lake) -> None:
    lake.run("CREATE OR REPLACE VIEW v AS SELECT id, y AS year FROM t")
    assert lake.rows("SELECT count(*) FROM v WHERE year = 2013") == [["3"]]
    table = lake.glue.get_table(DatabaseName=lake.database, Name="v")["Table"]
    assert table["ViewExpandedText"] == "/* Presto View */"
    assert [c["Type"] for c in table["StorageDescriptor"]["Columns"]] == ["int", "int"]


def test_bytes_scanned_are_those_of_the_columns_read(lake: Lake) -> None:
    def scanned(column: str) -> int:
        found = lake.run(f"SELECT max({column}) FROM t WHERE y = 2013 AND m = 1")
        return int(found["Statistics"]["DataScannedInBytes"])

    row_group = pq.read_metadata(
        io.BytesIO(lake.body(f"s3://{lake.bucket}/t/y=2013/m=1/a.parquet"))
    ).row_group(0)
    assert scanned("id") == row_group.column(0).total_compressed_size
    assert scanned("name") == row_group.column(1).total_compressed_size
    assert scanned("y") == 0


def test_delimited_text_gives_null_for_what_it_cannot_read(lake: Lake) -> None:
    assert lake.rows("SELECT * FROM c ORDER BY id") == [
        ["1", "Alice", "2024-01-01"],
        ["2", None, None],
    ]


def test_json_lines(lake: Lake) -> None:
    assert lake.rows("SELECT id, tags FROM j ORDER BY id") == [["1", "[x, y]"], ["2", None]]


def test_information_schema(lake: Lake) -> None:
    sql = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '{}'"
    sql = sql.format(lake.database) + " AND table_name = 't' ORDER BY ordinal_position"
    assert lake.rows(sql)[-1] == ["m", "integer"]


# --- results


def test_result_object_and_its_pages(lake: Lake) -> None:
    sql = "SELECT * FROM (VALUES (1, 'q\"', NULL), (2, '', 'x')) t(a, b, c) ORDER BY a"
    found = lake.run(sql)
    location = found["ResultConfiguration"]["OutputLocation"]
    assert lake.body(location) == b'"a","b","c"\n"1","q""",\n"2","","x"\n'
    assert b"varchar" in lake.body(location + ".metadata")
    first = lake.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"], MaxResults=2)
    assert first["ResultSet"]["Rows"][1]["Data"][2] == {}
    second = lake.athena.get_query_results(
        QueryExecutionId=found["QueryExecutionId"], NextToken=first["NextToken"]
    )
    assert [c.get("VarCharValue") for c in second["ResultSet"]["Rows"][0]["Data"]] == ["2", "", "x"]
    assert "NextToken" not in second


def test_ctas_insert_and_unload_leave_a_manifest(lake: Lake) -> None:
    root = f"s3://{lake.bucket}"
    made = lake.run(
        f"CREATE TABLE p WITH (external_location='{root}/p/', partitioned_by=ARRAY['k'])"
        " AS SELECT 1 AS id, 'x' AS k UNION ALL SELECT 2, 'y'"
    )
    assert made["SubstatementType"] == "CREATE_TABLE_AS_SELECT", made["Status"]
    files = lake.body(made["Statistics"]["DataManifestLocation"]).decode().split()
    assert sorted(f.split("/")[4] for f in files) == ["k=x", "k=y"]
    inserted = lake.run("INSERT INTO p VALUES (3, 'z')")
    answer = lake.athena.get_query_results(QueryExecutionId=inserted["QueryExecutionId"])
    assert answer["UpdateCount"] == 1
    assert lake.rows("SHOW PARTITIONS p") == [["k=x"], ["k=y"], ["k=z"]]
    assert lake.rows("SELECT id FROM p WHERE k > 'x' ORDER BY id") == [["2"], ["3"]]
    unloaded = lake.run(f"UNLOAD (SELECT * FROM p) TO '{root}/u/' WITH (format='PARQUET')")
    [file] = lake.body(unloaded["Statistics"]["DataManifestLocation"]).decode().split()
    assert pq.read_table(io.BytesIO(lake.body(file))).num_rows == 3


# --- DDL


def test_msck_repair_adds_what_lies_there(lake: Lake) -> None:
    lake.run(
        "CREATE EXTERNAL TABLE r (id int) PARTITIONED BY (y int, m int) STORED AS PARQUET"
        f" LOCATION 's3://{lake.bucket}/t/'"
    )
    lake.run("MSCK REPAIR TABLE r")
    assert lake.rows("SHOW PARTITIONS r") == [["y=2013/m=1"], ["y=2014/m=1"]]
    lake.run("ALTER TABLE r DROP PARTITION (y=2014)")
    assert lake.rows("SELECT count(*) FROM r") == [["2"]]


def test_describe_and_show(lake: Lake) -> None:
    assert lake.rows("SHOW TABLES 'c'") == [["c"]]
    described = [row[0] for row in lake.rows("DESCRIBE c")]
    assert described[0] == "\t".join(part.ljust(20) for part in ("id", "int", ""))
    created = "\n".join(row[0] or "" for row in lake.rows("SHOW CREATE TABLE t"))
    assert created.startswith("CREATE EXTERNAL TABLE `t`(\n  `id` int")
    assert "PARTITIONED BY" in created


def test_what_is_not_supported_is_refused_by_name(lake: Lake) -> None:
    iceberg = (
        f"CREATE TABLE i (id int) LOCATION 's3://{lake.bucket}/i/'"
        " TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    found = lake.run(iceberg)["Status"]
    assert found["State"] == "FAILED"
    assert "Iceberg" in found["StateChangeReason"]
    assert found["AthenaError"]["ErrorType"] == 1200


# --- states and errors


@pytest.mark.parametrize(
    ("sql", "reason", "kind"),
    [
        ("SELECT nope FROM c", "COLUMN_NOT_FOUND: line 1:8: Column 'nope'", 1006),
        ("SELECT * FROM nope", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.", 1301),
        ("SELECT 1 = 'a'", "TYPE_MISMATCH", 1002),
        ("SELECT 1 / (id - 1) FROM c", "DIVISION_BY_ZERO: Division by zero", 1001),
        ("DROP TABLE nope", "FAILED: SemanticException", 1000),
    ],
)
def test_a_failed_query_says_why(lake: Lake, sql: str, reason: str, kind: int) -> None:
    found = lake.run(sql)
    assert found["Status"]["State"] == "FAILED"
    assert found["Status"]["StateChangeReason"].startswith(reason)
    assert found["Status"]["AthenaError"]["ErrorType"] == kind
    with pytest.raises(ClientError, match="Query did not finish successfully"):
        lake.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])


def test_a_syntax_error_is_refused_at_the_start(lake: Lake) -> None:
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT FROM WHERE")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert refused.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"  # type: ignore[typeddict-item]


def test_client_request_token(lake: Lake) -> None:
    token = uuid.uuid4().hex
    first = lake.start("SELECT 1", ClientRequestToken=token)
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        lake.start("SELECT 2", ClientRequestToken=token)


def test_stop_cancels_a_running_query(lake: Lake) -> None:
    numbers = "UNNEST(sequence(1, 10000))"
    query_id = lake.start(
        f"SELECT count(*) FROM {numbers} a(x) CROSS JOIN {numbers} b(y) CROSS JOIN {numbers} c(z)"
        " WHERE x * y * z % 7 = 3"
    )
    time.sleep(0.3)
    lake.athena.stop_query_execution(QueryExecutionId=query_id)
    assert lake.wait(query_id)["Status"]["State"] == "CANCELLED"


def test_execution_parameters(lake: Lake) -> None:
    sql = "SELECT id FROM c WHERE name = ? AND day >= ?"
    parameters = ["Alice", "DATE '2024-01-01'"]
    assert lake.rows(sql, ExecutionParameters=parameters) == [["1"]]


def test_prepared_statements(lake: Lake) -> None:
    name = f"ps_{uuid.uuid4().hex[:6]}"
    assert lake.run(f"PREPARE {name} FROM SELECT ? + 1")["Status"]["State"] == "SUCCEEDED"
    assert lake.rows(f"EXECUTE {name} USING 41") == [["42"]]
    listed = lake.athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert name in [s["StatementName"] for s in listed]
    lake.athena.delete_prepared_statement(StatementName=name, WorkGroup="primary")
    with pytest.raises(ClientError, match="was not found"):
        lake.athena.get_prepared_statement(StatementName=name, WorkGroup="primary")


def test_an_enforced_workgroup_decides_the_location(lake: Lake) -> None:
    name = f"wg-{uuid.uuid4().hex[:6]}"
    place = f"s3://{lake.bucket}/{name}/"
    lake.athena.create_work_group(
        Name=name,
        Configuration={
            "EnforceWorkGroupConfiguration": True,
            "ResultConfiguration": {"OutputLocation": place},
        },
    )
    found = lake.run("SELECT 1", WorkGroup=name)
    assert found["ResultConfiguration"]["OutputLocation"].startswith(place)
    assert lake.athena.list_query_executions(WorkGroup=name)["QueryExecutionIds"] == [
        found["QueryExecutionId"]
    ]
    lake.athena.update_work_group(WorkGroup=name, State="DISABLED")
    with pytest.raises(ClientError, match="disabled"):
        lake.run("SELECT 1", WorkGroup=name)


def test_results_are_reused_when_allowed(lake: Lake) -> None:
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}
    sql = f"SELECT count(*), '{uuid.uuid4()}' FROM c"
    for expected in (False, True):
        found = lake.run(sql, ResultReuseConfiguration=reuse)
        assert found["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is expected


def test_table_metadata(lake: Lake) -> None:
    table = lake.athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName=lake.database, TableName="t"
    )["TableMetadata"]
    assert [c["Name"] for c in table["PartitionKeys"]] == ["y", "m"]
    with pytest.raises(ClientError) as missing:
        lake.athena.get_table_metadata(
            CatalogName="AwsDataCatalog", DatabaseName=lake.database, TableName="nope"
        )
    assert missing.value.response["Error"]["Code"] == "MetadataException"


def test_times_are_times(lake: Lake) -> None:
    status = lake.run("SELECT 1")["Status"]
    assert isinstance(status["CompletionDateTime"], dt.datetime)


def test_an_object_is_read_once_whatever_patterns_its_key_looks_like(lake: Lake) -> None:
    for key, value in {"a*": "star", "a1": "one", "b[1]": "bracket", "c?": "mark"}.items():
        body = parquet(name=[value])
        lake.s3.put_object(Bucket=lake.bucket, Key=f"odd/{key}.parquet", Body=body)
        lake.s3.put_object(Bucket=lake.bucket, Key=f"odd_text/{key}.csv", Body=f"{value}\n")
    for name, stored in (("odd", "STORED AS PARQUET"), ("odd_text", "")):
        place = f"LOCATION 's3://{lake.bucket}/{name}/'"
        lake.rows(f"CREATE EXTERNAL TABLE {name} (name string) {stored} {place}")
        rows = lake.rows(f"SELECT name FROM {name} ORDER BY 1")
        assert rows == [["bracket"], ["mark"], ["one"], ["star"]]


def test_a_columns_name_is_no_sql(lake: Lake) -> None:
    name = """name"||(SELECT content FROM read_text('/etc/hostname'))||r1."name"""
    lake.s3.put_object(Bucket=lake.bucket, Key="evil/a.parquet", Body=parquet(name=["a"]))
    table = lake.glue.get_table(DatabaseName=lake.database, Name="t")["Table"]
    storage = table["StorageDescriptor"] | {
        "Columns": [{"Name": "name", "Type": "string"}, {"Name": name, "Type": "string"}],
        "Location": f"s3://{lake.bucket}/evil/",
    }
    body = {"Name": "evil", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage}
    lake.glue.create_table(DatabaseName=lake.database, TableInput=body)
    assert lake.rows("SELECT * FROM evil") == [["a", None]]


def test_partition_values_come_back_as_they_went_in(lake: Lake) -> None:
    values = ["New York", "a/b", "é", "e\u0301", "a=b", "50%", "it's", "*", "2024-01-01 00:00:00"]
    listed = ", ".join("({}, '{}')".format(i, v.replace("'", "''")) for i, v in enumerate(values))
    properties = (
        f"""external_location = 's3://{lake.bucket}/places/', partitioned_by = ARRAY['p']"""
    )
    select = f"SELECT i, CAST(p AS varchar) AS p FROM (VALUES {listed}) t(i, p)"
    lake.rows(f"CREATE TABLE places WITH ({properties}) AS {select}")
    assert [row[0] for row in lake.rows("SELECT p FROM places ORDER BY i")] == values
    assert ["p=a%2Fb"] in lake.rows("SHOW PARTITIONS places")
    assert lake.rows("MSCK REPAIR TABLE places") == []


def test_an_insert_goes_where_the_partition_is(lake: Lake) -> None:
    properties = f"""external_location = 's3://{lake.bucket}/moved/', partitioned_by = ARRAY['p']"""
    lake.rows(f"CREATE TABLE moved WITH ({properties}) AS SELECT 1 AS i, 7 AS p")
    place = f"s3://{lake.bucket}/moved_run_2/"
    lake.rows(f"ALTER TABLE moved PARTITION (p = 7) SET LOCATION '{place}'")
    lake.rows("INSERT INTO moved VALUES (2, 7), (3, 8)")
    assert lake.rows("SELECT i, p FROM moved ORDER BY i") == [["2", "7"], ["3", "8"]]


def test_an_insert_cuts_no_text_off(lake: Lake) -> None:
    location = f"LOCATION 's3://{lake.bucket}/short/'"
    lake.rows(f"CREATE EXTERNAL TABLE short (code varchar(2)) STORED AS PARQUET {location}")
    lake.rows("INSERT INTO short VALUES 'ab', 'c   '")
    found = lake.run("INSERT INTO short VALUES 'abc'")
    assert "Cannot truncate non-space characters" in found["Status"]["StateChangeReason"]
    assert lake.rows("SELECT code FROM short ORDER BY 1") == [["ab"], ["c "]]


@pytest.mark.parametrize("folder", ["double//slash", "up/../down", "e\u0301"])
def test_what_is_written_under_odd_keys_is_listed_and_read(lake: Lake, folder: str) -> None:
    name = f"odd_{uuid.uuid4().hex}"
    place = f"s3://{lake.bucket}/{name}/{folder}"
    lake.rows(f"CREATE EXTERNAL TABLE {name} (a string) LOCATION '{place}/rows/'")
    lake.rows(f"INSERT INTO {name} VALUES 'x'")
    assert lake.rows(f"SELECT a FROM {name}") == [["x"]]
    lake.rows("SELECT 1", ResultConfiguration={"OutputLocation": f"{place}/out/"})
    found = lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix=f"{name}/{folder}/out/")
    assert [o["Key"].rpartition(".")[2] for o in found["Contents"]] == ["csv", "metadata"]


def test_a_table_with_a_column_twice_is_refused(lake: Lake) -> None:
    table = lake.glue.get_table(DatabaseName=lake.database, Name="t")["Table"]
    twice = table["StorageDescriptor"] | {"Columns": [{"Name": "a", "Type": "string"}] * 2}
    body = {"Name": "twice", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": twice}
    lake.glue.create_table(DatabaseName=lake.database, TableInput=body)
    found = lake.run("SELECT * FROM twice")
    assert "contains duplicate columns" in found["Status"]["StateChangeReason"]


def test_a_statement_that_is_nested_too_deep_is_refused(lake: Lake) -> None:
    with pytest.raises(ClientError, match="statement is too large") as refused:
        lake.start(f"SELECT {'(' * 3000}1{')' * 3000}")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    found = lake.run("SELECT " + " + ".join(["1"] * 5000))
    assert found["Status"]["StateChangeReason"].startswith("STACK_OVERFLOW")


def test_a_char_column_has_its_spaces_whatever_the_file_has(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="codes/a.csv", Body=b"ab,1\nabc,2\n")
    lake.run(
        "CREATE EXTERNAL TABLE codes (code char(3), n int) ROW FORMAT DELIMITED "
        f"FIELDS TERMINATED BY ',' LOCATION 's3://{lake.bucket}/codes/'"
    )
    assert lake.rows("SELECT code || '|', length(code), n FROM codes WHERE code = 'ab'") == [
        ["ab |", "3", "1"]
    ]
    joined = "SELECT n FROM codes JOIN (VALUES 'abc') v(c) ON code = c"
    assert lake.rows(joined) == [["2"]]


def test_scalars_reach_the_result_file_as_trino_writes_them(lake: Lake) -> None:
    sql = (
        "SELECT REAL '3.4e10' AS a, 1e-4 AS b, X'00ff' AS c, INTERVAL '36' HOUR AS d, "
        "INTERVAL '14' MONTH AS e, from_unixtime(0, 'Asia/Tokyo') AS f, "
        "CAST('ab' AS char(3)) AS g, from_unixtime_nanos(1) AS h, uuid() = uuid() AS i"
    )
    found = lake.run(sql)
    answer = lake.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
    kinds = [c["Type"] for c in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    assert kinds == [
        "float", "double", "varbinary", "interval day to second", "interval year to month",
        "timestamp with time zone", "char", "timestamp with time zone", "boolean",
    ]  # fmt: skip
    [_, row] = answer["ResultSet"]["Rows"]
    assert [cell["VarCharValue"] for cell in row["Data"]] == [
        "3.4E10", "1.0E-4", "00 ff", "1 12:00:00.000", "1-2",
        "1970-01-01 09:00:00.000 Asia/Tokyo", "ab ", "1970-01-01 00:00:00.000000001 UTC", "false",
    ]  # fmt: skip

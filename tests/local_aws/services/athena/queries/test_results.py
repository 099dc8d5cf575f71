"""Result objects to the byte, the metadata beside them, and pages of answers."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.athena.calls.paging import LIFETIME, Tokens
from local_aws.services.athena.errors import InvalidRequest
from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries, refused

PLANNED, UNPLANNED = "application/octet-stream", "binary/octet-stream"
EVERY_TYPE = """SELECT true AS bo, TINYINT '1' AS ti, SMALLINT '1' AS sm, 1 AS i, BIGINT '1' AS bi,
 REAL '0.5' AS re, 0.25e0 AS d, DECIMAL '1.10' AS de, 'x' AS vn, CAST('x' AS varchar) AS v,
 CAST('x' AS char(3)) AS c, X'0102' AS vb, DATE '2017-01-01' AS da, TIME '12:34:56.789' AS tm,
 TIMESTAMP '2017-01-01 00:00:00.000' AS ts, TIMESTAMP '2017-01-01 00:00:00.000 UTC' AS tz,
 INTERVAL '1' DAY AS ds, INTERVAL '1' YEAR AS ym, ARRAY[1] AS ar, MAP(ARRAY[1], ARRAY[2]) AS ma,
 CAST(ROW(1) AS ROW(a integer)) AS ro, JSON '1' AS js, CAST(uuid() AS uuid) AS uu"""


def numbers(data: bytes) -> Iterator[tuple[int, Any]]:
    """A protobuf's fields: numbers, and texts or messages as bytes."""
    index = 0

    def varint() -> int:
        nonlocal index
        value = shift = 0
        while True:
            byte = data[index]
            index += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while index < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
            continue
        size = varint()
        yield tag >> 3, data[index : index + size]
        index += size


# --- objects


def test_the_metadata_object_has_each_types_fields(queries: Queries) -> None:
    """Which fields a column has is a matter of its type, as measured on Athena."""
    found = queries.run(EVERY_TYPE)
    assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
    fields = list(
        numbers(queries.body(found["ResultConfiguration"]["OutputLocation"] + ".metadata"))
    )
    assert fields[0] == (1, found["QueryExecutionId"].encode())
    columns = [dict(numbers(value)) for number, value in fields[1:]]
    assert {number for number, _ in fields[1:]} == {4}
    shape = {
        str(c[4], "utf-8"): (str(c[6], "utf-8"), c.get(7), c.get(8), c[9], c.get(10))
        for c in columns
    }
    assert shape == {
        "bo": ("boolean", None, None, 3, 0),
        "ti": ("tinyint", 3, 0, 3, 0),
        "sm": ("smallint", 5, 0, 3, 0),
        "i": ("integer", 10, 0, 3, 0),
        "bi": ("bigint", 19, 0, 3, 0),
        "re": ("float", 17, 0, 3, 0),
        "d": ("double", 17, 0, 3, 0),
        "de": ("decimal", 3, 2, 3, 0),
        "vn": ("varchar", 1, 0, 3, 1),
        "v": ("varchar", 2147483647, 0, 3, 1),
        "c": ("char", 3, 0, 3, 1),
        "vb": ("varbinary", 1073741824, 0, 3, 0),
        "da": ("date", None, 0, 3, 0),
        "tm": ("time", 3, 0, 3, 0),
        "ts": ("timestamp", 3, 0, 3, 0),
        "tz": ("timestamp with time zone", 3, 0, 3, 0),
        "ds": ("interval day to second", None, None, 3, 0),
        "ym": ("interval year to month", None, None, 3, 0),
        "ar": ("array", None, None, 3, None),
        "ma": ("map", None, None, 3, None),
        "ro": ("row", None, None, 3, None),
        "js": ("json", None, None, 3, None),
        "uu": ("uuid", None, None, 3, None),
    }
    assert all((c[1], c[5]) == (b"hive", c[4]) for c in columns)


def test_a_write_says_what_it_changed(queries: Queries, database: str) -> None:
    context = {"QueryExecutionContext": {"Database": database}}
    rows = {4: b"rows", 6: b"bigint", 7: 19, 8: 0, 9: 3, 10: 0}
    made = queries.run(
        f"CREATE TABLE w WITH (external_location = 's3://{queries.bucket}/{database}/w/')"
        " AS SELECT 1 AS a",
        **context,
    )
    inserted = queries.run("INSERT INTO w VALUES 2, 3", **context)
    none = queries.run("INSERT INTO w SELECT 1 WHERE false", **context)
    for found, said, count in (
        (made, b"CREATE TABLE", 1),
        (inserted, b"INSERT", 2),
        (none, b"INSERT", 0),
    ):
        place = found["ResultConfiguration"]["OutputLocation"]
        assert not queries.is_there(place)
        fields = dict(numbers(queries.body(place + ".metadata")))
        assert (fields[2], fields[3]) == (said, count)
        assert rows.items() <= dict(numbers(fields[4])).items()
        listed = queries.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
        assert (listed["UpdateCount"], listed["ResultSet"]["Rows"]) == (count, [])
    manifest = inserted["Statistics"]["DataManifestLocation"]
    assert all(f"/{database}/w/" in line for line in queries.body(manifest).decode().split())
    assert "DataManifestLocation" not in none["Statistics"]


@pytest.mark.parametrize(
    ("sql", "body", "kind", "described"),
    [
        ("SELECT 1 + 1 AS a", b'"a"\n"2"\n', PLANNED, True),
        ("SELECT 1 + 1 AS a WHERE false", b'"a"\n', PLANNED, True),
        ("SHOW TABLES 't|v'", b"t\nv", UNPLANNED, True),
        ("SHOW TABLES 'nothing'", b"", UNPLANNED, True),
        ("SHOW PARTITIONS t", b"year=2013\nyear=2014", UNPLANNED, True),
        ("EXPLAIN (TYPE VALIDATE) SELECT 1", b"Valid\ntrue\n", PLANNED, True),
        ("CREATE DATABASE IF NOT EXISTS default", b"", UNPLANNED, False),
        ("DROP TABLE IF EXISTS nothing", b"", UNPLANNED, False),
        ("CREATE OR REPLACE VIEW v AS SELECT id FROM t", b"", UNPLANNED, False),
    ],
)
def test_a_statements_object(
    queries: Queries, database: str, sql: str, body: bytes, kind: str, described: bool
) -> None:
    """No header but a query's and a plan's, and no newline that stands between no two rows."""
    found = queries.run(sql, QueryExecutionContext={"Database": database})
    place = found["ResultConfiguration"]["OutputLocation"]
    written = queries.object(place)
    assert (written["Body"].read(), written["ContentType"]) == (body, kind)
    assert queries.is_there(place + ".metadata") is described
    if described:
        assert queries.object(place + ".metadata")["ContentType"] == kind


def test_describing_is_planned(queries: Queries, database: str) -> None:
    found = queries.run("DESCRIBE t", QueryExecutionContext={"Database": database})
    written = queries.object(found["ResultConfiguration"]["OutputLocation"])
    assert written["ContentType"] == PLANNED
    assert (
        written["Body"].read().split(b"\n")[0]
        == b"id".ljust(20) + b"\t" + b"int".ljust(20) + b"\t" + b" " * 20
    )


def test_only_hives_ddl_leaves_the_reason_of_its_failure(queries: Queries) -> None:
    failed = queries.run("DROP TABLE nope.nope")
    place = failed["ResultConfiguration"]["OutputLocation"]
    assert queries.body(place).decode() == failed["Status"]["StateChangeReason"]
    assert not queries.is_there(place + ".metadata")
    for sql in ("SELECT * FROM nope", "EXPLAIN SELECT * FROM nope", "INSERT INTO nope VALUES 1"):
        place = queries.run(sql)["ResultConfiguration"]["OutputLocation"]
        assert not queries.is_there(place), sql


# --- columns and counts


@pytest.mark.parametrize(
    ("sql", "columns", "kind", "count"),
    [
        ("SHOW DATABASES", ["database_name"], "string", 0),
        ("SHOW TABLES", ["tab_name"], "string", 0),
        ("SHOW VIEWS", ["views"], "varchar", 0),
        ("SHOW COLUMNS IN t", ["field"], "string", 0),
        ("SHOW PARTITIONS t", ["partition"], "string", 0),
        ("SHOW TBLPROPERTIES t", ["prpt_name", "prpt_value"], "string", 0),
        ("SHOW CREATE TABLE t", ["createtab_stmt"], "string", None),
        ("SHOW CREATE VIEW v", ["create view"], "varchar", 0),
        ("DESCRIBE t", ["col_name", "data_type", "comment"], "string", None),
        ("DESCRIBE v", ["column", "type"], "varchar", 0),
        ("SHOW COLUMNS IN v", ["column", "type"], "varchar", 0),
    ],
)
def test_columns_of_utilities(
    queries: Queries, database: str, sql: str, columns: list[str], kind: str, count: int | None
) -> None:
    answer = queries.answer(sql, QueryExecutionContext={"Database": database})
    info = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert [(c["Name"], c["Type"], c["Precision"], c["CaseSensitive"]) for c in info] == [
        (name, kind, 0, False) for name in columns
    ]
    assert answer.get("UpdateCount") == count
    # One text a row, whatever the columns.
    assert {len(row["Data"]) for row in answer["ResultSet"]["Rows"]} == {1}


def test_a_view_is_described_in_trinos_types(queries: Queries, database: str) -> None:
    context = {"QueryExecutionContext": {"Database": database}}
    for sql in ("DESCRIBE v", "DESC v", "SHOW COLUMNS FROM v"):
        found = queries.run(sql, **context)
        assert (found["StatementType"], found["SubstatementType"]) == ("UTILITY", "DESC_VIEW")
        written = queries.object(found["ResultConfiguration"]["OutputLocation"])
        assert (written["Body"].read(), written["ContentType"]) == (b"id\tinteger", UNPLANNED)


def test_show_functions_is_a_table_with_a_header(queries: Queries) -> None:
    answer = queries.answer("SHOW FUNCTIONS")
    info = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    header, first, *_ = (
        [cell.get("VarCharValue") for cell in row["Data"]] for row in answer["ResultSet"]["Rows"]
    )
    assert header == [c["Name"] for c in info]
    assert [c["Type"] for c in info] == [*["varchar"] * 4, "boolean", "varchar"]
    assert first[3] in ("scalar", "aggregate", "window")
    assert (answer["UpdateCount"], first[4]) == (0, "true")
    some = queries.answer("SHOW FUNCTIONS LIKE 'date_p%'")["ResultSet"]["Rows"]
    assert {row["Data"][0]["VarCharValue"] for row in some} == {"Function", "date_parse"}
    assert len(queries.answer("SHOW FUNCTIONS LIKE 'nope'")["ResultSet"]["Rows"]) == 1


def test_a_plan_has_a_header_and_no_count(queries: Queries) -> None:
    answer = queries.answer("EXPLAIN SELECT 1")
    rows = [row["Data"][0].get("VarCharValue") for row in answer["ResultSet"]["Rows"]]
    assert (rows[0], rows[-1]) == ("Query Plan", "")
    assert "UpdateCount" not in answer


# --- pages


def pages(queries: Queries, query_id: str, size: int) -> list[list[str]]:
    found, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = queries.athena.get_query_results(QueryExecutionId=query_id, MaxResults=size, **more)
        rows = page["ResultSet"]["Rows"]
        found.append([row["Data"][0].get("VarCharValue", "NULL") for row in rows])
        token = page.get("NextToken")
        if token is None:
            return found


def test_a_full_page_has_a_token_though_nothing_follows(queries: Queries) -> None:
    query_id = queries.run("SELECT x FROM UNNEST(sequence(1, 5)) t(x) ORDER BY x")[
        "QueryExecutionId"
    ]
    assert pages(queries, query_id, 4) == [["x", "1", "2", "3"], ["4", "5"]]
    assert pages(queries, query_id, 3) == [["x", "1", "2"], ["3", "4", "5"], []]
    assert pages(queries, query_id, 1000) == [["x", "1", "2", "3", "4", "5"]]


def test_values_over_lines_and_null_are_read_as_they_were(queries: Queries) -> None:
    sql = "SELECT * FROM (VALUES 'a' || chr(10) || '\"b\",', NULL, '') t(x)"
    query_id = queries.run(sql)["QueryExecutionId"]
    assert pages(queries, query_id, 2) == [["x", 'a\n"b",'], ["NULL", ""], []]


def test_texts_are_paged_to_their_last_row(queries: Queries, database: str) -> None:
    context = {"QueryExecutionContext": {"Database": database}}
    shown = queries.run("SHOW PARTITIONS t", **context)["QueryExecutionId"]
    assert pages(queries, shown, 1) == [["year=2013"], ["year=2014"], []]
    nothing = queries.run("SHOW TABLES 'nothing'", **context)["QueryExecutionId"]
    assert pages(queries, nothing, 1) == [[]]
    plan = queries.run("EXPLAIN (TYPE VALIDATE) SELECT 1")["QueryExecutionId"]
    assert pages(queries, plan, 1) == [["Valid"], ["true"], [""], []]
    assert pages(queries, plan, 5) == [["Valid", "true", ""]]


def test_tokens_of_others_are_refused(queries: Queries) -> None:
    one, two = (
        queries.run("SELECT x FROM UNNEST(sequence(1, 5)) t(x)")["QueryExecutionId"] for _ in "ab"
    )
    token = queries.athena.get_query_results(QueryExecutionId=one, MaxResults=1)["NextToken"]
    changed = ("A" if token[30] != "A" else "B").join((token[:30], token[31:]))
    for query_id, given in ((two, token), (one, "forged"), (one, changed)):
        with pytest.raises(ClientError) as caught:
            queries.athena.get_query_results(QueryExecutionId=query_id, NextToken=given)
        assert refused(caught.value)[1:] == (
            "INVALID_INPUT",
            f"Malformed nextPageToken {given}",
        )


def test_the_state_is_looked_at_before_the_token(queries: Queries) -> None:
    failed = queries.run("SELECT * FROM nope")["QueryExecutionId"]
    with pytest.raises(ClientError) as caught:
        queries.athena.get_query_results(QueryExecutionId=failed, NextToken="forged")
    assert refused(caught.value)[1:] == (
        "INVALID_QUERY_EXECUTION_STATE",
        "Query did not finish successfully. Final query state: FAILED",
    )


def test_a_page_too_large_is_refused(queries: Queries) -> None:
    with pytest.raises(ClientError, match="less than or equal to 1000"):
        queries.athena.get_query_results(QueryExecutionId=str(uuid.uuid4()), MaxResults=1001)


def test_a_token_is_of_one_listing_and_a_day() -> None:
    now = [1_000_000.0]
    tokens = Tokens("secret", lambda: now[0])
    token = tokens.give("a", 7)
    assert tokens.place("a", token) == 7
    assert tokens.place("b", token) is None
    assert Tokens("another").place("a", token) is None
    assert tokens.place("a", "é") is None
    now[0] += LIFETIME + 1
    assert tokens.place("a", token) is None
    with pytest.raises(InvalidRequest, match="The nextPageToken is malformed"):
        tokens.start("a", token)


# --- encryption


@pytest.fixture(scope="module")
def key(server: LocalServer) -> str:
    return str(server.client("kms").create_key()["KeyMetadata"]["Arn"])


def test_every_object_is_under_the_key_that_is_asked_for(
    queries: Queries, database: str, key: str
) -> None:
    wanted = {"EncryptionOption": "SSE_KMS", "KmsKey": key}
    options = {
        "ResultConfiguration": {
            "OutputLocation": queries.place,
            "EncryptionConfiguration": wanted,
        },
        "QueryExecutionContext": {"Database": database},
    }
    selected = queries.run("SELECT 1", **options)
    assert selected["ResultConfiguration"]["EncryptionConfiguration"] == wanted
    unloaded = queries.run(
        f"UNLOAD (SELECT * FROM t) TO 's3://{queries.bucket}/{uuid.uuid4()}/'"
        " WITH (format = 'PARQUET')",
        **options,
    )
    manifest = unloaded["Statistics"]["DataManifestLocation"]
    place = selected["ResultConfiguration"]["OutputLocation"]
    written = [place, f"{place}.metadata", manifest, *queries.body(manifest).decode().split()]
    for uri in written:
        object_ = queries.object(uri)
        assert (object_["ServerSideEncryption"], object_["SSEKMSKeyId"]) == ("aws:kms", key), uri


def test_keys_that_cannot_be_used(queries: Queries) -> None:
    def configured(**wanted: str) -> dict[str, Any]:
        place = {"OutputLocation": queries.place, "EncryptionConfiguration": wanted}
        return {"ResultConfiguration": place}

    with pytest.raises(ClientError, match="CSE_KMS is not supported by local_aws"):
        queries.start("SELECT 1", **configured(EncryptionOption="CSE_KMS", KmsKey="x"))
    with pytest.raises(ClientError, match="KmsKey is required"):
        queries.start("SELECT 1", **configured(EncryptionOption="SSE_KMS"))
    failed = queries.run("SELECT 1", **configured(EncryptionOption="SSE_KMS", KmsKey="nope"))
    assert "'nope' does not exist" in failed["Status"]["StateChangeReason"]
    assert not queries.is_there(failed["ResultConfiguration"]["OutputLocation"])

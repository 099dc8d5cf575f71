"""Which files and partitions of a table are read, and as what, through boto3."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from tests.local_aws.services.athena.lakes import Lake, parquet

CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


@pytest.fixture(scope="module")
def lake(server: Any) -> Lake:
    return Lake.empty(server)


# --- partition projection


def projected(lake: Lake, keys: str, properties: dict[str, str], files: list[str]) -> str:
    """A projected table, and a file of one row for each place below it."""
    listed = ", ".join(f"'{k}'='{v}'" for k, v in properties.items())
    clauses = f"PARTITIONED BY ({keys}) {CSV} TBLPROPERTIES ('projection.enabled'='true', {listed})"
    return lake.table(
        "a int", clauses, {f"{f}/x.csv": f"{i}\n".encode() for i, f in enumerate(files)}
    )


def test_enum_and_integer(lake: Lake) -> None:
    properties = {
        "projection.r.type": "enum", "projection.r.values": "eu,us",
        "projection.n.type": "Integer", "projection.n.range": "1, 9",
        "projection.n.interval": "2", "projection.n.digits": "2",
    }  # fmt: skip
    places = ["r=eu/n=01", "r=us/n=02", "r=us/n=03", "r=us/n=11", "r=asia/n=01"]
    name = projected(lake, "r string, n int", properties, places)
    rows = lake.rows(f"SELECT a, r, n FROM {name} ORDER BY a")
    assert rows == [["0", "eu", "1"], ["2", "us", "3"]]
    assert lake.rows(f"SELECT count(*) FROM {name} WHERE n > 1 AND r <> 'eu'") == [["1"]]
    assert lake.rows(f"SELECT count(*) FROM {name} WHERE r = 'asia'") == [["0"]]
    assert lake.rows(f"SHOW PARTITIONS {name}") == []


def test_dates_up_to_now(lake: Lake) -> None:
    today = dt.datetime.now(dt.UTC).date()
    days = [today + dt.timedelta(days=n) for n in (-4, -3, -1, 1, 2)]
    properties = {
        "projection.d.type": "date", "projection.d.format": "yyyy/MM/dd",
        "projection.d.range": "NOW-3DAYS,NOW+1DAY",
    }  # fmt: skip
    places = [f"{day:%Y/%m/%d}" for day in days]
    name = projected(lake, "d string", properties, places)
    template = f"s3://{lake.bucket}/{name}/${{d}}"
    lake.rows(f"ALTER TABLE {name} SET TBLPROPERTIES ('storage.location.template'='{template}')")
    rows = lake.rows(f"SELECT d FROM {name} ORDER BY a")
    assert [r[0] for r in rows] == places[1:4]


@pytest.mark.parametrize(
    ("form", "range_", "more", "expected"),
    [
        ("yyyy-MM", "2023-11,2024-02", {}, ["2023-11", "2023-12", "2024-01", "2024-02"]),
        ("yyyyMMdd", "20240228,20240301", {}, ["20240228", "20240229", "20240301"]),
        (
            "yyyy-MM-dd-HH", "2024-01-01-22,2024-01-02-01",
            {"interval": "1", "interval.unit": "HOURS"},
            ["2024-01-01-22", "2024-01-01-23", "2024-01-02-00", "2024-01-02-01"],
        ),
        (
            "yyyy/MM/dd", "2024/01/01,2024/02/01", {"interval": "2", "interval.unit": "WEEKS"},
            ["2024/01/01", "2024/01/15", "2024/01/29"],
        ),
        (
            "dd MMM yyyy", "31 Jan 2024,30 Apr 2024", {"interval.unit": "MONTHS"},
            ["31 Jan 2024", "29 Feb 2024", "31 Mar 2024", "30 Apr 2024"],
        ),
    ],
)  # fmt: skip
def test_steps_of_dates(
    lake: Lake, form: str, range_: str, more: dict[str, str], expected: list[str]
) -> None:
    properties = {"projection.d.type": "date", "projection.d.format": form,
                  "projection.d.range": range_}  # fmt: skip
    properties |= {f"projection.d.{k}": v for k, v in more.items()}
    places = [f"d={value.replace('/', '%2F')}" for value in expected]
    name = projected(lake, "d string", properties, places)
    assert [r[0] for r in lake.rows(f"SELECT d FROM {name} ORDER BY a")] == expected


def test_injected_values_must_be_named(lake: Lake) -> None:
    properties = {"projection.k.type": "injected"}
    name = projected(lake, "k string", properties, ["k=a", "k=b", "k=it%27s"])
    for where, expected in (
        ("k = 'b'", ["b"]),
        ("k IN ('a', 'b')", ["a", "b"]),
        ("(k = 'a' OR 'b' = k) AND a > 0", ["b"]),
        ("k = 'it''s'", ["it's"]),
        ("k = lower('A') AND k IN ('a', 'c')", ["a"]),
        ("k = 'nope'", []),
    ):
        rows = lake.rows(f"SELECT k FROM {name} WHERE {where} ORDER BY a")
        assert [r[0] for r in rows] == expected
    for sql in (f"SELECT * FROM {name}", f"SELECT * FROM {name} WHERE k > 'a'",
                f"SELECT * FROM {name} WHERE k = 'a' OR a = 1"):  # fmt: skip
        assert lake.reason(sql) == (
            "CONSTRAINT_VIOLATION: For the injected projected partition column k, the WHERE clause"
            " must contain only static equality conditions, and at least one such condition must be"
            " present."
        )


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({}, "projection.k.type is required"),
        ({"projection.k.type": "list"}, "projection.k.type list is not one of"),
        ({"projection.k.type": "enum"}, "projection.k.values is required"),
        ({"projection.k.type": "integer", "projection.k.range": "9,1"}, "two ascending integers"),
        ({"projection.k.type": "integer", "projection.k.range": "1-9"}, "two ascending integers"),
        (
            {"projection.k.type": "date", "projection.k.format": "yyyy-MM-dd HH",
             "projection.k.range": "NOW-1DAY,NOW"},
            "finer than a day",
        ),
        (
            {"projection.k.type": "date", "projection.k.format": "yyyy",
             "projection.k.range": "2024-01,NOW"},
            "needs dates as yyyy or NOW",
        ),
        (
            {"projection.k.type": "enum", "projection.k.values": "a",
             "storage.location.template": "s3://b/x/"},
            "storage.location.template must contain ${k}",
        ),
    ],
)  # fmt: skip
def test_projections_that_cannot_be(lake: Lake, properties: dict[str, str], named: str) -> None:
    name = projected(lake, "k string", properties or {"x": "y"}, [])
    found = lake.reason(f"SELECT * FROM {name}")
    assert found.startswith("INVALID_TABLE_PROPERTY: ")
    assert named in found


def test_ten_thousand_projected_partitions(lake: Lake) -> None:
    properties = {"projection.n.type": "integer", "projection.n.range": "0,9999"}
    name = projected(lake, "n int", properties, ["n=7", "n=9999", "n=10000"])
    assert lake.rows(f"SELECT a, n FROM {name} ORDER BY n") == [["0", "7"], ["1", "9999"]]
    properties["projection.n.range"] = "0,99999999"
    name = projected(lake, "n int", properties, [])
    assert "more than 1000000 values" in lake.reason(f"SELECT * FROM {name}")


# --- partitions of the catalog


def test_a_partition_may_be_stored_in_its_own_way(lake: Lake) -> None:
    name = lake.table("a int, b string", f"PARTITIONED BY (p string) {CSV}", {"p=csv/a": b"1,x\n"})
    lake.put(f"{name}/p=tsv/a", b"2\ty\n")
    lake.rows(f"ALTER TABLE {name} ADD PARTITION (p='csv') PARTITION (p='tsv')")
    key = {"DatabaseName": lake.database, "TableName": name}
    found = lake.glue.get_partition(**key, PartitionValues=["tsv"])["Partition"]
    storage = found["StorageDescriptor"]
    storage["SerdeInfo"]["Parameters"]["field.delim"] = "\t"
    body = {"Values": ["tsv"], "StorageDescriptor": storage}
    lake.glue.update_partition(**key, PartitionValueList=["tsv"], PartitionInput=body)
    assert lake.rows(f"SELECT * FROM {name} ORDER BY a") == [["1", "x", "csv"], ["2", "y", "tsv"]]


def test_a_partition_of_other_types_is_refused(lake: Lake) -> None:
    name = lake.table("a string, b int", f"PARTITIONED BY (p string) {CSV}", {"p=1/a": b"x,1\n"})
    lake.rows(f"ALTER TABLE {name} ADD PARTITION (p='1')")
    lake.rows(f"ALTER TABLE {name} REPLACE COLUMNS (a string, b bigint, c string)")
    assert lake.rows(f"SELECT * FROM {name}") == [["x", "1", None, "1"]]
    lake.rows(f"ALTER TABLE {name} REPLACE COLUMNS (a date, b int)")
    assert lake.reason(f"SELECT b FROM {name}") == (
        "HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition"
        " schemas. The types are incompatible and cannot be coerced. The column 'a' in table"
        f" '{lake.database}.{name}' is declared as type 'date', but partition 'p=1' declared column"
        " 'a' as type 'string'."
    )


def test_hidden_columns(lake: Lake) -> None:
    name = lake.table("a int", f"PARTITIONED BY (y int, p string) {CSV}", {"y=1/p=a%2Fb/f": b"1\n"})
    lake.rows(f"MSCK REPAIR TABLE {name}")
    hidden = '"$path", "$file_size", "$partition"'
    assert lake.rows(f"SELECT {hidden} FROM {name}") == [
        [f"s3://{lake.bucket}/{name}/y=1/p=a%2Fb/f", "2", "y=1/p=a%2Fb"]
    ]
    recent = """date_diff('minute', "$file_modified_time", now()) BETWEEN 0 AND 5"""
    assert lake.rows(f"SELECT {recent} FROM {name}") == [["true"]]
    assert lake.rows(f"SELECT * FROM {name}") == [["1", "1", "a/b"]]
    assert lake.rows(f'SELECT y, p FROM "{name}$partitions"') == [["1", "a/b"]]


def test_a_partitions_value_must_be_of_its_type(lake: Lake) -> None:
    name = lake.table("a int", f"PARTITIONED BY (y int) {CSV}", {})
    storage = lake.glue.get_table(DatabaseName=lake.database, Name=name)["Table"][
        "StorageDescriptor"
    ]
    lake.glue.create_partition(
        DatabaseName=lake.database,
        TableName=name,
        PartitionInput={"Values": ["x"], "StorageDescriptor": storage},
    )
    found = lake.reason(f"SELECT * FROM {name}")
    assert found.startswith("HIVE_INVALID_PARTITION_VALUE: Invalid partition value 'x' for integer")


# --- Parquet


def test_parquet_columns_by_name_or_by_place(lake: Lake) -> None:
    files = {"1": parquet(A=[1], b=["x"]), "2": parquet(b=["y"], c=[True]), "3": parquet(z=[1.5])}
    name = lake.table("a bigint, b string, d date", "STORED AS PARQUET", files)
    assert lake.rows(f"SELECT * FROM {name} ORDER BY b") == [
        ["1", "x", None], [None, "y", None], [None, None, None],
    ]  # fmt: skip
    clauses = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' WITH"
        " SERDEPROPERTIES ('parquet.column.index.access'='true') STORED AS PARQUET"
    )
    name = lake.table("x bigint, y string, z int", clauses, {"1": files["1"]})
    assert lake.rows(f"SELECT * FROM {name}") == [["1", "x", None]]


def test_parquet_types_as_the_table_has_them(lake: Lake) -> None:
    moment = dt.datetime(2024, 1, 2, 3, 4, 5, 678_500)
    body = parquet(
        i=pa.array([7], pa.int32()), f=pa.array([1.5], pa.float32()), v=["abcdef"], c=["ab"],
        us=pa.array([moment], pa.timestamp("us")), ms=pa.array([moment], pa.timestamp("ms")),
        z=pa.array([moment], pa.timestamp("us", "UTC")), bin=pa.array([b"hi"]),
        s=pa.array([{"A": 1, "gone": 2}]), l=pa.array([[1, None]], pa.list_(pa.int32())),
        m=pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32())),
        d=pa.array([1], pa.decimal128(5, 2)),
    )  # fmt: skip
    columns = (
        "i bigint, f double, v varchar(3), c char(4), us timestamp, ms timestamp, z timestamp,"
        " bin string, s struct<a:bigint,b:string>, l array<bigint>, m map<string,bigint>,"
        " d decimal(9,3)"
    )
    name = lake.table(columns, "STORED AS PARQUET", {"a": body})
    assert lake.rows(f"SELECT * FROM {name}") == [[
        "7", "1.5", "abc", "ab  ", "2024-01-02 03:04:05.679", "2024-01-02 03:04:05.678",
        "2024-01-02 03:04:05.679", "hi", "{a=1, b=null}", "[1, null]", "{k=1}", "1.000",
    ]]  # fmt: skip
    found = f"SELECT count(*) FROM {name} WHERE us = TIMESTAMP '2024-01-02 03:04:05.679'"
    assert lake.rows(found) == [["1"]]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary_view()]
)
def test_text_however_its_writer_held_it(lake: Lake, kind: Any) -> None:
    """A file keeps the layout that Arrow had it in: DataFusion writes views."""
    values = ["x", "yy"] if kind != pa.binary_view() else [b"x", b"yy"]
    body = parquet(a=pa.array(values, kind), b=pa.array(values, kind))
    name = lake.table("a string, b binary", "STORED AS PARQUET", {"1": body})
    assert lake.rows(f"SELECT a, b FROM {name}") == [["x", "78"], ["yy", "79 79"]]


@pytest.mark.parametrize(
    ("value", "kind", "named"),
    [
        (pa.array([1], pa.int64()), "int", "INT64"),
        (pa.array([1], pa.int64()), "string", "INT64"),
        (pa.array(["x"]), "int", "BINARY"),
        (pa.array([1.5]), "bigint", "DOUBLE"),
        (pa.array([1.5]), "float", "DOUBLE"),
        (pa.array([dt.date(2024, 1, 1)]), "string", "INT32"),
        (pa.array([True]), "int", "BOOLEAN"),
        (pa.array([[1]]), "array<string>", "LIST"),
        (pa.array([1]), "array<bigint>", "INT64"),
    ],
)
def test_parquet_of_another_schema(lake: Lake, value: Any, kind: str, named: str) -> None:
    name = lake.table(f"a {kind}, b int", "STORED AS PARQUET", {"f.parquet": parquet(a=value)})
    found = lake.reason(f"SELECT a FROM {name}")
    assert found.startswith("HIVE_BAD_DATA: Field a's type")
    assert f"in parquet file s3://{lake.bucket}/{name}/f.parquet is incompatible with type" in found
    assert named in found.upper()
    # A column that is not asked for does no harm.
    assert lake.rows(f"SELECT b FROM {name}") == [[None]]


def test_parquet_that_is_cut_off(lake: Lake) -> None:
    body = parquet(a=list(range(1000)))
    for bad in (body[:-1], body[:100], b"PAR1", b"x"):
        name = lake.table("a bigint", "STORED AS PARQUET", {"f.parquet": bad})
        found = lake.reason(f"SELECT count(*) FROM {name}")
        assert found.startswith("HIVE_BAD_DATA: Not valid Parquet file: s3://")
        assert "expected magic number: PAR1 got:" in found


def test_a_broken_page_says_which_object(lake: Lake) -> None:
    body = bytearray(parquet(a=[f"text {n}" for n in range(1000)]))
    body[20:2000] = bytes(1980)
    name = lake.table("a string", "STORED AS PARQUET", {"f.parquet": bytes(body)})
    found = lake.reason(f"SELECT max(a) FROM {name}")
    assert found.startswith("HIVE_BAD_DATA: ")
    assert "/tmp" not in found


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ("'table_type'='iceberg'", "the Iceberg table"),
        ("'spark.sql.sources.provider'='delta'", "the Delta Lake table"),
    ],
)
def test_tables_of_others_are_refused_by_name(lake: Lake, properties: str, named: str) -> None:
    name = lake.table("a int", CSV, {"a": b"1\n"})
    lake.rows(f"ALTER TABLE {name} SET TBLPROPERTIES ({properties})")
    for sql in (f"SELECT * FROM {name}", f"ALTER TABLE {name} ADD COLUMNS (b int)"):
        assert lake.reason(sql) == f"NOT_SUPPORTED: {named} {name} is not supported by local_aws"

"""CREATE TABLE AS, INSERT INTO and UNLOAD through boto3: what they leave, and what they refuse."""

import io
import re
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from tests.local_aws.services.athena.lakes import Lake

# A column of each type, and what is read back of it.
EVERY = """
SELECT true AS a, TINYINT '-1' AS b, SMALLINT '2' AS c, 3 AS d, BIGINT '4' AS e, REAL '1.5' AS f,
 2.5e0 AS g, DECIMAL '12.34' AS h, 'é|,x' AS i, CAST('ab' AS char(3)) AS j, DATE '2024-02-29' AS k,
 TIMESTAMP '2024-01-02 03:04:05.678' AS l, ARRAY[1, NULL] AS m, MAP(ARRAY['k'], ARRAY[1]) AS n,
 CAST(ROW(1, 'z') AS ROW(x integer, y varchar)) AS o
UNION ALL
SELECT false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
"""
READ = [
    ["false", *[None] * 14],
    ["true", "-1", "2", "3", "4", "1.5", "2.5", "12.34", "é|,x", "ab ", "2024-02-29",
     "2024-01-02 03:04:05.678", "[1, null]", "{k=1}", "{x=1, y=z}"],
]  # fmt: skip
COMPRESSIONS = {
    "PARQUET": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "ORC": ("ZLIB", "SNAPPY", "ZSTD", "LZ4", "NONE"),
    "AVRO": ("DEFLATE", "GZIP", "SNAPPY", "ZSTD", "BZIP2", "NONE"),
    "TEXTFILE": ("GZIP", "SNAPPY", "ZSTD", "LZ4", "BZIP2", "DEFLATE", "NONE"),
    "JSON": ("GZIP", "SNAPPY", "NONE"),
}


@pytest.fixture(scope="module")
def lake(server: Any) -> Lake:
    return Lake.empty(server)


def place(lake: Lake, name: str) -> str:
    return f"s3://{lake.bucket}/{name}/"


def ctas(lake: Lake, name: str, query: str, **properties: str) -> Any:
    listed = ", ".join(f"{k} = {v}" for k, v in properties.items())
    options = f"external_location = '{place(lake, name)}'" + (f", {listed}" if listed else "")
    return lake.run(f"CREATE TABLE {name} WITH ({options}) AS {query}")


def files_of(lake: Lake, found: Any) -> list[str]:
    assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
    return lake.body(found["Statistics"]["DataManifestLocation"]).decode().splitlines()


@pytest.mark.parametrize(
    ("form", "compression"), [(f, c) for f, known in COMPRESSIONS.items() for c in known]
)
def test_what_is_written_is_read_back(lake: Lake, form: str, compression: str) -> None:
    name = f"w_{form}_{compression}".lower()
    found = ctas(lake, name, EVERY, format=f"'{form}'", write_compression=f"'{compression}'")
    [file] = files_of(lake, found)
    assert lake.rows(f"SELECT * FROM {name} ORDER BY a") == READ
    lake.rows(f"INSERT INTO {name} SELECT * FROM {name}")
    assert lake.rows(f"SELECT count(*), count(o) FROM {name}") == [["4", "2"]]
    body = lake.body(file)
    if form == "PARQUET":
        codec = pq.read_metadata(io.BytesIO(body)).row_group(0).column(0).compression
        assert codec == {"NONE": "UNCOMPRESSED"}.get(compression, compression)
    if form == "ORC":
        codec = orc.ORCFile(io.BytesIO(body)).compression
        assert codec == {"NONE": "UNCOMPRESSED"}.get(compression, compression)


def test_binary_and_nested_values(lake: Lake) -> None:
    query = (
        "SELECT to_utf8('hi') AS b, ARRAY[ARRAY['a', 'b'], ARRAY['c']] AS l,"
        " MAP(ARRAY['k'], ARRAY[ARRAY[1, 2]]) AS m"
    )
    for form in ("PARQUET", "ORC", "AVRO", "TEXTFILE"):
        assert files_of(lake, ctas(lake, f"nested_{form}", query, format=f"'{form}'"))
        rows = lake.rows(f"SELECT * FROM nested_{form}")
        assert rows == [["68 69", "[[a, b], [c]]", "{k=[1, 2]}"]]
    found = ctas(lake, "nested_json", query, format="'JSON'")["Status"]
    assert "writing varbinary as JSON is not supported" in found["StateChangeReason"]


def test_partitions_buckets_and_their_files(lake: Lake) -> None:
    query = "SELECT x, CAST(x AS varchar) AS s, x % 3 AS p FROM UNNEST(sequence(1, 60)) t(x)"
    for form in ("PARQUET", "ORC", "AVRO"):
        name = f"buckets_{form}".lower()
        found = ctas(
            lake, name, query, format=f"'{form}'", partitioned_by="ARRAY['p']",
            bucketed_by="ARRAY['x']", bucket_count="4",
        )  # fmt: skip
        files = files_of(lake, found)
        assert len(files) == 12
        assert {re.sub(r".*bucket-(\d+).*", r"\1", f) for f in files} == {
            "00000", "00001", "00002", "00003",
        }  # fmt: skip
        assert lake.rows(f"SELECT count(*), sum(x), count(DISTINCT p) FROM {name}") == [
            ["60", "1830", "3"]
        ]
        wrong = (
            f"""SELECT count(*) FROM {name} WHERE x % 4 <>"""
            """ CAST(regexp_extract("$path", 'bucket-(\\d+)', 1) AS integer)"""
        )
        assert lake.rows(wrong) == [["0"]]
        storage = lake.glue.get_table(DatabaseName=lake.database, Name=name)["Table"][
            "StorageDescriptor"
        ]
        assert (storage["BucketColumns"], storage["NumberOfBuckets"]) == (["x"], 4)
        assert "bucketed" in lake.reason(f"INSERT INTO {name} VALUES (1, 'a', 1)")


def test_no_more_than_a_hundred_partitions(lake: Lake) -> None:
    def query(count: int) -> str:
        return f"SELECT 1 AS a, x FROM UNNEST(sequence(1, {count})) t(x)"

    keys = "ARRAY['x']"
    assert len(files_of(lake, ctas(lake, "hundred", query(100), partitioned_by=keys))) == 100
    found = ctas(lake, "more", query(101), partitioned_by=keys)["Status"]
    assert found["StateChangeReason"] == (
        "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets"
    )
    assert "KeyCount" not in lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="more/") or (
        lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="more/")["KeyCount"] == 0
    )
    reason = lake.reason("INSERT INTO hundred SELECT 1, x FROM UNNEST(sequence(500, 600)) t(x)")
    assert "HIVE_TOO_MANY_OPEN_PARTITIONS" in reason


def test_a_table_without_data_and_one_that_is_there(lake: Lake) -> None:
    lake.rows(f"CREATE TABLE bare WITH (external_location='{place(lake, 'bare')}') AS"
              " SELECT 1 AS a WITH NO DATA")  # fmt: skip
    assert lake.rows("SELECT * FROM bare") == []
    assert "TABLE_ALREADY_EXISTS" in lake.reason("CREATE TABLE bare AS SELECT 1 AS a")
    lake.rows("CREATE TABLE IF NOT EXISTS bare AS SELECT 1 AS b")
    lake.put("full/x", b"1")
    full = place(lake, "full")
    found = lake.reason(f"CREATE TABLE t2 WITH (external_location='{full}') AS SELECT 1 AS a")
    words = f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{full}' already exists"
    assert found.startswith(words)
    assert "Athena will not delete data in your account" in found
    assert "SCHEMA_NOT_FOUND" in lake.reason("CREATE TABLE nodb.t AS SELECT 1 AS a")
    assert "the catalog other" in lake.reason("CREATE TABLE other.db.t AS SELECT 1 AS a")


def test_names_of_columns_and_a_comment(lake: Lake) -> None:
    options = (
        f"external_location='{place(lake, 'renamed')}', field_delimiter=';', format='TEXTFILE'"
    )
    lake.rows(f"CREATE TABLE renamed (X, y) COMMENT 'it is' WITH ({options}) AS SELECT 1, 'a;b'")
    made = lake.glue.get_table(DatabaseName=lake.database, Name="renamed")["Table"]
    assert [c["Name"] for c in made["StorageDescriptor"]["Columns"]] == ["x", "y"]
    assert made["Parameters"]["comment"] == "it is"
    # As on AWS: a delimiter inside of a value is not escaped.
    assert lake.rows("SELECT * FROM renamed") == [["1", "a"]]


# What Athena says: github.com/moj-analytical-services/pydbtools/issues/154
PRECISION = "NOT_SUPPORTED: Incorrect timestamp precision for timestamp"
MILLIS = "the configured precision is MILLISECONDS; column name:"


@pytest.mark.parametrize(
    ("query", "properties", "reason"),
    [
        ("SELECT 1", {}, "MISSING_COLUMN_NAME"),
        ("SELECT 1 AS a, 2 AS A", {}, "DUPLICATE_COLUMN_NAME"),
        ("SELECT NULL AS a", {}, "COLUMN_TYPE_UNKNOWN: line 1:1: Column type is unknown: a"),
        ("SELECT now() AS a", {}, "Unsupported Hive type: timestamp(3) with time zone"),
        ("SELECT TIMESTAMP '2024-01-01 00:00:00.123456' AS A", {}, f"{PRECISION}(6); {MILLIS} a"),
        ("SELECT ARRAY[TIMESTAMP '2024-01-01 00:00:00'] AS a", {}, f"{PRECISION}(0); {MILLIS} a"),
        ("SELECT 1 AS a", {"x": "1"}, "table property 'x' does not exist"),
        ("SELECT 1 AS a", {"format": "'CSV'"}, "table property 'format': CSV"),
        ("SELECT 1 AS a", {"write_compression": "'ZLIB'"}, "'ZLIB' is not supported for format"),
        ("SELECT 1 AS a", {"orc_compression": "'ZLIB'"}, "applies to the format ORC only"),
        ("SELECT 1 AS a", {"partitioned_by": "'a'"}, "Cannot convert 'a' to array(varchar)"),
        ("SELECT 1 AS a", {"partitioned_by": "ARRAY['b']"}, "Partition columns [b] not present"),
        ("SELECT 1 AS a", {"partitioned_by": "ARRAY['a']"}, "only partition columns"),
        ("SELECT 1 AS a, 2 AS b", {"partitioned_by": "ARRAY['a']"}, "HIVE_COLUMN_ORDER_MISMATCH"),
        ("SELECT 1 AS a", {"bucketed_by": "ARRAY['a']"}, "must be specified together"),
        ("SELECT 1 AS a", {"bucketed_by": "ARRAY['b']", "bucket_count": "2"}, "[b] not present"),
        ("SELECT 1 AS a", {"table_type": "'ICEBERG'", "is_external": "false"}, "Iceberg table"),
        ("SELECT 1 AS a", {"format": "'ION'"}, "writing ION is not supported"),
    ],
)
def test_tables_that_cannot_be_made(
    lake: Lake, query: str, properties: dict[str, str], reason: str
) -> None:
    found = ctas(lake, "cannot", query, **properties)["Status"]
    assert found["State"] == "FAILED"
    assert reason in found["StateChangeReason"]


def test_a_workgroup_that_decides_the_location(lake: Lake) -> None:
    lake.athena.create_work_group(
        Name="decides",
        Configuration={
            "EnforceWorkGroupConfiguration": True,
            "ResultConfiguration": {"OutputLocation": place(lake, "decided")},
        },
    )
    made = f"CREATE TABLE there WITH (external_location='{place(lake, 'own')}') AS SELECT 1 AS a"
    assert "enforces a centralized output location" in lake.reason(made, WorkGroup="decides")
    lake.rows("CREATE TABLE there AS SELECT 1 AS a", WorkGroup="decides")
    found = lake.glue.get_table(DatabaseName=lake.database, Name="there")["Table"]
    location = found["StorageDescriptor"]["Location"]
    assert location.startswith(f"{place(lake, 'decided')}tables/")
    assert lake.rows("SELECT a FROM there") == [["1"]]


# --- INSERT INTO


def test_insert_in_the_tables_own_form(lake: Lake) -> None:
    clauses = (
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\'"
        " COLLECTION ITEMS TERMINATED BY ',' NULL DEFINED AS 'NA'"
    )
    name = lake.table("a string, b array<string>, c double", clauses, {})
    lake.rows(f"INSERT INTO {name} VALUES ('x|y\\', ARRAY['p,q', NULL], 1e10), (NULL, NULL, NULL)")
    assert lake.rows(f"SELECT * FROM {name} ORDER BY a") == [
        ["x|y\\", "[p,q, null]", "1.0E10"], [None, None, None],
    ]  # fmt: skip
    [key] = lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix=f"{name}/")["Contents"]
    body = lake.body(f"s3://{lake.bucket}/{key['Key']}")
    assert sorted(body.splitlines()) == [b"NA|NA|NA", b"x\\|y\\\\|p\\,q,NA|1.0E10"]


def test_insert_of_some_columns_and_partitions(lake: Lake) -> None:
    name = lake.table("a int, b string", "PARTITIONED BY (p int) STORED AS ORC", {})
    lake.rows(f"INSERT INTO {name} (p, a) SELECT x % 2, x FROM UNNEST(sequence(1, 4)) t(x)")
    assert lake.rows(f"SELECT * FROM {name} ORDER BY a") == [
        ["1", None, "1"], ["2", None, "0"], ["3", None, "1"], ["4", None, "0"],
    ]  # fmt: skip
    assert lake.rows(f"SHOW PARTITIONS {name}") == [["p=0"], ["p=1"]]
    lake.rows(f"INSERT INTO {name} VALUES (5, 'x', NULL)")
    assert lake.rows(f"SELECT a, p FROM {name} WHERE p IS NULL") == [["5", None]]
    assert ["p=__HIVE_DEFAULT_PARTITION__"] in lake.rows(f"SHOW PARTITIONS {name}")


@pytest.mark.parametrize(
    ("clauses", "named"),
    [
        ("ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'", "format opencsv"),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES"
            " ('input.regex'='(.*)')",
            "format regex",
        ),
        (
            "ROW FORMAT DELIMITED TBLPROPERTIES ('skip.header.line.count'='1')",
            "skip.header.line.count",
        ),
    ],
)
def test_tables_that_take_no_rows(lake: Lake, clauses: str, named: str) -> None:
    name = lake.table("a string", clauses, {})
    found = lake.reason(f"INSERT INTO {name} VALUES 'x'")
    assert found.startswith(f"NOT_SUPPORTED: INSERT INTO {name}")
    assert named in found


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("(a, a)", "DUPLICATE_COLUMN_NAME: line 1:1: Insert column name is specified more"),
        ("(a, z)", "COLUMN_NOT_FOUND: line 1:1: Insert column name does not exist in target"),
        ("(a)", "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: ["),
        ("(b, a)", "TYPE_MISMATCH"),
    ],
)
def test_columns_that_do_not_fit(lake: Lake, columns: str, reason: str) -> None:
    name = lake.table("a int, b string", "STORED AS PARQUET", {})
    assert lake.reason(f"INSERT INTO {name} {columns} VALUES (1, 'x')").startswith(reason)


def test_values_with_a_common_type_are_cast_to_the_column(lake: Lake) -> None:
    """A bare 1.5 is a double: most columns that take it hold another type."""
    columns = "i int, f float, d decimal(5,1), t date, n array<float>, r struct<x:decimal(4,1)>"
    name = lake.table(columns, "STORED AS PARQUET", {})
    lake.rows(
        f"INSERT INTO {name} VALUES (2.5, 1.5, 2.25,"
        " TIMESTAMP '2024-01-02 03:04:05', ARRAY[1.5], ROW(1.25))"
    )
    assert lake.rows(f"SELECT * FROM {name}") == [
        ["3", "1.5", "2.3", "2024-01-02", "[1.5]", "{x=1.3}"]
    ]
    assert lake.reason(f"INSERT INTO {name} (d) VALUES 12345.5").startswith("INVALID_CAST_ARGUMENT")
    assert lake.reason(f"INSERT INTO {name} (i) VALUES '1'").startswith("TYPE_MISMATCH")


def test_bounded_text_inside_of_another_type_must_coerce(lake: Lake) -> None:
    name = lake.table("a array<varchar(2)>, v varchar(2)", "STORED AS PARQUET", {})
    lake.rows(f"INSERT INTO {name} VALUES (ARRAY['x'], 'yy  ')")
    assert lake.rows(f"SELECT * FROM {name}") == [["[x]", "yy"]]
    assert lake.reason(f"INSERT INTO {name} (a) VALUES ARRAY['xyz']").startswith("TYPE_MISMATCH")


def test_insert_into_a_view_or_nothing(lake: Lake) -> None:
    lake.rows("CREATE OR REPLACE VIEW shown AS SELECT 1 AS a")
    assert "Inserting into views is not supported" in lake.reason("INSERT INTO shown VALUES 1")
    assert lake.reason("INSERT INTO nope VALUES 1").startswith("TABLE_NOT_FOUND")


# --- UNLOAD


@pytest.mark.parametrize("form", ["PARQUET", "ORC", "AVRO", "TEXTFILE", "JSON"])
def test_unload(lake: Lake, form: str) -> None:
    target = place(lake, f"unload_{form}")
    sql = f"UNLOAD ({EVERY}) TO '{target}' WITH (format = '{form}', compression = 'SNAPPY')"
    found = lake.run(sql)
    assert (found["StatementType"], found["SubstatementType"]) == ("DML", "UNLOAD")
    [file] = files_of(lake, found)
    assert file.startswith(target)
    assert lake.body(file)
    reason = lake.reason(sql)
    assert reason.startswith("HIVE_PATH_ALREADY_EXISTS")


def test_unload_into_partitions(lake: Lake) -> None:
    target = place(lake, "unloaded")
    options = "format = 'TEXTFILE', field_delimiter = ',', partitioned_by = ARRAY['p', 'q']"
    query = "SELECT 1 AS a, 'x y' AS p, DATE '2024-01-02' AS q"
    [file] = files_of(lake, lake.run(f"UNLOAD ({query}) TO '{target}' WITH ({options})"))
    assert file.startswith(f"{target}p=x y/q=2024-01-02/")
    assert file.endswith(".gz")
    for sql, reason in (
        (f"UNLOAD (SELECT 1 AS a) TO '{target}b/'", "format property is required"),
        (f"UNLOAD (SELECT 1) TO '{target}b/' WITH (format='ORC')", "MISSING_COLUMN_NAME"),
        ("UNLOAD (SELECT 1 AS a) TO 's3://no-such-bucket-x/' WITH (format='ORC')", "bucket does"),
        ("UNLOAD (SELECT 1 AS a) TO '/tmp/x' WITH (format='ORC')", "not a valid file system URI"),
        (
            f"UNLOAD (SELECT 1 AS a) TO '{target}b/' WITH (format='ORC', bucket_count=1)",
            "table property 'bucket_count' does not exist",
        ),
    ):
        assert reason in lake.reason(sql)

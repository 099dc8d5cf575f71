"""Hive's DDL and utility statements through boto3: what they do, print and refuse."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.services.athena.lakes import Lake

CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


@pytest.fixture(scope="module")
def lake(server: Any) -> Lake:
    return Lake.empty(server)


def table(lake: Lake, columns: str, clauses: str = "STORED AS PARQUET") -> str:
    return lake.table(columns, clauses, {})


def glue_table(lake: Lake, name: str) -> Any:
    return lake.glue.get_table(DatabaseName=lake.database, Name=name)["Table"]


def line(*parts: str) -> str:
    return "\t".join(part.ljust(20) for part in parts)


def refusal(lake: Lake, sql: str) -> str:
    with pytest.raises(ClientError) as refused:
        lake.start(sql)
    assert refused.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"  # type: ignore[typeddict-item]
    return str(refused.value)


# --- databases


def test_databases(lake: Lake) -> None:
    name = f"d_{uuid.uuid4().hex[:8]}"
    lake.rows(
        f"CREATE DATABASE {name} COMMENT 'c' LOCATION 's3://{lake.bucket}/d/'"
        " WITH DBPROPERTIES ('a'='1', 'b'='2')"
    )
    made = lake.glue.get_database(Name=name)["Database"]
    assert made["Description"] == "c"
    assert made["LocationUri"] == f"s3://{lake.bucket}/d/"
    assert made["Parameters"] == {"a": "1", "b": "2"}
    lake.rows(f"CREATE SCHEMA IF NOT EXISTS {name}")
    assert "already exists" in lake.reason(f"CREATE SCHEMA {name}")
    lake.rows(f"ALTER DATABASE {name} SET DBPROPERTIES ('b'='3', 'c'='4')")
    made = lake.glue.get_database(Name=name)["Database"]
    assert made["Parameters"] == {"a": "1", "b": "3", "c": "4"}
    assert made["Description"] == "c"
    assert lake.rows(f"SHOW DATABASES LIKE '{name}'") == [[name]]
    lake.rows(f"CREATE EXTERNAL TABLE {name}.t (a int) LOCATION 's3://{lake.bucket}/d/t/'")
    found = lake.reason(f"DROP DATABASE {name}")
    assert found.startswith("FAILED: Execution Error, return code 1 from")
    assert f"Database {name} is not empty" in found
    lake.rows(f"DROP SCHEMA {name} CASCADE")
    lake.rows(f"DROP DATABASE IF EXISTS {name}")
    missing = f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}"
    for sql in (f"DROP DATABASE {name}", f"ALTER DATABASE {name} SET DBPROPERTIES ('a'='1')",
                f"SHOW TABLES IN {name}"):  # fmt: skip
        assert lake.reason(sql) == missing


# --- CREATE TABLE


def test_every_clause_of_create_table(lake: Lake) -> None:
    name = f"t_{uuid.uuid4().hex[:8]}"
    lake.rows(
        f"""CREATE EXTERNAL TABLE IF NOT EXISTS {lake.database}.{name} (
          `_id` int COMMENT 'it''s', m map<string,array<struct<a:int,b:decimal(5,2)>>>,
          d decimal, v varchar(10), c char(2), t timestamp, b binary
        ) COMMENT 'of all' PARTITIONED BY (y int COMMENT 'year', p string)
        CLUSTERED BY (`_id`, v) INTO 4 BUCKETS
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\'
        COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n'
        NULL DEFINED AS 'NA' STORED AS TEXTFILE
        LOCATION 's3://{lake.bucket}/all/' TBLPROPERTIES ('skip.header.line.count'='1')"""
    )
    made = glue_table(lake, name)
    storage = made["StorageDescriptor"]
    assert [(c["Name"], c["Type"]) for c in storage["Columns"]] == [
        ("_id", "int"),
        ("m", "map<string,array<struct<a:int,b:decimal(5,2)>>>"),
        ("d", "decimal(10,0)"),
        ("v", "varchar(10)"),
        ("c", "char(2)"),
        ("t", "timestamp"),
        ("b", "binary"),
    ]
    assert storage["Columns"][0]["Comment"] == "it's"
    assert (storage["NumberOfBuckets"], storage["BucketColumns"]) == (4, ["_id", "v"])
    assert storage["SerdeInfo"]["Parameters"] == {
        "field.delim": "\t",
        "serialization.format": "\t",
        "escape.delim": "\\",
        "collection.delim": "|",
        "mapkey.delim": ":",
        "line.delim": "\n",
        "serialization.null.format": "NA",
    }
    assert [(k["Name"], k["Type"], k.get("Comment")) for k in made["PartitionKeys"]] == [
        ("y", "int", "year"),
        ("p", "string", None),
    ]
    assert made["Parameters"]["EXTERNAL"] == "TRUE"
    assert made["Parameters"]["comment"] == "of all"


@pytest.mark.parametrize(
    ("columns", "clauses", "reason"),
    [
        ("a int, A string", "", "[Error 10036]: Duplicate column name: a"),
        ("a int", "PARTITIONED BY (a int)", "[Error 10035]: Column repeated in partitioning"),
        ("a int", "CLUSTERED BY (b) INTO 2 BUCKETS", "[Error 10002]: Invalid column reference b"),
        ("a int", "STORED AS PAPER", "Unrecognized file format in STORED AS clause: 'PAPER'"),
        ("a int", "STORED AS JSON", "Unrecognized file format in STORED AS clause: 'JSON'"),
    ],
)
def test_tables_that_cannot_be(lake: Lake, columns: str, clauses: str, reason: str) -> None:
    place = f"LOCATION 's3://{lake.bucket}/x/'"
    found = lake.reason(f"CREATE EXTERNAL TABLE bad ({columns}) {clauses} {place}")
    assert found.startswith("FAILED: SemanticException")
    assert reason in found


def test_where_a_table_may_be(lake: Lake) -> None:
    made = "CREATE EXTERNAL TABLE bad (a int)"
    assert "Location is required" in lake.reason(made)
    for place in ("hdfs://x/y", "/tmp/x", "s3://"):
        assert "Invalid LOCATION" in lake.reason(f"{made} LOCATION '{place}'")
    found = lake.reason(f"CREATE TABLE bad (a int) LOCATION 's3://{lake.bucket}/x/'")
    assert "External keyword required" in found
    found = lake.reason(f"CREATE EXTERNAL TABLE nodb.t (a int) LOCATION 's3://{lake.bucket}/x/'")
    assert "Database does not exist: nodb" in found
    found = lake.reason(f"CREATE EXTERNAL TABLE `x y` (a int) LOCATION 's3://{lake.bucket}/'")
    assert "InvalidObjectException(message:x y is not a valid object name)" in found
    found = lake.reason(f"CREATE EXTERNAL TABLE other.db.t (a int) LOCATION 's3://{lake.bucket}/'")
    assert found == "NOT_SUPPORTED: the catalog other is not supported by local_aws"


@pytest.mark.parametrize(
    "text",
    [
        "CREATE EXTERNAL TABLE t (a integer) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE t (a varchar) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE t (a array(int)) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE t (a map<string>) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE t (a int,) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE _t (a int) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE t (_a int) LOCATION 's3://b/'",
        "CREATE EXTERNAL TABLE t LIKE u",
        "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/' WITH NOTHING",
        "CREATE EXTERNAL TABLE t (a int) TBLPROPERTIES ('a'='1' 'b'='2')",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t ADD",
        "ALTER TABLE t ADD PARTITION",
        "DROP TABLE",
        "DROP TABLE t PURGE NOW",
        "SHOW PARTITIONS",
        "MSCK REPAIR TABLE",
    ],
)
def test_other_words_are_refused_at_the_start(lake: Lake, text: str) -> None:
    assert "line 1:" in refusal(lake, text)


def test_a_table_twice(lake: Lake) -> None:
    name = table(lake, "a int")
    again = f"(b int) LOCATION 's3://{lake.bucket}/x/'"
    found = lake.reason(f"CREATE EXTERNAL TABLE {name} {again}")
    assert f"AlreadyExistsException(message:Table {name} already exists.)" in found
    lake.rows(f"CREATE EXTERNAL TABLE IF NOT EXISTS {name} {again}")
    assert glue_table(lake, name)["StorageDescriptor"]["Columns"][0]["Name"] == "a"
    lake.rows(f"DROP TABLE `{lake.database}`.`{name}`")
    lake.rows(f"DROP TABLE IF EXISTS {name}")
    found = lake.reason(f"DROP TABLE {name}")
    assert found.startswith(
        f"FAILED: SemanticException [Error 10001]: Table not found {lake.database}.{name}"
    )


# --- ALTER TABLE


def test_columns_are_added_replaced_and_changed(lake: Lake) -> None:
    name = table(lake, "a int, b string", "PARTITIONED BY (p string) STORED AS PARQUET")
    lake.rows(f"ALTER TABLE {name} ADD PARTITION (p='1')")

    def columns() -> list[str]:
        return [row[0] or "" for row in lake.rows(f"SHOW COLUMNS IN {name}")]

    def of_partition() -> list[str]:
        found = lake.glue.get_partition(
            DatabaseName=lake.database, TableName=name, PartitionValues=["1"]
        )["Partition"]
        return [c["Name"] for c in found["StorageDescriptor"]["Columns"]]

    lake.rows(f"ALTER TABLE {name} ADD COLUMNS (c int COMMENT 'new', d array<int>)")
    assert [c.strip() for c in columns()] == ["a", "b", "c", "d", "p"]
    assert of_partition() == ["a", "b"]
    lake.rows(f"ALTER TABLE {name} CHANGE COLUMN b e varchar(5) COMMENT 'x' FIRST")
    lake.rows(f"ALTER TABLE {name} CHANGE d f array<int> AFTER a")
    assert [c.strip() for c in columns()] == ["e", "a", "f", "c", "p"]
    lake.rows(f"ALTER TABLE {name} REPLACE COLUMNS (x int, y int) CASCADE")
    assert [c.strip() for c in columns()] == ["x", "y", "p"]
    assert of_partition() == ["x", "y"]
    lake.rows(f"ALTER TABLE {name} PARTITION (p='1') ADD COLUMNS (z int)")
    assert of_partition() == ["x", "y", "z"]
    assert "Duplicate column name: x" in lake.reason(f"ALTER TABLE {name} ADD COLUMNS (x int)")
    assert "partitioning columns: p" in lake.reason(f"ALTER TABLE {name} ADD COLUMNS (p int)")
    assert "Invalid column reference nope" in lake.reason(f"ALTER TABLE {name} CHANGE nope a int")
    found = lake.reason("ALTER TABLE nope ADD COLUMNS (x int)")
    assert f"Table not found {lake.database}.nope" in found


def test_properties_and_location(lake: Lake) -> None:
    name = table(lake, "a int", CSV)
    lake.put("other/a.csv", b"7\n")
    lake.rows(f"ALTER TABLE {name} SET TBLPROPERTIES ('comment'='said', 'x'='1')")
    assert lake.rows(f"SHOW TBLPROPERTIES {name} ('x')") == [["x\t1"]]
    missing = f"Table {lake.database}.{name} does not have property: y"
    assert lake.rows(f"SHOW TBLPROPERTIES {name} ('y')")[0][0] == missing
    assert ["EXTERNAL\tTRUE"] in lake.rows(f"SHOW TBLPROPERTIES {name}")
    lake.rows(f"ALTER TABLE {name} SET LOCATION 's3://{lake.bucket}/other/'")
    assert lake.rows(f"SELECT a FROM {name}") == [["7"]]


# --- partitions


def test_partitions(lake: Lake) -> None:
    name = table(lake, "a int", f"PARTITIONED BY (y int, p string) {CSV}")
    lake.put("far/a.csv", b"1\n")
    lake.put(f"{name}/y=2/p=b/a.csv", b"2\n")
    lake.rows(
        f"ALTER TABLE {name} ADD PARTITION (p='a', y=1) LOCATION 's3://{lake.bucket}/far/'"
        " PARTITION (y=2, p='b') PARTITION (y=3, p='it''s %')"
    )
    listed = [["y=1/p=a"], ["y=2/p=b"], ["y=3/p=it%27s %25"]]
    assert lake.rows(f"SHOW PARTITIONS {name}") == listed
    assert lake.rows(f"SHOW PARTITIONS {name} PARTITION (y=2)") == [["y=2/p=b"]]
    assert lake.rows(f"SELECT a, y, p FROM {name} ORDER BY a") == [["1", "1", "a"], ["2", "2", "b"]]
    assert "already exists" in lake.reason(f"ALTER TABLE {name} ADD PARTITION (y=1, p='a')")
    lake.rows(f"ALTER TABLE {name} ADD IF NOT EXISTS PARTITION (y=1, p='a') PARTITION (y=4, p='d')")
    lake.rows(f"ALTER TABLE {name} PARTITION (y=1, p='a') RENAME TO PARTITION (y=9, p='z')")
    assert lake.rows(f"SELECT y, p FROM {name} WHERE a = 1") == [["9", "z"]]
    found = lake.reason(f"ALTER TABLE {name} PARTITION (y=9,p='z') RENAME TO PARTITION (y=2,p='b')")
    assert "Partition already exists" in found
    lake.rows(f"ALTER TABLE {name} PARTITION (y=9, p='z') SET LOCATION 's3://{lake.bucket}/no/'")
    assert lake.rows(f"SELECT count(*) FROM {name} WHERE y = 9") == [["0"]]
    lake.rows(f"ALTER TABLE {name} DROP PARTITION (y=9), PARTITION (p='it''s %')")
    lake.rows(f"ALTER TABLE {name} DROP PARTITION (y > 2, y < 5)")
    assert lake.rows(f"SHOW PARTITIONS {name}") == [["y=2/p=b"]]
    lake.rows(f"ALTER TABLE {name} DROP IF EXISTS PARTITION (y=8)")
    found = lake.reason(f"ALTER TABLE {name} DROP PARTITION (y=8)")
    assert found.startswith("FAILED: SemanticException [Error 10006]: Partition not found")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("ADD PARTITION (y=1)", "partition spec {y=1} doesn't contain all (2) partition columns"),
        ("ADD PARTITION (y=1, p='a', z=1)", "[Error 10098]: Non-Partition column"),
        ("ADD PARTITION (y=1, p='')", "partition values cannot be empty"),
        (
            "ADD PARTITION (y='x', p='a')",
            "Invalid partition value 'x' for integer partition key: y",
        ),
        ("DROP PARTITION (z=1)", "[Error 10098]: Non-Partition column"),
        ("PARTITION (y=1, p='n') SET LOCATION 's3://b/x/'", "Partition not found {y=1, p=n}"),
    ],
)
def test_partitions_that_cannot_be(lake: Lake, change: str, reason: str) -> None:
    name = table(lake, "a int", f"PARTITIONED BY (y int, p string) {CSV}")
    assert reason in lake.reason(f"ALTER TABLE {name} {change}")


def test_a_table_without_partitions_has_none(lake: Lake) -> None:
    name = table(lake, "a int")
    found = lake.reason(f"ALTER TABLE {name} ADD PARTITION (p=1)")
    assert "table is not partitioned but partition spec exists: {p=1}" in found
    assert f"Table {name} is not a partitioned table" in lake.reason(f"SHOW PARTITIONS {name}")
    assert lake.rows(f"MSCK REPAIR TABLE {name}") == []


def test_msck_says_what_it_found(lake: Lake) -> None:
    name = table(lake, "a int", f"PARTITIONED BY (y int, p string) {CSV}")
    lake.rows(f"ALTER TABLE {name} ADD PARTITION (y=1, p='gone')")
    for key in ("y=2/p=a%2Fb/x.csv", "y=2/p=a%2Fb/z.csv", "y=3/p=c/x.csv", "Y=4/p=d/x.csv",
                "y=5/x.csv", "2024/01/x.csv", "y=6/q=d/x.csv"):  # fmt: skip
        lake.put(f"{name}/{key}", b"1\n")
    assert [row[0] for row in lake.rows(f"MSCK REPAIR TABLE {name}")] == [
        f"Partitions not in metastore:\t{name}:y=2/p=a%2Fb\t{name}:y=3/p=c",
        f"Partitions missing from filesystem:\t{name}:y=1/p=gone",
        f"Repair: Added partition to metastore {name}:y=2/p=a%2Fb",
        f"Repair: Added partition to metastore {name}:y=3/p=c",
    ]
    assert lake.rows(f"SELECT y, p FROM {name} ORDER BY y, a") == [
        ["2", "a/b"], ["2", "a/b"], ["3", "c"]
    ]  # fmt: skip


# --- what is shown


def test_describe(lake: Lake) -> None:
    name = table(
        lake, "a int COMMENT 'c', s struct<x:array<int>,y:map<string,date>>",
        "PARTITIONED BY (p string) STORED AS ORC",
    )  # fmt: skip
    lake.rows(f"ALTER TABLE {name} ADD PARTITION (p='1')")
    kind = "struct<x:array<int>,y:map<string,date>>"
    head = line("# col_name", "data_type", "comment")
    columns = [line("a", "int", "c"), line("s", kind, "")]
    keys = ["\t \t ", "# Partition Information\t \t ", head, "\t \t ", line("p", "string", "")]
    plain = [*columns, line("p", "string", ""), *keys]

    def described(words: str) -> list[str]:
        return ["\t".join(c or "" for c in row) for row in lake.rows(f"DESCRIBE {words}")]

    assert described(name) == plain
    extended = described(f"EXTENDED {name}")
    assert extended[: len(plain) + 1] == [*plain, "\t \t "]
    assert extended[-1].startswith(f"Detailed Table Information\tTable(tableName:{name}, dbName:")
    formatted = described(f"FORMATTED {name}")
    assert formatted[:9] == [head, "\t \t ", *columns, *keys]
    for words in (
        "# Detailed Table Information\t \t ",
        f"{'Database:'.ljust(20)}\t{lake.database.ljust(20)}\t ",
        f"{'Location:'.ljust(20)}\ts3://{lake.bucket}/{name}/",
        "# Storage Information\t \t ",
        f"{'SerDe Library:'.ljust(20)}\torg.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ):
        assert any(found.startswith(words) for found in formatted), words
    of_partition = described(f"FORMATTED {name} PARTITION (p='1')")
    assert f"{'Partition Value:'.ljust(20)}\t{'[1]'.ljust(20)}\t " in of_partition
    assert described(f"{name} a") == [line("a", "int", "from deserializer")]
    assert described(f"{name} s.x.$elem$") == [line("$elem$", "int", "from deserializer")]
    assert described(f"{name} s.y.'$value$'") == [line("$value$", "date", "from deserializer")]
    assert "Invalid column reference q" in lake.reason(f"DESCRIBE {name} q")


def test_show_create_table_makes_the_same_table_again(lake: Lake) -> None:
    name = f"t_{uuid.uuid4().hex[:8]}"
    lake.rows(
        f"CREATE EXTERNAL TABLE {name} (a int COMMENT 'x', b array<string>) COMMENT 'it''s'"
        " PARTITIONED BY (p string) CLUSTERED BY (a) INTO 3 BUCKETS ROW FORMAT DELIMITED"
        " FIELDS TERMINATED BY '\\t' COLLECTION ITEMS TERMINATED BY '\\002'"
        f" LOCATION 's3://{lake.bucket}/again/' TBLPROPERTIES ('k'='v')"
    )
    first = glue_table(lake, name)
    text = "\n".join(row[0] or "" for row in lake.rows(f"SHOW CREATE TABLE {name}"))
    head = f"CREATE EXTERNAL TABLE `{name}`(\n  `a` int COMMENT 'x', \n  `b` array<string>)\n"
    assert text.startswith(head)
    assert "\nROW FORMAT DELIMITED \n  FIELDS TERMINATED BY '\\t' \n" in text
    lake.rows(f"DROP TABLE {name}")
    lake.rows(text)
    again = glue_table(lake, name)
    for key in ("StorageDescriptor", "PartitionKeys", "Parameters", "TableType"):
        assert again[key] == first[key]


def test_patterns(lake: Lake) -> None:
    stem = f"q{uuid.uuid4().hex[:6]}"
    for end in ("_a", "_b", "_ab"):
        lake.rows(f"CREATE EXTERNAL TABLE {stem}{end} (a int) LOCATION 's3://{lake.bucket}/x/'")
    lake.rows(f"CREATE VIEW {stem}_v AS SELECT 1 AS a")
    assert lake.rows(f"SHOW TABLES '{stem}_a*'") == [[f"{stem}_a"], [f"{stem}_ab"]]
    assert lake.rows(f"SHOW TABLES IN {lake.database} '{stem}_a|{stem}_b'") == [
        [f"{stem}_a"],
        [f"{stem}_b"],
    ]
    assert lake.rows(f"SHOW VIEWS LIKE '{stem}*'") == [[f"{stem}_v"]]
    assert lake.rows(f"SHOW VIEWS IN {lake.database} LIKE 'nope*'") == []
    assert lake.rows(f"SHOW COLUMNS FROM {stem}_a FROM {lake.database}") == [["a".ljust(20)]]


# --- many


def test_many_partitions(lake: Lake) -> None:
    name = table(lake, "a int", f"PARTITIONED BY (n int) {CSV}")
    storage = glue_table(lake, name)["StorageDescriptor"]
    for start in range(0, 2_000, 100):
        inputs = [
            {"Values": [str(n)],
             "StorageDescriptor": storage | {"Location": f"s3://{lake.bucket}/{name}/n={n}/"}}
            for n in range(start, start + 100)
        ]  # fmt: skip
        lake.glue.batch_create_partition(
            DatabaseName=lake.database, TableName=name, PartitionInputList=inputs
        )
    for n in (3, 500, 1999):
        lake.put(f"{name}/n={n}/a.csv", f"{n}\n".encode())
    assert lake.rows(f"SELECT a, n FROM {name} WHERE n % 100 = 0") == [["500", "500"]]
    assert lake.rows(f"SELECT sum(a), count(DISTINCT n) FROM {name}") == [["2502", "3"]]
    assert lake.rows(f'SELECT count(*) FROM "{name}$partitions"') == [["2000"]]

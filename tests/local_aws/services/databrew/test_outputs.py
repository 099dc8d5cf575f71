"""What recipe jobs write: formats, compressions, file counts, tables of the catalog, encryption."""

import bz2
import csv
import gzip
import io
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from pyarrow import orc

from local_aws.formats.endings import ENDINGS
from local_aws.services.databrew.engine import formats, output
from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.output import Output, connect, write
from local_aws.services.databrew.engine.shares import NULL_FOLDER
from local_aws.services.glue.classifiers.avro import classify
from local_aws.services.glue.classifiers.schema import Column
from tests.conftest import LocalServer
from tests.local_aws.services.databrew.test_runs import ROLE, STEPS, Lake

ROWS = [{"n": 1, "word": " A "}, {"n": None, "word": "B"}, {"n": 3, "word": "NA"}]
TABLE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


def job_of(lake: Lake, **options: Any) -> str:
    lake.databrew.create_recipe(Name=lake.name, Steps=STEPS)
    lake.databrew.publish_recipe(Name=lake.name)
    lake.databrew.create_recipe_job(
        Name=lake.name, DatasetName=lake.name, RecipeReference={"Name": lake.name}, RoleArn=ROLE,
        **options,
    )  # fmt: skip
    return lake.name


# --- formats and compressions


def unframed(codec: str) -> Callable[[bytes], bytes]:
    """Hadoop's framing: the length of a block, then its one piece with a length."""

    def opened(data: bytes) -> bytes:
        found = b""
        while data:
            whole, piece = struct.unpack(">II", data[:8])
            found += pa.decompress(data[8 : 8 + piece], whole, codec=codec, asbytes=True)
            data = data[8 + piece :]
        return found

    return opened


OPENERS: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "GZIP": gzip.decompress,
    "BZIP2": bz2.decompress,
    "DEFLATE": zlib.decompress,
    "SNAPPY": unframed("snappy"),
    "LZ4": unframed("lz4_raw"),
    "ZSTD": lambda data: pa.CompressedInputStream(io.BytesIO(data), "zstd").read(),
}


def rows_of(format_: str, codec: str | None, data: bytes) -> list[dict[str, Any]]:
    """The rows of a file by a reader that is not ours."""
    if format_ == "PARQUET":
        return list(pq.read_table(io.BytesIO(data)).to_pylist())
    if format_ == "ORC":
        return list(orc.ORCFile(io.BytesIO(data)).read().to_pylist())
    if format_ == "AVRO":
        return polars.read_avro(io.BytesIO(data)).to_dicts()
    text = OPENERS[codec](data).decode()
    if format_ == "JSON":
        return [json.loads(line) for line in text.splitlines()]
    assert text == "n,word\n1, A \n,B\n3,NA\n"
    return ROWS


def packed(format_: str, data: bytes) -> str:
    """The compression that a file says of itself."""
    if format_ == "PARQUET":
        found = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(1).compression
    elif format_ == "ORC":
        found = orc.ORCFile(io.BytesIO(data)).compression
    else:
        found = data.split(b"avro.codec", 1)[1][1:].split(b"\0", 1)[0].decode()
    return {"ZSTANDARD": "ZSTD"}.get(str(found).upper(), str(found).upper())


def test_every_format_and_compression(lake: Lake) -> None:
    pairs: list[tuple[str, str | None]] = [
        (format_, codec)
        for format_, codecs in formats.COMPRESSIONS.items()
        for codec in (None, *codecs)
    ]
    outputs = [
        {"Location": {"Bucket": lake.name, "Key": f"{format_}/{codec}"}, "Format": format_,
         "Overwrite": True, **({"CompressionFormat": codec} if codec else {})}
        for format_, codec in pairs
    ]  # fmt: skip
    run = lake.run(job_of(lake, Outputs=outputs))
    assert run["State"] == "SUCCEEDED", run.get("ErrorMessage")
    assert run["Outputs"] == outputs
    for format_, codec in pairs:
        ending = f"{format_.lower()}.{ENDINGS[codec]}" if codec else format_.lower()
        if format_ == "GLUEPARQUET":
            ending = "glue.parquet.snappy"
        key = f"{format_}/{codec}/{lake.name}_part00000.{ending}"
        assert lake.keys(f"{format_}/{codec}/") == [key]
        data, kind = lake.read(key), formats.kind_of(format_)
        if kind not in formats.TEXTS:
            assert packed(kind, data) == (codec or "SNAPPY")
        if (kind, codec) not in (("AVRO", "BZIP2"), ("AVRO", "ZSTD")):  # not polars'
            assert rows_of(kind, codec, data) == ROWS, (format_, codec)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"Format": "XML"}, "output format XML is not supported"),
        ({"Format": "TABLEAUHYPER"}, "output format TABLEAUHYPER is not supported"),
        ({"Format": "PARQUET", "CompressionFormat": "LZO"}, "compression LZO for PARQUET"),
        ({"Format": "GLUEPARQUET", "CompressionFormat": "BZIP2"}, "BZIP2 for GLUEPARQUET"),
        ({"Format": "GLUEPARQUET", "CompressionFormat": "GZIP"}, "GZIP for GLUEPARQUET"),
        ({"CompressionFormat": "ZLIB"}, "compression ZLIB for CSV"),
        ({"MaxOutputFiles": 1000}, "MaxOutputFiles|maxOutputFiles"),
    ],
)
def test_an_output_that_no_run_could_write(lake: Lake, options: dict[str, Any], named: str) -> None:
    with pytest.raises(ClientError, match=named) as error:
        job_of(lake, Outputs=[{"Location": {"Bucket": lake.name}, **options}])
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "needs Outputs or DataCatalogOutputs"),
        (
            {"DatabaseOutputs": [
                {"GlueConnectionName": "c", "DatabaseOptions": {"TableName": "t"}}
            ]},
            "DatabaseOutputs are not supported",
        ),
        (
            {"DataCatalogOutputs": [
                {"DatabaseName": "d", "TableName": "t", "DatabaseOptions": {"TableName": "t"}}
            ]},
            "DatabaseOptions is not supported",
        ),
        ({"DataCatalogOutputs": [{"DatabaseName": "nowhere", "TableName": "t"}]}, "not found"),
    ],
)  # fmt: skip
def test_a_job_that_writes_nowhere_here(lake: Lake, options: dict[str, Any], named: str) -> None:
    with pytest.raises(ClientError, match=named) as error:
        job_of(lake, **options)
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = connect("1GB", str(tmp_path / "spill"))
    yield opened
    opened.close()


def test_what_is_no_number_has_its_words_in_text(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    numbers = "['1.5', 'nan', 'inf', '-inf', NULL]"
    connection.execute(f"CREATE TABLE input AS SELECT unnest({numbers}::DOUBLE[]) AS x, 1 AS y")
    text = _written(connection, tmp_path, "JSON")
    found = [json.loads(line, parse_constant=_refuse)["x"] for line in text.splitlines()]
    assert found == [1.5, "NaN", "Infinity", "-Infinity", None]
    text = _written(connection, tmp_path, "CSV")
    assert text == "x,y\n1.5,1\nNaN,1\nInfinity,1\n-Infinity,1\n,1\n"


def _written(connection: duckdb.DuckDBPyConnection, folder: Path, format_: str) -> str:
    (written,) = write(Frame.of(connection, "input"), [Output(str(folder), "t", format_)])
    return (folder / written.files[0]).read_text()


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def test_structs_maps_and_arrays_are_json_in_csv(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    values = {"s": "{'a': 1, 'b': 'O''Neil, \"Q\"'}", "m": "MAP {'k': 1.5}", "l": "['x', NULL]"}
    listed = ", ".join(f"{value} AS {name}" for name, value in values.items())
    connection.execute(f"CREATE TABLE input AS SELECT {listed}")
    (row,) = csv.DictReader(_written(connection, tmp_path, "CSV").splitlines())
    assert {name: json.loads(value) for name, value in row.items()} == {
        "s": {"a": 1, "b": 'O\'Neil, "Q"'}, "m": {"k": 1.5}, "l": ["x", None]
    }  # fmt: skip


def test_an_empty_text_and_a_missing_value_share_a_partition(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute(
        "CREATE TABLE input AS SELECT * FROM (VALUES ('', 1), (NULL, 2), ('a', 3)) t(k, v)"
    )
    output = Output(str(tmp_path), "t", partition_columns=("k",))
    (written,) = write(Frame.of(connection, "input"), [output])
    assert sorted(written.files) == [
        "k=__HIVE_DEFAULT_PARTITION__/t_part00000.csv",
        "k=a/t_part00000.csv",
    ]
    missing = tmp_path / "k=__HIVE_DEFAULT_PARTITION__" / "t_part00000.csv"
    assert missing.read_text() == "v\n1\n2\n"


VALUES = {
    "tiny": "1::TINYINT", "huge": "2::HUGEINT", "above": "3::UBIGINT", "words": "'é𝄞'",
    "exact": "1.5::DECIMAL(38,18)", "yes": "true", "day": "DATE '1969-12-31'",
    "items": "[1, NULL]", "moment": "TIMESTAMP '1969-12-31 23:59:59.5'", "real": "1.5::FLOAT",
    "parts": "{'a': 1, 'b': 'x'}", "clock": "TIME '01:02:03'", "named": "MAP {'k': 1}",
    "zoned": "TIMESTAMPTZ '2020-01-01 00:00:00+01'",
}  # fmt: skip


@pytest.mark.parametrize("format_", ["AVRO", "ORC", "PARQUET"])
def test_every_type_comes_back(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str
) -> None:
    # polars, which reads Avro here, knows no maps.
    values = {k: v for k, v in VALUES.items() if (format_, k) != ("AVRO", "named")}
    listed = ", ".join(f"{value} AS {name}" for name, value in values.items())
    nothing = ", ".join("NULL" for _ in values)
    connection.execute(f"CREATE VIEW input AS SELECT {listed} UNION ALL SELECT {nothing}")
    (written,) = write(Frame.of(connection, "input"), [Output(str(tmp_path), "t", format_)])
    data = (tmp_path / written.files[0]).read_bytes()
    first, second = rows_of(format_, None, data)
    assert written.rows == 2
    shown = {name: str(value) for name, value in first.items()}
    assert shown["words"] == "é𝄞"
    assert (shown["tiny"], shown["huge"], shown["above"]) == ("1", "2", "3")
    assert (shown["yes"], shown["day"], shown["items"]) == ("True", "1969-12-31", "[1, None]")
    assert (shown["parts"], shown["real"], shown["clock"]) == (
        "{'a': 1, 'b': 'x'}", "1.5", "01:02:03"
    )  # fmt: skip
    assert shown["moment"].startswith("1969-12-31 23:59:59.5")
    assert shown["zoned"].startswith("2019-12-31 23:00:00")
    assert shown["exact"].startswith("1.5")
    assert shown.get("named", "[('k', 1)]") == "[('k', 1)]"
    assert set(map(str, second.values())) <= {"None", "{'a': None, 'b': None}"}


@pytest.mark.parametrize(
    ("format_", "select", "named"),
    [
        ("AVRO", 'SELECT 1 AS "two words"', "Illegal character in: two words"),
        ("AVRO", "SELECT MAP {1: 2} AS m", r"column m of type map<int32"),
        ("ORC", "SELECT [1::UBIGINT] AS a", "in ORC: Unknown or unsupported Arrow type: uint64"),
    ],
)
def test_what_a_format_cannot_hold_is_named(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str, select: str, named: str
) -> None:
    connection.execute(f"CREATE VIEW input AS {select}")
    with pytest.raises(RunFailed, match=named):
        write(Frame.of(connection, "input"), [Output(str(tmp_path), "t", format_)])


@pytest.mark.parametrize("format_", ["AVRO", "ORC"])
def test_a_value_that_cannot_be_is_the_querys_error(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str
) -> None:
    connection.execute("CREATE VIEW input AS SELECT CAST(x AS INT) AS n FROM (VALUES ('a')) t(x)")
    with pytest.raises(duckdb.Error, match="Could not convert string 'a'"):
        write(Frame.of(connection, "input"), [Output(str(tmp_path), "t", format_)])


@pytest.mark.parametrize("format_", ["AVRO", "CSV", "JSON", "ORC", "PARQUET"])
def test_no_rows_are_a_file_with_the_columns(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str
) -> None:
    connection.execute("CREATE VIEW input AS SELECT 1 AS n WHERE false")
    (written,) = write(Frame.of(connection, "input"), [Output(str(tmp_path), "t", format_)])
    assert (len(written.files), written.rows) == (1, 0)
    data = (tmp_path / written.files[0]).read_bytes()
    if format_ == "CSV":
        assert data == b"n\n"
    elif format_ == "AVRO":  # polars wants a row
        assert classify(io.BytesIO(data), len(data)).schema.columns == (Column("n", "int"),)
    elif format_ == "ORC":
        assert orc.ORCFile(io.BytesIO(data)).schema.names == ["n"]
    else:
        assert rows_of(format_, None, data) == []


# --- files


def written_rows(tmp_path: Path, files: list[str]) -> list[list[int]]:
    """The numbers of each file."""
    return [pq.read_table(tmp_path / file).column("n").to_pylist() for file in files]


@pytest.mark.parametrize(("most", "expected"), [(None, 5), (999, 5), (3, 3), (1, 1)])
def test_rows_are_shared_out_in_their_order(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    most: int | None,
    expected: int,
) -> None:
    monkeypatch.setattr(output, "SPLIT", 10)
    connection.execute("CREATE VIEW input AS SELECT n FROM range(100) t(n) ORDER BY -n")
    made = Output(str(tmp_path), "t", "PARQUET", most=most)
    (written,) = write(Frame.of(connection, "input"), [made], input_bytes=41)
    assert written.files == [f"t_part{i:05d}.parquet" for i in range(expected)]
    assert written.rows == 100
    found = written_rows(tmp_path, written.files)
    assert [n for numbers in found for n in numbers] == list(range(99, -1, -1))
    assert max(map(len, found)) - min(map(len, found)) <= expected


@pytest.mark.parametrize(("rows", "files"), [(0, 1), (2, 2)])
def test_no_file_is_without_rows_but_a_lone_one(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    files: int,
) -> None:
    monkeypatch.setattr(output, "SPLIT", 1)
    connection.execute(f"CREATE VIEW input AS SELECT n FROM range({rows}) t(n)")
    made = Output(str(tmp_path), "t", "PARQUET")
    (written,) = write(Frame.of(connection, "input"), [made], input_bytes=50)
    assert len(written.files) == files


def test_partitions_of_names_that_the_table_needs_itself(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute(
        """CREATE VIEW input AS SELECT n, 9 AS "row", 7 AS "First Row", n % 3 AS "a b", CASE
        WHEN n % 2 = 0 THEN 'x/y=' END AS rowid FROM range(60) t(n) ORDER BY -n"""
    )
    made = Output(str(tmp_path), "t", "PARQUET", partition_columns=("A B", "rowid"))
    (written,) = write(Frame.of(connection, "input"), [made])
    places = [f"a b={i}/rowid={v}" for i in range(3) for v in ("x%2Fy%3D", NULL_FOLDER)]
    assert sorted(written.files) == sorted(f"{place}/t_part00000.parquet" for place in places)
    assert written.rows == 60
    for file in written.files:
        table = pq.ParquetFile(tmp_path / file).read()
        assert table.column_names == ["n", "row", "First Row"]
        numbers = table.column("n").to_pylist()
        assert len(numbers) == 10
        assert numbers == sorted(numbers, reverse=True)
        assert len({(n % 3, n % 2) for n in numbers}) == 1


def test_many_partitions_do_not_read_all_rows_each(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute("CREATE VIEW input AS SELECT n, n % 300 AS k FROM range(300000) t(n)")
    made = Output(str(tmp_path), "t", "CSV", partition_columns=("k",))
    (written,) = write(Frame.of(connection, "input"), [made])
    assert (len(written.files), written.rows) == (300, 300000)


def test_a_delimiter(lake: Lake) -> None:
    options = {"FormatOptions": {"Csv": {"Delimiter": "|"}}, "Overwrite": True}
    lake.run(job_of(lake, Outputs=[{"Location": {"Bucket": lake.name, "Key": "out"}, **options}]))
    assert lake.read(f"out/{lake.name}_part00000.csv") == b"n|word\n1| A \n|B\n3|NA\n"


def test_no_column_is_left_beside_the_partitions(lake: Lake) -> None:
    given = {"Location": {"Bucket": lake.name}, "PartitionColumns": ["n", "word"]}
    run = lake.run(job_of(lake, Outputs=[given]))
    assert run["State"] == "FAILED"
    assert "Cannot use all columns for partition columns" in run["ErrorMessage"]


# --- tables


def make_table(lake: Lake, columns: dict[str, str], serde: str = TABLE, **table: Any) -> None:
    glue = lake.server.client("glue")
    glue.create_database(DatabaseInput={"Name": lake.name})
    storage = {
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
        "Location": f"s3://{lake.name}/table/",
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {"field.delim": ";"}},
    }
    glue.create_table(
        DatabaseName=lake.name,
        TableInput={"Name": "t", "StorageDescriptor": storage, **table},
    )


def test_a_table_is_written_with_its_columns(lake: Lake) -> None:
    make_table(lake, {"word": "string", "N": "bigint"})
    given = [{"DatabaseName": lake.name, "TableName": "t", "Overwrite": True}]
    run = lake.run(job_of(lake, DataCatalogOutputs=given))
    assert run["State"] == "SUCCEEDED", run.get("ErrorMessage")
    assert (run["DataCatalogOutputs"], "Outputs" in run) == (given, False)
    assert lake.databrew.describe_job(Name=lake.name)["DataCatalogOutputs"] == given
    key = f"table/{lake.name}_part00000.parquet"
    assert lake.keys("table/") == [key]
    table = pq.read_table(io.BytesIO(lake.read(key)))
    assert table.schema == pa.schema({"word": pa.string(), "N": pa.int64()})
    assert table.to_pydict() == {"word": [" A ", "B", "NA"], "N": [1, None, 3]}


def test_a_tables_files_elsewhere_beside_another_output(lake: Lake) -> None:
    make_table(lake, {"n": "int", "word": "string"}, "org.apache.hadoop.hive.serde2.OpenCSVSerde")
    elsewhere = {"Location": {"Bucket": lake.name, "Key": "elsewhere"}}
    run = lake.run(
        job_of(
            lake,
            Outputs=[{"Location": {"Bucket": lake.name, "Key": "out"}, "Format": "JSON"}],
            DataCatalogOutputs=[
                {"DatabaseName": lake.name, "TableName": "t", "S3Options": elsewhere}
            ],
        )
    )
    assert run["State"] == "SUCCEEDED", run.get("ErrorMessage")
    assert len(lake.keys("out/")) == 1
    (key,) = lake.keys("elsewhere/")
    folder, file = key.removeprefix("elsewhere/").split("/")
    assert file == f"{folder}_part00000.csv"
    assert lake.read(key) == b"1; A \n;B\n3;NA\n"  # the table's header is no line of its files


def test_columns_that_are_not_the_tables(lake: Lake) -> None:
    make_table(lake, {"n": "int", "other": "string"})
    run = lake.run(job_of(lake, DataCatalogOutputs=[{"DatabaseName": lake.name, "TableName": "t"}]))
    assert run["State"] == "FAILED"
    assert "The columns [n, word] are not those of the table: [n, other]" in run["ErrorMessage"]
    assert lake.keys("table/") == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"PartitionKeys": [{"Name": "day", "Type": "date"}]}, "with partition keys, t,"),
        ({"serde": "org.apache.hadoop.hive.serde2.avro.AvroSerDe"}, "AvroSerDe, which is not"),
        ({"columns": {"n": "decimal(10,2)"}}, r"column n of type decimal\(10,2\)"),
    ],
)
def test_a_table_that_cannot_be_written(lake: Lake, options: dict[str, Any], named: str) -> None:
    make_table(lake, **{"columns": {"n": "int"}, **options})
    with pytest.raises(ClientError, match=named):
        job_of(lake, DataCatalogOutputs=[{"DatabaseName": lake.name, "TableName": "t"}])


# --- encryption


def test_objects_are_under_the_jobs_key(lake: Lake) -> None:
    kms = lake.server.client("kms")
    key = kms.create_key()["KeyMetadata"]
    job = job_of(
        lake,
        Outputs=[{"Location": {"Bucket": lake.name, "Key": "out"}, "Overwrite": True}],
        EncryptionMode="SSE-KMS",
        EncryptionKeyArn=key["Arn"],
    )
    assert lake.run(job)["State"] == "SUCCEEDED"
    (name,) = lake.keys("out/")
    head = lake.s3.head_object(Bucket=lake.name, Key=name)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])
    kms.disable_key(KeyId=key["KeyId"])
    failed = lake.run(job)
    assert failed["State"] == "FAILED"
    assert failed["ErrorMessage"] == f"KMS.DisabledException: {key['Arn']} is disabled."


def test_a_profiles_report_is_under_s3s_own_key(lake: Lake) -> None:
    assert lake.run(lake.profile_job(EncryptionMode="SSE-KMS"))["State"] == "SUCCEEDED"
    (name,) = lake.keys("profiles/")
    assert lake.s3.head_object(Bucket=lake.name, Key=name)["ServerSideEncryption"] == "aws:kms"


def test_s3s_keys_are_what_an_object_is_under_anyhow(lake: Lake) -> None:
    assert lake.run(lake.profile_job(EncryptionMode="SSE-S3"))["State"] == "SUCCEEDED"
    (name,) = lake.keys("profiles/")
    assert lake.s3.head_object(Bucket=lake.name, Key=name)["ServerSideEncryption"] == "AES256"


def test_a_key_that_would_protect_nothing(lake: Lake) -> None:
    with pytest.raises(ClientError, match="needs the EncryptionMode SSE-KMS"):
        lake.profile_job(
            EncryptionMode="SSE-S3",
            EncryptionKeyArn="arn:aws:kms:us-east-1:123456789012:key/1",
        )


# --- readers of the lake


def test_a_crawler_and_athena_read_every_format(lake: Lake) -> None:
    pairs = [("PARQUET", "SNAPPY"), ("ORC", "SNAPPY"), ("AVRO", "SNAPPY"), ("JSON", "SNAPPY"),
             ("CSV", "BZIP2"), ("CSV", "LZ4")]  # fmt: skip
    outputs = [
        {"Location": {"Bucket": lake.name, "Key": f"{format_}_{codec}"}, "Format": format_,
         "CompressionFormat": codec, "Overwrite": True}
        for format_, codec in pairs
    ]  # fmt: skip
    assert lake.run(job_of(lake, Outputs=outputs))["State"] == "SUCCEEDED"
    glue = lake.server.client("glue")
    glue.create_database(DatabaseInput={"Name": lake.name})
    targets = [{"Path": f"s3://{lake.name}/{format_}_{codec}/"} for format_, codec in pairs]
    glue.create_crawler(
        Name=lake.name, Role=ROLE, DatabaseName=lake.name, Targets={"S3Targets": targets}
    )
    glue.start_crawler(Name=lake.name)
    deadline = time.monotonic() + 60
    while glue.get_crawler(Name=lake.name)["Crawler"]["State"] != "READY":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    tables = glue.get_tables(DatabaseName=lake.name)["TableList"]
    assert {t["Name"]: t["Parameters"]["classification"] for t in tables} == {
        f"{format_}_{codec}".lower(): format_.lower() for format_, codec in pairs
    }
    for format_, codec in pairs:
        query = f'SELECT n, word FROM "{lake.name}"."{format_}_{codec}" ORDER BY word'
        assert queried(lake, query) == [["1", " A "], [None, "B"], ["3", "NA"]], format_


def queried(lake: Lake, query: str) -> list[list[str | None]]:
    athena = lake.server.client("athena")
    place = {"OutputLocation": f"s3://{lake.name}/answers/"}
    execution = athena.start_query_execution(QueryString=query, ResultConfiguration=place)
    found = execution["QueryExecutionId"]
    deadline = time.monotonic() + 60
    while True:
        status = athena.get_query_execution(QueryExecutionId=found)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=found)["ResultSet"]["Rows"][1:]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def test_a_bucket_of_another_account(lake: Lake) -> None:
    place = {"Bucket": lake.name, "BucketOwner": "999999999999"}
    with pytest.raises(ClientError, match="BucketOwner 999999999999"):
        job_of(lake, Outputs=[{"Location": place}])
    with pytest.raises(ClientError, match="BucketOwner 999999999999"):
        lake.databrew.create_profile_job(
            Name=lake.name, DatasetName=lake.name, RoleArn=ROLE, OutputLocation=place
        )

"""Files as Athena's SerDes read them, through boto3."""

import bz2
import gzip
import io
import json
import struct
import zlib
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc

from tests.local_aws.services.athena.lakes import Lake, Rows

DELIMITED = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
OPENCSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
HIVE_JSON = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"
REGEX = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES"
GROK = "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES"


@pytest.fixture(scope="module")
def lake(server: Any) -> Lake:
    return Lake.empty(server)


def read(lake: Lake, columns: str, clauses: str, body: bytes, key: str = "a.txt") -> Rows:
    name = lake.table(columns, clauses, {key: body})
    return lake.rows(f"SELECT * FROM {name}")


def failure(lake: Lake, columns: str, clauses: str, body: bytes, key: str = "a.txt") -> str:
    return lake.reason(f"SELECT * FROM {lake.table(columns, clauses, {key: body})}")


# --- lines and compressions


def hadoop(codec: str, *pieces: bytes) -> bytes:
    """Hadoop's framing of one block of several pieces."""
    whole = b"".join(pieces)
    packed = [bytes(pa.compress(p, codec=codec, asbytes=True)) for p in pieces]
    return struct.pack(">I", len(whole)) + b"".join(struct.pack(">I", len(p)) + p for p in packed)


def zstd(body: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(body)
    return bytes(sink.getvalue().to_pybytes())


BODY = b"1,a\n2,b\n" * 500
PACKED = {
    "a.csv": BODY,
    "a.gz": gzip.compress(BODY[:8]) + gzip.compress(BODY[8:]),
    "a.bz2": bz2.compress(BODY),
    "a.zst": zstd(BODY),
    "a.deflate": zlib.compress(BODY),
    "a.snappy": hadoop("snappy", BODY[:100], BODY[100:]),
    "a.lz4": hadoop("lz4_raw", BODY[:100], BODY[100:]),
}


@pytest.mark.parametrize("key", PACKED)
def test_a_files_ending_says_how_it_is_packed(lake: Lake, key: str) -> None:
    name = lake.table("a int, b string", DELIMITED, {key: PACKED[key]})
    assert lake.rows(f"SELECT count(*), sum(a), max(b) FROM {name}") == [["1000", "1500", "b"]]


@pytest.mark.parametrize("key", ["a.gz", "a.bz2", "a.zst", "a.deflate", "a.snappy", "a.lz4"])
def test_a_file_that_was_cut_off_is_no_shorter_file(lake: Lake, key: str) -> None:
    body = PACKED[key][: -len(PACKED[key]) // 3]
    found = failure(lake, "a int, b string", DELIMITED, body, key)
    assert found.startswith("HIVE_CURSOR_ERROR: Failed to read file at s3://")
    assert found.count(f"/{key}") == 1


def test_lzo_is_refused_by_name(lake: Lake) -> None:
    assert "LZO" in failure(lake, "a int", DELIMITED, b"x", "a.lzo")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"a\nb", ["a", "b"]),
        (b"a\n\nb\n\n", ["a", "", "b", ""]),
        (b"\na\n", ["", "a"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        (b"a\r\r\nb\n", ["a", "", "b"]),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
        (b"caf\xe9\nb\n", ["caf�", "b"]),
        (b"caf\xc3\xa9\n", ["café"]),
        (b'"a\nb"\n', ['"a', 'b"']),
    ],
)
def test_lines(lake: Lake, body: bytes, expected: list[str]) -> None:
    assert [row[0] for row in read(lake, "a string", DELIMITED, body)] == expected


def test_header_and_footer_lines_are_each_files(lake: Lake) -> None:
    properties = "TBLPROPERTIES ('skip.header.line.count'='2', 'skip.footer.line.count'='1')"
    files = {"a": b"h\nh\n1\n2\nend\n", "b": b"h\r\nh\r\n3\r\nend", "c": b"h\n"}
    name = lake.table("a string", f"{DELIMITED} {properties}", files)
    assert lake.rows(f"SELECT a FROM {name} ORDER BY 1") == [["1"], ["2"], ["3"]]


def test_hidden_and_empty_files_are_no_data_and_folders_are(lake: Lake) -> None:
    files = {
        "a.csv": b"1\n", "sub/deep/b.csv": b"2\n", "_SUCCESS": b"3\n", ".x.csv": b"4\n",
        "_tmp/c.csv": b"5\n", "sub/.d.csv": b"6\n", "empty.csv": b"", "folder/": b"",
    }  # fmt: skip
    name = lake.table("a int", DELIMITED, files)
    assert lake.rows(f"SELECT a FROM {name} ORDER BY 1") == [["1"], ["2"]]


@pytest.mark.parametrize("key", ["it's.csv", "50%.csv", "a*[b]?.csv", "é ü.csv", "x=1&y.csv"])
def test_hostile_keys(lake: Lake, key: str) -> None:
    name = lake.table("a int", DELIMITED, {key: b"1\n", f"{key}.gz": gzip.compress(b"2\n")})
    rows = lake.rows(f"""SELECT a, "$path", "$file_size" FROM {name} ORDER BY a""")
    root = f"s3://{lake.bucket}/{name}/{key}"
    assert [(r[0], r[1]) for r in rows] == [("1", root), ("2", f"{root}.gz")]
    assert rows[0][2] == "2"


# --- LazySimpleSerDe


def test_values_that_cannot_be_read_are_null(lake: Lake) -> None:
    columns = (
        "a tinyint, b int, c bigint, d double, e decimal(5,2), f boolean, g date, h timestamp,"
        " i varchar(3), j char(3)"
    )
    body = (
        b"1,2,3,4.5,6.785,true,2024-02-29,2024-01-02 03:04:05.6789,abcdef,ab\n"
        b"300,1.9,+7,NaN,1234.5,TRUE,2024-02-30,2024-01-02T03:04,ab,abcdef\n"
        b"x,-.5,9223372036854775808,1e3,1e2,t,2024-1-5 10:00,2024-1-2,"
        b"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9,\n"
        b",, 1,1f, 1,1,24-01-01x,2024-01-02 25:61:61,\\N,\\N\n"
    )
    expected = [
        ["1", "2", "3", "4.5", "6.79", "true", "2024-02-29", "2024-01-02 03:04:05.679", "abc",
         "ab "],
        [None, "1", "7", "NaN", None, "true", "2024-03-01", "2024-01-02 03:04:00.000", "ab",
         "abc"],
        [None, "0", None, "1000.0", "100.00", None, "2024-01-05", "2024-01-02 00:00:00.000",
         "ééé", "   "],
        [None, None, None, "1.0", None, None, None, "2024-01-03 02:02:01.000", None, None],
    ]  # fmt: skip
    # The engine reads the first by itself; the empty line makes the second a decoded one.
    assert read(lake, columns, DELIMITED, body) == expected
    assert read(lake, columns, DELIMITED, body + b"\n")[:4] == expected


def test_too_few_and_too_many_fields(lake: Lake) -> None:
    for body in (b"1\n1,2,3\n", b"1\n1,2,3\n\n"):
        assert read(lake, "a int, b int", DELIMITED, body)[:2] == [["1", None], ["1", "2"]]


def test_delimiters_of_each_level(lake: Lake) -> None:
    clauses = (
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' COLLECTION ITEMS TERMINATED BY '|'"
        " MAP KEYS TERMINATED BY ':' NULL DEFINED AS 'NA'"
    )
    columns = (
        "a array<int>, m map<string,int>, s struct<x:int,y:string>, n array<array<string>>,"
        " o map<string,array<int>>"
    )
    body = b"1|NA|x\tk:1|l|k:9\t5\tp:q|r\tk:1\x042|l:NA\nNA\t\t7|NA|z\t\t\n"
    assert read(lake, columns, clauses, body) == [
        [
            "[1, null, null]",
            "{k=1, l=null}",
            "{x=5, y=null}",
            "[[p, q], [r]]",
            "{k=[1, 2], l=null}",
        ],
        [None, "{}", "{x=7, y=null}", "[]", "{}"],
    ]


def test_escapes_null_and_numbers_as_delimiters(lake: Lake) -> None:
    clauses = (
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\054' ESCAPED BY '\\\\'"
        " COLLECTION ITEMS TERMINATED BY ';'"
    )
    rows = read(lake, "a string, b array<string>", clauses, b"x\\,y\\\\,1\\;2;3\n")
    assert rows == [["x,y\\", "[1;2, 3]"]]
    serde = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH"
        " SERDEPROPERTIES ('field.delim'='9', 'serialization.null.format'='')"
    )
    assert read(lake, "a string, b string", serde, b"x\t\n") == [["x", None]]


def test_timestamp_formats(lake: Lake) -> None:
    clauses = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH"
        " SERDEPROPERTIES ('timestamp.formats'='millis,dd/MM/yyyy HH:mm')"
    )
    body = b"1700000000000\n31/12/2023 10:20\n2024-01-02 03:04:05\nx\n"
    assert [r[0] for r in read(lake, "a timestamp", clauses, body)] == [
        "2023-11-14 22:13:20.000",
        "2023-12-31 10:20:00.000",
        "2024-01-02 03:04:05.000",
        None,
    ]


# --- OpenCSVSerDe


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('1,"x, y"', ["1", "x, y"]),
        ('2,"say ""hi"""', ["2", 'say "hi"']),
        ('3,""', ["3", ""]),
        ("4,", ["4", ""]),
        ("5", ["5", None]),
        ("", [None, None]),
        (r'6,"a\"b"', ["6", 'a"b']),
        ('7, "q"', ["7", "q"]),
        ('8,ab"c"d', ["8", 'ab"c"d']),
        ('9,"open', ["9", None]),
        ("10,a,b", ["10", "a"]),
        (r"11,a\b", ["11", "ab"]),
    ],
)
def test_open_csv(lake: Lake, line: str, expected: list[str | None]) -> None:
    assert read(lake, "a string, b string", OPENCSV, f"{line}\n".encode()) == [expected]


def test_open_csv_takes_other_characters(lake: Lake) -> None:
    clauses = (
        f"{OPENCSV} WITH SERDEPROPERTIES ('separatorChar'='\\t', 'quoteChar'='`', 'escapeChar'='!')"
    )
    assert read(lake, "a string, b string", clauses, b"`x\ty`\t`a!`b`\n") == [["x\ty", "a`b"]]


def test_open_csv_counts_dates_in_days_and_fails_on_what_is_none(lake: Lake) -> None:
    columns = "a int, b double, c boolean, d date, e timestamp"
    body = b'"1","2.5","true","18276","1579059880000"\n'
    expected = ["1", "2.5", "true", "2020-01-15", "2020-01-15 03:44:40.000"]
    assert read(lake, columns, OPENCSV, body) == [expected]
    for bad in (b"\n1,2.5,true,2020-01-15,0\n", b",2,true,1,1\n", b"1,x,true,1,1\n"):
        found = failure(lake, columns, OPENCSV, bad)
        assert found.startswith("HIVE_BAD_DATA: Error parsing field value '")
        assert "For input string" in found
    lenient = f"{OPENCSV} TBLPROPERTIES ('use.null.for.invalid.data'='TRUE')"
    assert read(lake, columns, lenient, b",2,true,x,1\n")[0][:4] == [None, "2.0", "true", None]


# --- JSON


def test_openx_json(lake: Lake) -> None:
    columns = "id bigint, name string, tags array<string>, attrs map<string,int>, s struct<a:int>"
    body = b"""{"id": 1, "name": "x", "tags": ["a", null], "attrs": {"k": 1}, "s": {"a": 7}}
{"ID": 2.9, "Name": {"z": [1, 2.50, "q"]}, "tags": "one", "attrs": null, "s": {"A": "8", "b": 1}}
[3, true, [], {}, [9]]
{"id": 0x10, 'name': 1.50, tags: [1;2], "s": null} trailing
{}
7
"""
    assert read(lake, columns, OPENX, body) == [
        ["1", "x", "[a, null]", "{k=1}", "{a=7}"],
        ["2", '{"z":[1,2.50,"q"]}', "[one]", None, "{a=8}"],
        ["3", "true", "[]", "{}", "{a=9}"],
        ["16", "1.50", "[1, 2]", None, None],
        [None, None, None, None, None],
        [None, None, None, None, None],
    ]


def test_openx_json_properties(lake: Lake) -> None:
    clauses = (
        f"{OPENX} WITH SERDEPROPERTIES ('ignore.malformed.json'='true', 'dots.in.keys'='true',"
        " 'mapping.ts'='Time Stamp', 'case.insensitive'='true')"
    )
    body = b'{"a.b": 1, "TIME stamp": "t"}\n{"a_b": 2, "ts": "not this"}\n{"a_b": 3\n'
    assert read(lake, "a_b int, ts string", clauses, body) == [
        ["1", "t"],
        ["2", None],
        [None, None],
    ]
    exact = f"{OPENX} WITH SERDEPROPERTIES ('case.insensitive'='false', 'mapping.big'='Big')"
    body = b'{"Big": 1, "big": 2, "small": 3, "Small": 4}\n'
    assert read(lake, "big int, small int", exact, body) == [["1", "3"]]


def test_json_that_is_none_fails(lake: Lake) -> None:
    for serde in (OPENX, HIVE_JSON):
        found = failure(lake, "a int", serde, b'{"a": 1}\n{"a": 2\n')
        assert found.startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object")
    assert failure(lake, "a int", OPENX, b'{"a": "x"}\n').startswith("HIVE_BAD_DATA")
    assert failure(lake, "a int", OPENX, b'{"a": {"b": 1}}\n').startswith("HIVE_BAD_DATA")
    assert failure(lake, "a string", HIVE_JSON, b'{"a": {"b": 1}}\n').startswith("HIVE_BAD_DATA")


def test_openx_timestamps(lake: Lake) -> None:
    texts = ["2024-01-02 03:04:05.678", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05+01:00"]
    lines = [*map(json.dumps, texts), "1700000000", "1700000000123", "1700000000.5"]
    body = "".join(f'{{"a": {line}}}\n' for line in lines).encode()
    assert [row[0] for row in read(lake, "a timestamp", OPENX, body)] == [
        "2024-01-02 03:04:05.678",
        "2024-01-02 03:04:05.000",
        "2024-01-02 02:04:05.000",
        "2023-11-14 22:13:20.000",
        "2023-11-14 22:13:20.123",
        "2023-11-14 22:13:20.500",
    ]


def test_hive_json(lake: Lake) -> None:
    columns = "a int, b string, c array<double>, d map<int,string>, e struct<x:date>, f boolean"
    body = (
        b'{"A": 1, "b": 1.50, "c": [1, 2.5], "d": {"1": "x"},'
        b' "e": {"X": "2024-1-2"}, "f": "TRUE"}\n'
        b'{"b": "\\ud83d\\ude00 \\ud800", "z": {"a": [1]}}\n'
    )
    assert read(lake, columns, HIVE_JSON, body) == [
        ["1", "1.50", "[1.0, 2.5]", "{1=x}", "{x=2024-01-02}", "true"],
        [None, "😀 �", None, None, None, None],
    ]


# --- regular expressions


def test_regex(lake: Lake) -> None:
    properties = "('input.regex'='^(\\\\S+) - \\\\[([^\\\\]]*)\\\\] (?:x)?(\\\\d+)$')"
    body = b"10.0.0.1 - [a b] 200\nno match\n10.0.0.2 - [] x404\n\n"
    rows = read(lake, "ip string, tag string, code int, more string", f"{REGEX} {properties}", body)
    assert rows == [
        ["10.0.0.1", "a b", "200", None],
        [None, None, None, None],
        ["10.0.0.2", "", "404", None],
        [None, None, None, None],
    ]


def test_grok_of_the_documentation(lake: Lake) -> None:
    properties = (
        "('input.grokCustomPatterns' = 'POSTFIX_QUEUEID [0-9A-F]{7,12}', 'input.format' ="
        " '%{SYSLOGBASE} %{POSTFIX_QUEUEID:queue_id}: %{GREEDYDATA:syslog_message}')"
    )
    body = (
        b"Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]: B88C4120838: connect from unknown\n"
        b"something else\n"
    )
    columns = "syslogbase string, queue_id string, syslog_message string"
    assert read(lake, columns, f"{GROK} {properties}", body) == [
        ["Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]:", "B88C4120838", "connect from unknown"],
        [None, None, None],
    ]


def test_grok_types_and_access_logs(lake: Lake) -> None:
    columns = (
        "clientip string, ident string, auth string, `timestamp` string, verb string,"
        " request string, httpversion string, rawrequest string, response int, bytes bigint"
    )
    line = b'1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 2326\n'
    form = "%{COMMONAPACHELOG}"
    found = failure(lake, "a string", f"{GROK} ('input.format'='%{{NOPE:a}}')", line)
    assert "Pattern NOPE is not defined" in found
    name = lake.table(columns, f"{GROK} ('input.format'='{form}')", {"a.log": line})
    assert lake.rows(
        f"SELECT clientip, auth, request, response, bytes, rawrequest FROM {name}"
    ) == [["1.2.3.4", "bob", "/a?b=c", "200", "2326", None]]


# --- ORC


def orc_file(**columns: Any) -> bytes:
    sink = io.BytesIO()
    orc.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_orc_columns_are_found_by_place_or_by_name(lake: Lake) -> None:
    body = orc_file(x=pa.array([1, None], pa.int32()), y=["a", "b"])
    assert read(lake, "a bigint, b string, c date", "STORED AS ORC", body) == [
        ["1", "a", None],
        [None, "b", None],
    ]
    named = "STORED AS ORC TBLPROPERTIES ('orc.column.index.access'='false')"
    assert read(lake, "y string, a int", named, body) == [["a", None], ["b", None]]
    assert read(lake, "y string, a int, x int", named, body)[0] == ["a", None, "1"]
    name = lake.table("a int", "STORED AS ORC", {"a": body, "b": body})
    assert lake.rows(f"SELECT count(*) FROM {name}") == [["4"]]


def test_orc_of_another_schema_or_cut_off(lake: Lake) -> None:
    body = orc_file(x=["text"])
    assert "Cannot read SQL type 'integer' from ORC stream '.x' of type STRING" in failure(
        lake, "a int", "STORED AS ORC", body
    )
    cut = failure(lake, "a string", "STORED AS ORC", body[:-9])
    assert cut.startswith("HIVE_BAD_DATA: Malformed ORC file.")


# --- Avro


def zigzag(value: int) -> bytes:
    value, out = (value << 1) ^ (value >> 63), bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def avro_text(text: bytes) -> bytes:
    return zigzag(len(text)) + text


def avro_file(schema: Any, rows: bytes, count: int, codec: str = "null") -> bytes:
    pack = {
        "null": lambda b: b,
        "deflate": lambda b: zlib.compress(b)[2:-4],
        "snappy": lambda b: (
            bytes(pa.compress(b, codec="snappy", asbytes=True)) + struct.pack(">I", zlib.crc32(b))
        ),
        "zstandard": zstd,
        "bzip2": bz2.compress,
    }[codec]
    meta = {b"avro.schema": json.dumps(schema).encode(), b"avro.codec": codec.encode()}
    head = b"Obj\x01" + zigzag(len(meta))
    head += b"".join(avro_text(k) + avro_text(v) for k, v in meta.items()) + zigzag(0)
    body = pack(rows)
    return head + b"S" * 16 + zigzag(count) + zigzag(len(body)) + body + b"S" * 16


SCHEMA = {
    "type": "record", "name": "r", "namespace": "n", "fields": [
        {"name": "A", "type": "int"},
        {"name": "b", "type": ["null", "string"]},
        {"name": "c", "type": {"type": "array", "items": "long"}},
        {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "scale": 2}},
        {"name": "e", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "f", "type": {"type": "map", "values": "boolean"}},
        {"name": "g", "type": {"type": "record", "name": "s", "fields": [
            {"name": "x", "type": "double"}]}},
        {"name": "h", "type": {"type": "enum", "name": "k", "symbols": ["P", "Q"]}},
        {"name": "i", "type": {"type": "int", "logicalType": "date"}},
    ],
}  # fmt: skip
ROW = (
    zigzag(7) + zigzag(1) + avro_text("é".encode()) + zigzag(-2) + zigzag(9) + zigzag(1) + zigzag(2)
    + zigzag(0) + avro_text((-12345).to_bytes(3, "big", signed=True)) + zigzag(1_700_000_000_123)
    + zigzag(1) + avro_text(b"k") + b"\x01" + zigzag(0) + struct.pack("<d", 2.5) + zigzag(1)
    + zigzag(18276)
)  # fmt: skip
COLUMNS = (
    "a bigint, b string, c array<bigint>, d decimal(5,2), e timestamp, f map<string,boolean>,"
    " g struct<x:double>, h string, i date, z int"
)


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "bzip2"])
def test_avro(lake: Lake, codec: str) -> None:
    body = avro_file(SCHEMA, ROW * 2, 2, codec)
    rows = read(lake, COLUMNS, "STORED AS AVRO", body)
    assert rows == [
        ["7", "é", "[1, 2]", "-123.45", "2023-11-14 22:13:20.123", "{k=true}", "{x=2.5}", "Q",
         "2020-01-15", None]
    ] * 2  # fmt: skip


def test_avro_by_the_tables_schema(lake: Lake) -> None:
    literal = json.dumps({
        "type": "record", "name": "r", "fields": [
            {"name": "renamed", "type": "int", "aliases": ["A"]},
            {"name": "added", "type": "string", "default": "none"},
        ],
    })  # fmt: skip
    clauses = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe' WITH SERDEPROPERTIES"
        f" ('avro.schema.literal'='{literal}') STORED AS AVRO"
    )
    body = avro_file(SCHEMA, ROW, 1)
    assert read(lake, "renamed int, added string", clauses, body) == [["7", "none"]]


def test_avro_of_another_schema_or_cut_off(lake: Lake) -> None:
    body = avro_file(SCHEMA, ROW, 1)
    assert failure(lake, "b int", "STORED AS AVRO", body).startswith("HIVE_BAD_DATA: Column b")
    for bad in (body[:-20], body[:40], b"text\n", body[:-1] + b"x"):
        assert failure(lake, "a int", "STORED AS AVRO", bad).startswith("HIVE_CURSOR_ERROR")


# --- what is refused


@pytest.mark.parametrize(
    ("clauses", "named"),
    [
        ("ROW FORMAT SERDE 'com.amazon.ionhiveserde.IonHiveSerDe'", "IonHiveSerDe"),
        ("ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'", "CloudTrailSerde"),
        ("ROW FORMAT SERDE 'org.apache.hadoop.hive.contrib.serde2.MultiDelimitSerDe'", "Multi"),
        (
            f"{DELIMITED} STORED AS INPUTFORMAT"
            " 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' OUTPUTFORMAT"
            " 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
            "SymlinkTextInputFormat",
        ),
        (f"{OPENX} WITH SERDEPROPERTIES ('timestamp.formats'='yyyy')", "timestamp.formats"),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH"
            " SERDEPROPERTIES ('serialization.encoding'='SJIS')",
            "SJIS",
        ),
    ],
)
def test_what_is_not_read_is_refused_by_name(lake: Lake, clauses: str, named: str) -> None:
    found = failure(lake, "a string", clauses, b"x\n")
    assert found.startswith("NOT_SUPPORTED")
    assert named in found

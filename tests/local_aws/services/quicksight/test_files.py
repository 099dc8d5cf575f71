"""Data sets of files in S3: manifests, formats, and files that are not what they should be."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.s3.model import S3Store
from tests.local_aws.services.quicksight.data_sets.support import rows
from tests.local_aws.services.quicksight.fakes import QuickSight

COLUMNS = [
    {"Name": "n", "Type": "INTEGER"},
    {"Name": "word", "Type": "STRING"},
    {"Name": "at", "Type": "DATETIME"},
]
CSV = b'n,word,at\n1,one,2024-01-02\n2,"a, b",2024-01-03 04:05:06\n,,\n'
EXPECTED = [(1, "one", dt.datetime(2024, 1, 2)),
            (2, "a, b", dt.datetime(2024, 1, 3, 4, 5, 6)),
            (None, None, None)]  # fmt: skip


class Bucket:
    """The bucket `data` behind a QuickSight with a data source of its manifest."""

    def __init__(self, quicksight: QuickSight, folder: Path) -> None:
        self.quicksight = quicksight
        quicksight.platform.s3 = self.s3 = S3Store(quicksight.platform)
        self.s3.create_bucket("data")
        self.folder = folder
        place = {"Bucket": "data", "Key": "manifest.json"}
        quicksight.create_data_source(
            DataSourceId="files", Name="Files", Type="S3",
            DataSourceParameters={"S3Parameters": {"ManifestFileLocation": place}},
        )  # fmt: skip

    def put(self, key: str, content: bytes) -> None:
        path = self.folder / "incoming"
        path.write_bytes(content)
        self.s3.take("data", key, path)

    def manifest(self, *addresses: str, prefix: str = "", **settings: str) -> None:
        places: list[dict[str, Any]] = [{"URIs": list(addresses)}]
        if prefix:
            places.append({"URIPrefixes": [prefix]})
        body = {"fileLocations": places} | ({"globalUploadSettings": settings} if settings else {})
        self.put("manifest.json", json.dumps(body).encode())

    def ingest(self, columns: Any = COLUMNS, **upload: Any) -> dict[str, Any]:
        """Make a data set of the manifest; its first ingestion."""
        table = {"DataSourceArn": self.quicksight.arn("datasource", "files"),
                 "InputColumns": columns, "UploadSettings": upload}  # fmt: skip
        self.quicksight.data_set(PhysicalTableMap={"t": {"S3Source": table}})
        (found,) = self.quicksight.list_ingestions(DataSetId="sales")["Ingestions"]
        return dict(found)

    def rows(self) -> list[Any]:
        return rows(self.quicksight)


@pytest.fixture
def bucket(quicksight: QuickSight, tmp_path: Path) -> Bucket:
    return Bucket(quicksight, tmp_path)


@pytest.mark.parametrize(
    "address",
    ["s3://data/in/a.csv", "https://s3.amazonaws.com/data/in/a.csv",
     "https://s3.us-east-1.amazonaws.com/data/in/a.csv",
     "https://data.s3.us-east-1.amazonaws.com/in/a.csv"],
)  # fmt: skip
def test_a_csv_file_by_its_address(bucket: Bucket, address: str) -> None:
    bucket.put("in/a.csv", CSV)
    bucket.manifest(address)
    assert bucket.ingest()["IngestionStatus"] == "COMPLETED"
    assert bucket.rows() == EXPECTED


def test_every_file_below_a_prefix(bucket: Bucket) -> None:
    bucket.put("in/a.csv", CSV)
    bucket.put("in/b[1]*.csv", b"n,word,at\n9,x,2024-01-01\n")
    bucket.put("in/c.csv.gz", gzip.compress(b"n,word,at\n10,y,2024-01-01\n"))
    bucket.put("out/d.csv", b"n,word,at\n11,z,2024-01-01\n")
    bucket.manifest(prefix="s3://data/in/")
    assert bucket.ingest()["RowInfo"]["RowsIngested"] == 5
    assert {row[0] for row in bucket.rows()} == {1, 2, None, 9, 10}


def test_settings_of_the_manifest_and_of_the_data_set_before_them(bucket: Bucket) -> None:
    bucket.put("a.txt", b"made by hand\n1|'a|b'|2024-01-02\n")
    bucket.manifest("s3://data/a.txt", delimiter=";", textqualifier='"', containsHeader="true")
    bucket.ingest(
        Format="CSV", Delimiter="|", TextQualifier="SINGLE_QUOTE", ContainsHeader=False,
        StartFromRow=2,
    )  # fmt: skip
    assert bucket.rows() == [(1, "a|b", dt.datetime(2024, 1, 2))]


def test_tab_separated(bucket: Bucket) -> None:
    bucket.put("a.tsv", b"word\tn\tat\textra\none\t1\t2024-01-02\tx\n")
    bucket.manifest("s3://data/a.tsv", format="TSV")
    bucket.ingest()
    assert bucket.rows() == EXPECTED[:1]


@pytest.mark.parametrize(
    "content",
    [b'[{"n": 1, "word": "one", "at": "2024-01-02"}]',
     b'{"n": 1, "word": "one", "at": "2024-01-02", "more": {"x": 1}}\n'],
)  # fmt: skip
def test_json(bucket: Bucket, content: bytes) -> None:
    bucket.put("a.json", content)
    bucket.manifest("s3://data/a.json", format="JSON")
    assert bucket.ingest()["IngestionStatus"] == "COMPLETED"
    assert bucket.rows() == EXPECTED[:1]


def test_names_in_json_are_no_paths(bucket: Bucket) -> None:
    names = ["a/b", "~", "$.x", "it's"]
    bucket.put("a.json", json.dumps({name: name for name in names} | {"a": {"b": 1}}).encode())
    bucket.manifest("s3://data/a.json", format="JSON")
    bucket.ingest([{"Name": name, "Type": "STRING"} for name in names])
    assert bucket.rows() == [tuple(names)]


def test_common_log_format(bucket: Bucket) -> None:
    bucket.put(
        "a.log",
        b"""\
10.0.0.1 - ann [10/Oct/2023:13:55:36 -0700] "GET /a,b?x='1' HTTP/1.0" 200 2326
10.0.0.2 - - [10/Oct/2023:20:55:36 +0000] "GET / HTTP/1.1" 404 - "http://a" "agent"
no line of a log
""",
    )
    bucket.manifest("s3://data/a.log", format="CLF")
    kinds = ("STRING", "STRING", "STRING", "DATETIME", "STRING", "INTEGER", "INTEGER")
    names = ("host", "ident", "user", "at", "request", "status", "bytes")
    found = bucket.ingest(
        [{"Name": n, "Type": k} for n, k in zip(names, kinds, strict=True)], Format="CLF"
    )
    assert found["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 1, "TotalRowsInDataset": 2}
    moment = dt.datetime(2023, 10, 10, 20, 55, 36)
    assert bucket.rows() == [
        ("10.0.0.1", None, "ann", moment, "GET /a,b?x='1' HTTP/1.0", 200, 2326),
        ("10.0.0.2", None, None, moment, "GET / HTTP/1.1", 404, None),
    ]


def test_redshifts_manifest(bucket: Bucket) -> None:
    bucket.put("a.csv", CSV)
    entries = [{"url": "s3://data/a.csv", "mandatory": True}]
    bucket.put("manifest.json", json.dumps({"entries": entries}).encode())
    assert bucket.ingest()["IngestionStatus"] == "COMPLETED"


def test_rows_that_cannot_be_read_are_dropped_and_counted(bucket: Bucket) -> None:
    bucket.put("a.csv", CSV + b"1,2\n1,2,3,4,5\nx,y,2024-01-01\n3,\xff\xfe,2024-01-01\n")
    bucket.manifest("s3://data/a.csv")
    found = bucket.ingest()
    assert found["RowInfo"] == {"RowsIngested": 3, "RowsDropped": 4, "TotalRowsInDataset": 3}
    assert bucket.rows() == EXPECTED


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{", b"[]", b"null", b"{}", b'{"fileLocations": 1}', b'{"fileLocations": ["a"]}',
     b'{"fileLocations": [{"URIs": 5}]}', b'{"entries": "ab"}', b"[" * 100_000,
     b'{"fileLocations": [{"URIs": ["s3://data/a.csv"]}], "globalUploadSettings": 5}',
     b'{"fileLocations": [], "globalUploadSettings": {"delimiter": "||"}}',
     b'{"fileLocations": [], "globalUploadSettings": {"textqualifier": 5}}',
     b'{"fileLocations": [{"URIs": ["ftp://a/b"]}]}', b'{"entries": [{}]}', b"\xff",
     b'{"fileLocations": [{"URIs": ["s3://data/a.csv"]}], "globalUploadSettings": {"format": "X"}}'],  # noqa: E501
)  # fmt: skip
def test_manifests_that_are_none(bucket: Bucket, manifest: bytes) -> None:
    bucket.put("a.csv", CSV)
    bucket.put("manifest.json", manifest)
    assert bucket.ingest()["ErrorInfo"]["Type"] == "S3_MANIFEST_ERROR"


def test_no_manifest(bucket: Bucket) -> None:
    found = bucket.ingest()["ErrorInfo"]
    assert found["Type"] == "S3_MANIFEST_ERROR"
    assert "s3://data/manifest.json" in found["Message"]


def test_a_header_of_other_words_gives_way_to_the_declared_names(bucket: Bucket) -> None:
    bucket.put("a.csv", b"number,text,moment\n1,one,2024-01-02\n")
    bucket.manifest("s3://data/a.csv")
    assert bucket.ingest()["IngestionStatus"] == "COMPLETED"
    assert bucket.rows() == [(1, "one", dt.datetime(2024, 1, 2))]


@pytest.mark.parametrize(
    ("addresses", "prefix"),
    [(["s3://data/nothing.csv"], ""), ([], "s3://data/nothing/"), (["s3://nothing/a.csv"], "")],
)
def test_files_that_are_not_there(bucket: Bucket, addresses: list[str], prefix: str) -> None:
    bucket.manifest(*addresses, prefix=prefix)
    assert bucket.ingest()["ErrorInfo"]["Type"] == "S3_FILE_INACCESSIBLE"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"a,b\n1,2\n", "SQL_SCHEMA_MISMATCH_ERROR"),
        (b"n,word,at,n\n1,2,3,4\n", "DUPLICATE_COLUMN_NAMES_FOUND"),
        (b"\x1f\x8b not gzip \xff\n", "SQL_SCHEMA_MISMATCH_ERROR"),
    ],
)
def test_files_that_do_not_fit(bucket: Bucket, content: bytes, error: str) -> None:
    bucket.put("a.csv", content)
    bucket.manifest("s3://data/a.csv")
    assert bucket.ingest()["ErrorInfo"]["Type"] == error


def test_a_truncated_gzip_file(bucket: Bucket) -> None:
    bucket.put("a.csv.gz", gzip.compress(CSV * 100)[:40])
    bucket.manifest("s3://data/a.csv.gz")
    assert bucket.ingest()["ErrorInfo"]["Type"] == "S3_FILE_INACCESSIBLE"


def test_json_that_is_none(bucket: Bucket) -> None:
    bucket.put("a.json", b'{"n": 1}\n{"n": ')
    bucket.manifest("s3://data/a.json", format="JSON")
    assert bucket.ingest()["ErrorInfo"]["Type"] == "FAILURE_TO_PROCESS_JSON_FILE"


def test_empty_files(bucket: Bucket) -> None:
    bucket.put("a.csv", b"")
    bucket.manifest("s3://data/a.csv")
    assert bucket.ingest()["RowInfo"]["RowsIngested"] == 0
    assert bucket.rows() == []


def test_what_is_refused_when_it_is_made(bucket: Bucket) -> None:
    source = bucket.quicksight.arn("datasource", "files")
    table = {"DataSourceArn": source, "InputColumns": COLUMNS}
    with pytest.raises(InvalidParameter, match="import mode SPICE"):
        bucket.quicksight.data_set(
            PhysicalTableMap={"t": {"S3Source": table}}, ImportMode="DIRECT_QUERY"
        )
    for kind in ("ELF", "XLSX"):
        upload = table | {"UploadSettings": {"Format": kind}}
        with pytest.raises(Unsupported, match=kind):
            bucket.quicksight.data_set(PhysicalTableMap={"t": {"S3Source": upload}})
    athena = table | {"DataSourceArn": bucket.quicksight.arn("datasource", "athena")}
    with pytest.raises(InvalidParameter, match="of type ATHENA has no such table"):
        bucket.quicksight.data_set(PhysicalTableMap={"t": {"S3Source": athena}})
    with pytest.raises(InvalidParameter, match="S3Parameters"):
        bucket.quicksight.create_data_source(DataSourceId="x", Name="X", Type="S3")

"""Buckets and objects: hostile keys, long folders, bounded previews, downloads."""

import gzip
import io
import json
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import LocalServer
from tests.local_aws.console.support import HOSTILE, show

KEYS = (
    f"{HOSTILE}.txt", "\"'><img src=x onerror=alert(1)>.txt", "javascript:alert(1)", "..",
    "../../x",
    "a/../b", "trailing/", "a//b", "//evil.example/x", "ünï/☃.txt", "100%25 & more?.txt", "{{7*7}}",
    "line\nbreak", "nul\x01", "x" * 1024,
)  # fmt: skip
MORE = ("_console/x", "static/console.css")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_a_page_and_a_download(
    browser: httpx.Client, server: LocalServer, bucket: str, key: str
) -> None:
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=HOSTILE.encode())
    page = show(browser, "object", bucket=bucket, key=key)
    assert "&lt;script&gt;document.title=" in page
    assert "<script>document" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
    assert "49" not in page.partition("<h1>")[2].partition("</h1>")[0]
    download = f"/_console/download?{urlencode({'bucket': bucket, 'key': key})}"
    assert download.replace("&", "&amp;") in page
    got = browser.get(download)
    assert got.content == HOSTILE.encode()


@pytest.mark.parametrize("key", [*KEYS, *MORE])
def test_every_key_is_found_by_following_links(
    browser: httpx.Client, server: LocalServer, bucket: str, key: str
) -> None:
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1")
    folder = key[: key.rfind("/") + 1]
    page = show(browser, "bucket", name=bucket, prefix=folder)
    link = "/_console/object?" + urlencode({"bucket": bucket, "key": key})
    assert f'href="{link.replace("&", "&amp;")}"' in page
    assert "<script>document" not in page
    if folder:
        first = key[: key.index("/") + 1]
        opened = "/_console/bucket?" + urlencode({"name": bucket, "prefix": first})
        assert f'href="{opened.replace("&", "&amp;")}"' in show(browser, "bucket", name=bucket)


def test_a_download_is_a_file_and_no_document(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    body = b"<script>1</script>" * 200_000
    key = 'folder/we"ird ñ.html'
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/html")
    got = browser.get("/_console/download", params={"bucket": bucket, "key": key})
    assert got.content == body
    assert got.headers["content-type"] == "application/octet-stream"
    plain, _, encoded = got.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="we_ird__.html"'
    assert encoded == quote(key.removeprefix("folder/"))
    assert got.headers["content-security-policy"].startswith("sandbox;")
    assert got.headers["x-content-type-options"] == "nosniff"
    head = browser.head("/_console/download", params={"bucket": bucket, "key": key})
    assert (head.content, head.headers["content-length"]) == (b"", str(len(body)))


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("object", {"bucket": "../state", "key": "s3.sqlite3"}),
        ("object", {"bucket": "..", "key": "credentials"}),
        ("download", {"bucket": "..", "key": "credentials"}),
        ("download", {"bucket": "@bucket", "key": "../../credentials"}),
        ("download", {"bucket": "@bucket", "key": "none"}),
        ("object", {"bucket": "@bucket"}),
        ("bucket", {"name": "../state"}),
        ("bucket", {"name": HOSTILE}),
        ("bucket", {}),
    ],
)
def test_what_is_not_there_is_said_in_words(
    browser: httpx.Client, bucket: str, page: str, query: dict[str, str]
) -> None:
    given = {name: value.replace("@bucket", bucket) for name, value in query.items()}
    answer = browser.get(f"/_console/{page}", params=given)
    assert answer.status_code == 404
    assert "Not here" in answer.text
    assert "aws_secret_access_key" not in answer.text
    assert HOSTILE not in answer.text


def test_a_link_out_of_the_data_folder_is_not_followed(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    (server.data / "s3" / bucket / "out").symlink_to(server.data / "credentials")
    answer = browser.get("/_console/download", params={"bucket": bucket, "key": "out"})
    assert answer.status_code == 404
    assert "aws_secret_access_key" not in answer.text


def test_ten_thousand_keys_are_pages(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    folder = server.data / "s3" / bucket / "many"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number:05}.json").touch()
    seen: list[str] = []
    query = {"name": bucket, "prefix": "many/"}
    for _ in range(50):
        page = browser.get("/_console/bucket", params=query).text
        seen += [part.partition('"')[0] for part in page.split("key=many%2F")[1::2]]
        if 'rel="next"' not in page:
            break
        following = page.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        query = dict(httpx.URL(following.replace("&amp;", "&")).params)
    assert [name.partition("&")[0] for name in seen] == [f"{n:05}.json" for n in range(10_000)]
    found = show(browser, "bucket", name=bucket, prefix="many/", q="0999")
    assert found.count("/_console/object?") == 10
    assert "No name here begins with that" in show(browser, "bucket", name=bucket, q="zzz")


def test_looking_computes_no_etag(browser: httpx.Client, server: LocalServer, bucket: str) -> None:
    (server.data / "s3" / bucket / "engine.csv").write_text("a,b\n1,2\n")
    show(browser, "bucket", name=bucket)
    show(browser, "buckets")
    page = show(browser, "object", bucket=bucket, key="engine.csv")
    assert "none yet: an engine wrote this file" in page
    assert "S3 has not read it" in show(browser, "object", bucket=bucket, key="engine.csv")


def test_what_is_known_of_an_object(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    s3 = server.client("s3")
    s3.put_object(
        Bucket=bucket, Key="a/b.json", Body=b'{"one": [1, 2]}', ContentType="application/json",
        Metadata={"rows": HOSTILE}, Tagging="zone=curated", CacheControl="max-age=7",
    )  # fmt: skip
    page = show(browser, "object", bucket=bucket, key="a/b.json")
    for part in (
        "application/json",
        "max-age=7",
        "curated",
        "&lt;script&gt;",
        f"s3://{bucket}/a/b",
    ):
        assert part in page
    assert "&#34;one&#34;: [\n    1," in page  # JSON is indented


def preview(browser: httpx.Client, server: LocalServer, bucket: str, key: str, body: bytes) -> str:
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    page = show(browser, "object", bucket=bucket, key=key)
    return page.partition('id="head"')[2].partition("What is known")[0]


def test_a_csv_of_200_000_rows_shows_its_first(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    rows = "".join(f"{n},name {n},{HOSTILE}\n" for n in range(200_000))
    shown = preview(browser, server, bucket, "big.csv", f"id,name,hostile\n{rows}".encode())
    assert "The first 50 rows" in shown
    assert shown.count("<tr>") == 51
    assert "name 49" in shown
    assert "name 50" not in shown
    assert HOSTILE not in shown
    assert len(shown) < 20_000


@pytest.mark.parametrize(
    ("key", "body", "expected"),
    [
        ("a.txt", b"", "The object has no bytes"),
        ("a.bin", bytes(range(256)) * 1000, "Not text. The first 512 bytes"),
        ("a.txt", "ñ☃".encode() * 40_000, "The first 64 KB, UTF-8"),
        ("a.txt", "caf\u00e9 au lait, tr\u00e8s bon".encode("latin-1"), "shown as Latin-1"),
        ("a.txt", "wide".encode("utf-16"), "UTF-16"),
        ("a.json", b'{"a": ' + b"[" * 5000, "All of it, UTF-8"),
        ("a.csv", b'a,b\n"never closed,1\n', "1 row;"),
        ("a.csv", b"a,b\n" + b"x" * 200_000, "The first 0 rows"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0), "Unpacked from gzip. 1 row;"),
        ("a.gz", gzip.compress(b"0" * 50_000_000, mtime=0), "Unpacked from gzip. The first 64 KB"),
        ("a.gz", b"\x1f\x8b" + b"x" * 50, "begins like gzip and is none"),
        ("a.parquet", b"PAR1" + b"x" * 50, "it was cut short"),
        ("a.parquet", b"PAR1" + b"x" * 50 + b"PAR1", "cannot be read"),
        ("a.parquet", b"PAR1" + b"\xff" * 8 + b"PAR1", "cannot be read"),
        ("a.parquet", b"PAR1", "cannot be read"),
    ],
)  # fmt: skip
def test_a_preview_of_anything(
    browser: httpx.Client, server: LocalServer, bucket: str, key: str, body: bytes, expected: str
) -> None:
    shown = preview(browser, server, bucket, key, body)
    assert expected in shown
    assert str(server.data) not in shown
    assert len(shown) < 600_000


def test_a_parquet_file_shows_its_first_rows(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    table = pa.table({"n": range(100_000), HOSTILE: [None, "x" * 9000] * 50_000,
                      "list": [[1, 2]] * 100_000})  # fmt: skip
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=20_000)
    shown = preview(browser, server, bucket, "wei[rd]*.parquet", file.getvalue())
    assert "The first 50 of 100,000 rows, 5 row groups" in shown
    assert "<td>49</td>" in shown
    assert "<small>BIGINT</small>" in shown
    assert '<i class="null">null</i>' in shown
    assert HOSTILE not in shown
    assert "x" * 301 not in shown


def test_the_overview_counts(browser: httpx.Client, server: LocalServer, bucket: str) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1" * 1500)
    page = show(browser, "buckets", q=bucket)
    assert "1.5 KB" in page
    assert "1 bucket<" in page
    assert "No bucket&#39;s name contains that" in show(browser, "buckets", q="no-such")


def test_json_lines_stay_as_they_are(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    lines = "\n".join(json.dumps({"n": n}) for n in range(3))
    assert "{&#34;n&#34;: 2}" in preview(browser, server, bucket, "a.jsonl", lines.encode())


def test_the_servers_files_are_not_touched(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="a/b.csv", Body=b"a,b\n1,2\n")
    folder: Path = server.data / "s3" / bucket
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for page in ("object", "download"):
        browser.get(f"/_console/{page}", params={"bucket": bucket, "key": "a/b.csv"})
    show(browser, "bucket", name=bucket)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before

"""The catalog, jobs, queries and the overview, as the services answer; hostile text is text."""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from local_aws.console.queries import cost
from local_aws.context import Credentials, Platform
from local_aws.services.glue.catalog import Catalog
from tests.conftest import LocalServer
from tests.local_aws.console.support import HOSTILE, show, visitor
from tests.local_aws.services.glue.jobs.support import Glue

ESCAPED = "&lt;script&gt;document.title="
ROLE = "arn:aws:iam::123456789012:role/lake"


@pytest.fixture
def database(server: LocalServer, name: str) -> str:
    named = name.replace("-", "_")
    server.client("glue").create_database(DatabaseInput={"Name": named, "Description": HOSTILE})
    return named


def table(server: LocalServer, database: str, name: str, **members: Any) -> None:
    columns = [{"Name": "id", "Type": "bigint", "Comment": HOSTILE}]
    storage = {"Columns": columns, "Location": f"s3://{database}/data"}
    given = {"Name": name, "StorageDescriptor": storage, **members}
    server.client("glue").create_table(DatabaseName=database, TableInput=given)


def links(page: str, target: str) -> list[str]:
    """The addresses of a page's links to another page."""
    parts = page.split(f'href="/_console/{target}?')[1:]
    return [part.partition('"')[0].replace("&amp;", "&") for part in parts]


def pages(browser: httpx.Client, page: str, **query: Any) -> Iterator[str]:
    """A page and those that follow it."""
    while True:
        text = show(browser, page, **query)
        yield text
        if 'rel="next"' not in text:
            return
        address = text.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        query = dict(httpx.URL(address.replace("&amp;", "&")).params)


# The catalog


def test_databases_and_an_empty_one(browser: httpx.Client, database: str) -> None:
    page = show(browser, "databases")
    assert f"name={database}" in page
    assert ESCAPED in page
    assert "This database has no table" in show(browser, "database", name=database)
    missing = browser.get("/_console/database", params={"name": HOSTILE})
    assert missing.status_code == 404
    assert HOSTILE not in missing.text


def test_two_thousand_tables_are_pages(
    browser: httpx.Client, server: LocalServer, database: str
) -> None:
    platform = Platform(server.data, server.port, Credentials("", ""))
    catalog = Catalog(platform)  # 2,000 signed requests would take most of this test's time
    with catalog.db.transaction():
        for number in range(2000):
            catalog.create_table(database, {"Name": f"t{number:04}"})
    seen = [link for page in pages(browser, "database", name=database)
            for link in links(page, "table")]  # fmt: skip
    assert seen == [urlencode({"database": database, "name": f"t{n:04}"}) for n in range(2000)]
    found = show(browser, "database", name=database, q="T199")
    assert len(links(found, "table")) == 10
    assert "No table&#39;s name contains that" in show(browser, "database", name=database, q=".*")


def test_a_table_its_columns_and_partitions(
    browser: httpx.Client, server: LocalServer, database: str
) -> None:
    keys = [{"Name": "month", "Type": "string"}]
    table(server, database, "flights", PartitionKeys=keys, Parameters={"note": HOSTILE})
    partitions = [{"Values": [f"{n:04}"], "StorageDescriptor": {"Location": f"s3://b/{n}/"}}
                  for n in range(120)]  # fmt: skip
    for start in (0, 60):
        server.client("glue").batch_create_partition(
            DatabaseName=database, TableName="flights",
            PartitionInputList=partitions[start : start + 60],
        )  # fmt: skip
    query = {"database": database, "name": "flights"}
    all_pages = list(pages(browser, "table", **query))
    assert [page.count("prefix=") for page in all_pages] == [51, 51, 21]  # and the table's own
    assert "bigint" in all_pages[0]
    assert "partition key" in all_pages[0]
    assert all_pages[0].count(ESCAPED) == 2
    assert "prefix=data%2F&#34;" not in all_pages[0]
    one = show(browser, "table", **query, q="month = '0007'")
    assert one.count("prefix=") == 2
    refused = show(browser, "table", **query, q="month ===")
    assert "Glue refused that condition" in refused


def test_a_view_shows_its_sql(browser: httpx.Client, server: LocalServer, database: str) -> None:
    sql = f"SELECT 1 AS one, '{HOSTILE.replace(chr(39), '')}' AS two"
    run(server, f"CREATE VIEW {database}.v AS {sql}", database)
    page = show(browser, "table", database=database, name="v")
    assert "SELECT 1 AS one" in page
    assert "<script>document" not in page


def test_a_crawler_and_what_it_found(
    browser: httpx.Client, server: LocalServer, bucket: str, database: str
) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="t/a.csv", Body=b"id,name\n1,one\n2,two\n")
    glue = server.client("glue")
    glue.create_crawler(Name=database, Role="r", DatabaseName=database,
                        Targets={"S3Targets": [{"Path": f"s3://{bucket}/t/"}]})  # fmt: skip
    assert "It has not crawled yet" in show(browser, "crawler", name=database)
    glue.start_crawler(Name=database)
    until(lambda: glue.get_crawler(Name=database)["Crawler"]["State"] == "READY")
    page = show(browser, "crawler", name=database)
    assert "1 table added" in page
    assert "Completed" in page
    assert f"name={database}" in show(browser, "crawlers")
    log = show(browser, "log", group="/aws-glue/crawlers", stream=database)
    assert 'class="log"' in log


# Jobs


def test_a_glue_job_its_runs_and_their_logs(browser: httpx.Client, server: LocalServer) -> None:
    jobs = Glue(server)
    name = jobs.job(f'print("""{HOSTILE}""")\nfor n in range(700): print("line", n)\n'
                    'import time\ntime.sleep(0.6)\n'
                    'raise ValueError("<b>four rows are missing</b>")')  # fmt: skip
    assert "It has not run yet" in show(browser, "job", name=name)
    run_id = jobs.run(name)["Id"]
    listed = show(browser, "jobs")
    assert f"id={run_id}" in listed
    page = show(browser, "run", job=name, id=run_id)
    assert "The run failed." in page
    assert "&lt;b&gt;four rows are missing" in page
    assert "line 699" in page
    # A minute of a sixteenth of a DPU, which is the least that AWS bills.
    assert "0.0010" in page
    assert "$0.000458" in page
    assert "line 1<" not in page  # the end only
    runs = show(browser, "job", name=name)
    assert f"id={run_id}" in runs
    assert "$0.000458" in runs
    group = "/aws-glue/jobs/output"
    last = show(browser, "log", group=group, stream=run_id)
    assert "line 699" in last
    older = links(last, "log")
    first = browser.get(f"/_console/log?{older[0]}").text
    assert ESCAPED in first
    assert "line 0<" in first
    assert "line 42<" in show(browser, "log", group=group, stream=run_id, q="42")
    assert "line 43<" not in show(browser, "log", group=group, stream=run_id, q="42")
    assert "No line has that" in show(browser, "log", group=group, stream=run_id, q="nowhere")
    assert browser.get("/_console/run", params={"job": name, "id": "none"}).status_code == 404
    overview = show(browser, "")
    assert "&lt;b&gt;four rows are missing" in overview


def test_a_run_shows_what_it_published(browser: httpx.Client, server: LocalServer) -> None:
    jobs = Glue(server)
    name = jobs.job("print('done')", DefaultArguments={"--enable-metrics": ""})
    run_id = jobs.run(name)["Id"]
    assert "Metrics" not in show(browser, "run", job=name, id=run_id)
    began = jobs.show(name, run_id)["StartedOn"]
    for figure, kind, values in (
        ("glue.driver.aggregate.bytesRead", "count", (1_000_000.0, 500_000.0)),
        ("glue.driver.jvm.heap.usage", "gauge", (0.25,)),
    ):
        named = {"JobName": name, "JobRunId": run_id, "Type": kind}
        dimensions = [{"Name": key, "Value": value} for key, value in named.items()]
        data = [
            {"MetricName": figure, "Dimensions": dimensions, "Timestamp": at, "Value": value}
            for at, value in zip((began, began + dt.timedelta(minutes=1)), values, strict=False)
        ]
        server.client("cloudwatch").put_metric_data(Namespace="Glue", MetricData=data)
    page = show(browser, "run", job=name, id=run_id)
    assert "glue.driver.aggregate.bytesRead" in page
    assert "1.5 MB" in page
    assert 'points="0.0,0.0 120.0,12.0"' in page
    assert "25.0 %" in page
    assert "on average" in page


def test_a_run_is_seen_while_it_runs(browser: httpx.Client, server: LocalServer) -> None:
    jobs = Glue(server)
    name = jobs.job("import time\nprint('began', flush=True)\ntime.sleep(600)")
    run_id = jobs.start(name)
    try:
        until(lambda: "began" in show(browser, "run", job=name, id=run_id))
        page = show(browser, "run", job=name, id=run_id)
        assert 'data-refresh="2"' in page
        assert "Running" in page
        now = show(browser, "").partition('id="now"')[2].partition("</section>")[0]
        assert name in now
    finally:
        server.client("glue").batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    jobs.wait(name, run_id)
    assert "data-refresh" not in show(browser, "run", job=name, id=run_id)


def test_a_databrew_job_and_its_run(
    browser: httpx.Client, server: LocalServer, bucket: str
) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="in.csv", Body=b"id,name\n1,one\n")
    brew = server.client("databrew")
    place = {"S3InputDefinition": {"Bucket": bucket, "Key": "in.csv"}}
    brew.create_dataset(Name=bucket, Format="CSV", Input=place)
    brew.create_profile_job(Name=bucket, DatasetName=bucket, RoleArn=ROLE,
                            OutputLocation={"Bucket": bucket, "Key": "out/"})  # fmt: skip
    assert "It has not run yet" in show(browser, "databrew-job", name=bucket)
    run_id = brew.start_job_run(Name=bucket)["RunId"]
    until(lambda: brew.describe_job_run(Name=bucket, RunId=run_id)["State"] == "SUCCEEDED")
    page = show(browser, "databrew-run", job=bucket, id=run_id)
    assert "Succeeded" in page
    assert f"s3://{bucket}/out/" in page
    assert f"id={run_id}" in show(browser, "databrew")
    assert f"id={run_id}" in show(browser, "databrew-job", name=bucket)
    assert "databrew-profile?" in page
    profile = browser.get("/_console/databrew-profile", params={"job": bucket, "id": run_id})
    assert '"sampleSize": 1' in profile.text
    assert "script-src 'nonce-" in profile.headers["content-security-policy"]
    key = f"out/{bucket}_{run_id.removeprefix('db_')}.json"
    server.client("s3").delete_object(Bucket=bucket, Key=key)
    gone = browser.get("/_console/databrew-profile", params={"job": bucket, "id": run_id})
    assert (gone.status_code, "has left no profile" in gone.text) == (404, True)


# Athena


def run(server: LocalServer, sql: str, database: str = "default") -> str:
    athena = server.client("athena")
    output = {"OutputLocation": "s3://console-athena/"}
    server.client("s3").create_bucket(Bucket="console-athena")  # again is no error in us-east-1
    found = athena.start_query_execution(QueryString=sql, ResultConfiguration=output)
    query = str(found["QueryExecutionId"])
    until(lambda: state(athena, query) not in ("QUEUED", "RUNNING"))
    return query


def state(athena: Any, query: str) -> str:
    found = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
    return str(found["Status"]["State"])


def test_a_query_and_its_result(browser: httpx.Client, server: LocalServer) -> None:
    sql = f"SELECT n, NULL AS nothing, '{HOSTILE.replace(chr(39), '')}' AS hostile " \
          "FROM UNNEST(sequence(1, 250)) AS t(n)"  # fmt: skip
    query = run(server, sql)
    seen = list(pages(browser, "query", id=query))
    assert [page.count("<tr>") - 1 for page in seen] == [100, 100, 50]
    assert '<i class="null">null</i>' in seen[0]
    assert "<script>document" not in seen[0]
    assert "$0.00005" in seen[0]
    assert "bigint" in seen[0] or "integer" in seen[0]
    listed = show(browser, "queries", q="sequence(1, 250)", state="SUCCEEDED")
    assert query in listed
    assert query not in show(browser, "queries", state="FAILED")
    assert "No query is like that" in show(browser, "queries", q=f"{HOSTILE}nothing")


def test_a_failed_query_says_why(browser: httpx.Client, server: LocalServer) -> None:
    query = run(server, "SELECT * FROM no_such_table")
    page = show(browser, "query", id=query)
    assert "The query failed." in page
    assert "does not exist" in page
    assert query in show(browser, "")
    missing = browser.get("/_console/query", params={"id": HOSTILE})
    assert missing.status_code == 404
    assert ESCAPED in missing.text


def test_a_full_page_with_nothing_behind_it_leads_nowhere(
    browser: httpx.Client, server: LocalServer
) -> None:
    query = run(server, "SELECT n FROM UNNEST(sequence(1, 100)) AS t(n)")
    [page] = pages(browser, "query", id=query)
    assert "All 100 rows" in page


def test_queries_are_pages(browser: httpx.Client, server: LocalServer, name: str) -> None:
    asked = [run(server, f"SELECT '{name}', {number}") for number in range(53)]
    seen = [link.removeprefix("id=") for page in pages(browser, "queries", q=name)
            for link in links(page, "query")]  # fmt: skip
    assert seen == asked[::-1]


def test_workgroups_say_what_they_allow(
    browser: httpx.Client, server: LocalServer, name: str
) -> None:
    limit = {"BytesScannedCutoffPerQuery": 10_000_000_000}
    server.client("athena").create_work_group(Name=name, Configuration=limit)
    page = show(browser, "workgroups")
    assert "10.0 GB" in page
    assert f"workgroup={name}" in page
    assert "No query is like that" in show(browser, "queries", workgroup=name)


def execution(kind: str, state: str, scanned: int, reused: bool = False) -> dict[str, Any]:
    reuse = {"ReusedPreviousResult": reused}
    statistics = {"DataScannedInBytes": scanned, "ResultReuseInformation": reuse}
    kind, _, subtype = kind.partition("/")
    return {
        "StatementType": kind,
        "SubstatementType": subtype,
        "Status": {"State": state},
        "Statistics": statistics,
    }


@pytest.mark.parametrize(
    ("query", "dollars"),
    [
        (execution("DML", "SUCCEEDED", 2 * 10**12), 10.0),
        (execution("DML", "SUCCEEDED", 5), 0.00005),
        (execution("DML", "CANCELLED", 10**12), 5.0),
        (execution("DML", "FAILED", 10**12), 0.0),
        (execution("DDL/CREATE_TABLE", "SUCCEEDED", 0), 0.0),
        (execution("DDL/CREATE_TABLE_AS_SELECT", "SUCCEEDED", 10**12), 5.0),
        (execution("DML", "SUCCEEDED", 0, reused=True), 0.0),
    ],
)
def test_what_a_query_costs(query: dict[str, Any], dollars: float) -> None:
    assert cost(query) == pytest.approx(dollars)


# Every page


def test_every_page_of_the_menu_stands(browser: httpx.Client) -> None:
    menu = show(browser, "").partition("<nav")[2].partition("</nav>")[0]
    addresses = [part.partition('"')[0] for part in menu.split('href="')[1:]]
    assert len(addresses) == 10
    for address in addresses:
        page = browser.get(address)
        assert page.status_code == 200, address
        assert page.text.count('aria-current="page"') == 1
        assert page.text.count("<h1") == 1
        assert page.text.count("<table") == page.text.count("<caption")


def test_a_page_that_is_not_there(browser: httpx.Client) -> None:
    for path in ("nowhere", "buckets/", "Buckets", "..%2fbuckets", "object/../x", "%00"):
        assert browser.get(f"/_console/{path}").status_code == 404, path


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("queries", {"after": "x"}), ("queries", {"after": "9" * 30}), ("queries", {"after": "-1"}),
        ("buckets", {"q": "\x00"}), ("query", {"id": "\x00"}), ("table", {}), ("run", {}),
        ("job", {"name": "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1")}),
        ("log", {"group": "g", "stream": "s", "token": "x"}), ("crawler", {"name": "%"}),
        ("database", {"name": "none", "after": "x"}), ("databrew-run", {"job": "a", "id": "b"}),
    ],
)  # fmt: skip
def test_odd_addresses_are_no_defects(
    browser: httpx.Client, page: str, query: dict[str, str]
) -> None:
    assert browser.get(f"/_console/{page}", params=query).status_code in (200, 400, 404)


EMPTY = {
    "": "This lake is empty", "buckets": "aws s3 mb", "databases": "./lake sql",
    "crawlers": "create-crawler", "jobs": "create-job", "databrew": "./lake demo",
    "queries": "./lake sql", "dashboards": "./lake demo",
}  # fmt: skip


@pytest.mark.restart
def test_an_empty_lake_says_what_to_do(tmp_path: Any) -> None:
    from tests.conftest import start_server

    server = start_server(tmp_path / "data")
    try:
        with visitor(server) as browser:
            for page, said in EMPTY.items():
                assert said in show(browser, page), page
    finally:
        server.stop()


def until(found: Any) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)

"""The schema gate: what the crawler found in the files, against the contract."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarn.aws import Aws
from tarn.deploy import stage
from tarn.errors import GateFailed, Terminal
from tarn.partition import Partition
from tarn.steps.crawl import CrawlWork, compare_schema
from tarn.work import run_to_end

AIRLINES = Partition("airlines")
GOOD = {"carrier": ["AA"], "name": ["American"]}


@pytest.fixture
def shadow(lake: Aws) -> Aws:
    list(stage("glue:databases")(lake))
    return lake


def crawl(lake: Aws, columns: dict[str, list[object]], token: str = "abc") -> CrawlWork:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    folder = AIRLINES.run_folder(token)
    lake.s3.put_object(
        Bucket=lake.settings.bucket("curated"),
        Key=f"{folder}part-0.parquet",
        Body=sink.getvalue().to_pybytes(),
    )
    work = CrawlWork(AIRLINES, token, lake.settings.uri("curated", folder))
    assert run_to_end(work, lake).state == "SUCCEEDED"
    return work


def test_as_the_contract_says(shadow: Aws) -> None:
    crawl(shadow, dict(GOOD))
    drift = compare_schema(AIRLINES, "abc")
    assert (drift["added"], drift["missing"], drift["retyped"]) == ([], [], [])


def test_an_added_column_is_reported(shadow: Aws) -> None:
    crawl(shadow, {**GOOD, "fleet": [3]})
    assert compare_schema(AIRLINES, "abc")["added"] == ["fleet bigint"]


def test_missing_and_retyped_stop_it(shadow: Aws) -> None:
    crawl(shadow, {"carrier": [7]})
    with pytest.raises(GateFailed) as caught:
        compare_schema(AIRLINES, "abc")
    text = str(caught.value)
    assert "missing column name string" in text
    assert "retyped column carrier: string in the contract, bigint in the files" in text
    assert "datasets/airlines.yaml" in text


def test_reconnects_by_token(shadow: Aws) -> None:
    work = crawl(shadow, dict(GOOD))
    assert work.find(shadow) == f"{shadow.settings.prefix}-airlines-abc"
    assert CrawlWork(AIRLINES, "def", work.curated_uri).find(shadow) is None


def test_stop_of_an_ended_crawl(shadow: Aws) -> None:
    work = crawl(shadow, dict(GOOD))
    work.stop(shadow, work.name(shadow))


def test_nothing_to_crawl(shadow: Aws) -> None:
    work = CrawlWork(AIRLINES, "abc", shadow.settings.uri("curated", "airlines/run=abc/"))
    run_to_end(work, shadow)
    with pytest.raises(Terminal, match="held no files it could read"):
        compare_schema(AIRLINES, "abc")

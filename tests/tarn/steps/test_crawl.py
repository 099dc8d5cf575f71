"""The schema gate: what the crawler found in the files, against the contract."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarn.aws import Aws
from tarn.errors import GateFailed, Terminal
from tarn.partition import Partition
from tarn.services.work import run_to_end
from tarn.steps.crawl import CrawlWork, compare_schema
from tests.tarn import ground
from tests.tarn.conftest import declare_policy

AIRLINES = Partition("airlines")
GOOD = {"carrier": ["AA"], "name": ["American"]}


@pytest.fixture
def shadow(lake: Aws) -> Aws:
    ground.databases(lake)
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
    assert drift == {
        "added": [],
        "missing": [],
        "retyped": [],
        "reordered": [],
        "policy": "fail",
        "patch": "",
        "table": f"{shadow.settings.shadow_database}.airlines_run_abc",
    }


def test_an_added_column_is_reported(shadow: Aws) -> None:
    crawl(shadow, {**GOOD, "fleet": [3]})
    drift = compare_schema(AIRLINES, "abc")
    assert drift["added"] == ["fleet bigint"]
    assert drift["patch"] == shadow.settings.uri("ops", "drift/airlines/all.patch")
    assert shadow.get_json("ops", "drift/airlines/all.json") == drift
    patch = text_of(drift["patch"], shadow)
    assert "+      - name: fleet\n+        logicalType: integer\n" in patch
    assert "+            value: true\n" in patch  # the raw file has no such column


def test_a_run_without_drift_takes_away_what_an_earlier_one_left(shadow: Aws) -> None:
    crawl(shadow, {**GOOD, "fleet": [3]})
    compare_schema(AIRLINES, "abc")
    crawl(shadow, dict(GOOD), "def")
    assert compare_schema(AIRLINES, "def")["patch"] == ""
    assert shadow.keys("ops", "drift/") == []


def test_what_the_raw_file_had_more_is_told_too(shadow: Aws) -> None:
    crawl(shadow, dict(GOOD))
    drift = compare_schema(AIRLINES, "abc", header=["carrier", "alliance", "name"])
    assert drift["added"] == ["alliance string"]
    patch = text_of(drift["patch"], shadow)
    assert "+      - name: alliance" in patch
    assert "derived" not in patch


def text_of(uri: str, aws: Aws) -> str:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


DRIFTED: dict[str, dict[str, list[object]]] = {
    "added": {**GOOD, "fleet": [3]},
    "missing": {"carrier": ["AA"]},
    "retyped": {"carrier": [7], "name": ["American"]},
    "reordered": {"name": ["American"], "carrier": ["AA"]},
}


@pytest.mark.parametrize(
    ("policy", "stopped"),
    [
        ("fail", ["missing", "retyped"]),
        ("quarantine", ["added", "missing", "retyped", "reordered"]),
        ("evolve", ["missing", "retyped"]),
    ],
)
def test_the_policy_says_what_stops_a_partition(
    home: Path, shadow: Aws, policy: str, stopped: list[str]
) -> None:
    declare_policy(home, policy)
    for kind, columns in DRIFTED.items():
        crawl(shadow, dict(columns), kind)
        if kind not in stopped:
            drift = compare_schema(AIRLINES, kind)
            assert drift[kind]
            assert drift["policy"] == policy
            continue
        with pytest.raises(GateFailed, match=f"{kind} column") as caught:
            compare_schema(AIRLINES, kind)
        kept = shadow.get_json("ops", "drift/airlines/all.json")
        assert kept is not None
        assert kept[kind]
        table = f"{shadow.settings.shadow_database}.airlines_run_{kind}"
        if policy == "quarantine":
            assert f"nothing of it is published, {table} stays" in caught.value.remedy
        if kind == "retyped":
            assert "git apply" in caught.value.remedy
            assert "+        physicalType: bigint" in caught.value.remedy


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

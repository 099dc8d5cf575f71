"""A drawer's evidence, read from the real server."""

import io
import sys
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarn.aws import Aws
from tarn.ledger import ledger
from tarn.page import data_docs, detail
from tarn.partition import Partition
from tests.tarn.conftest import lake as lake
from tests.tarn.page.lakes import HOSTILE, record

MARCH = Partition("flights", (("year", 2013), ("month", 3)))
REPORT = {
    "rulesetResults": [
        {"ruleResults": [{"name": "times", "status": "SUCCEEDED", "failedCount": 0}]},
    ]
}


@pytest.fixture
def entry(lake: Aws) -> dict[str, Any]:
    made = record(MARCH, "aa")
    ledger.record(made, lake)
    return made


def put_quarantine(lake: Aws, rows: int, key: str = "part-0.parquet") -> None:
    table = pa.table(
        {"_rule": ["times"] * rows, "tailnum": [HOSTILE * 9] * rows, "x": [None] * rows}
    )
    body = io.BytesIO()
    pq.write_table(table, body)
    bucket, folder = lake.settings.bucket("quarantine"), MARCH.run_folder("caa")
    lake.s3.put_object(Bucket=bucket, Key=folder + key, Body=body.getvalue())


def test_at_most_twenty_rows_of_any_number_of_files(lake: Aws, entry: dict[str, Any]) -> None:
    put_quarantine(lake, 15)
    put_quarantine(lake, 500, "part-1.parquet")
    lake.s3.put_object(
        Bucket=lake.settings.bucket("quarantine"),
        Key=MARCH.run_folder("caa") + "_SUCCESS",
        Body=b"",
    )
    sample = detail.quarantine_sample(MARCH, entry, lake)
    assert sample.columns == ("_rule", "tailnum", "x")
    assert len(sample.rows) == detail.SAMPLE_ROWS
    assert sample.rows[0][2] is None
    assert len(str(sample.rows[0][1])) == detail.LONGEST + 1


def test_nothing_in_quarantine(lake: Aws, entry: dict[str, Any]) -> None:
    assert detail.quarantine_sample(MARCH, entry, lake).rows == ()
    assert detail.quarantine_sample(MARCH, entry | {"rows_quarantined": 0}, lake).rows == ()
    assert detail.quarantine_sample(MARCH, entry | {"tokens": None}, lake).rows == ()


def test_what_cannot_be_read_says_why(lake: Aws, entry: dict[str, Any]) -> None:
    bucket, key = lake.settings.bucket("quarantine"), MARCH.run_folder("caa") + "part-0.parquet"
    lake.s3.put_object(Bucket=bucket, Key=key, Body=b"not parquet at all")
    found = detail.detail(MARCH, entry, lake, rows_too=True)
    assert "run=caa/" in found.sample.problem
    assert "Clear the task `profile`" in found.profile.problem
    assert [past["token"] for past in found.history.value] == ["aa"]


def test_an_api_server_without_pyarrow(
    lake: Aws, entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_quarantine(lake, 3)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pyarrow" in detail.detail(MARCH, entry, lake, rows_too=True).sample.problem


def test_rows_are_for_who_may_read_them(lake: Aws, entry: dict[str, Any]) -> None:
    put_quarantine(lake, 3)
    assert len(detail.detail(MARCH, entry, lake, rows_too=True).sample.value.rows) == 3
    refused = detail.detail(MARCH, entry, lake, rows_too=False).sample
    assert refused.value is None
    assert "may not read" in refused.problem


def test_profile_and_rules(lake: Aws, entry: dict[str, Any]) -> None:
    folder = f"profiles/{MARCH.run_folder('paa')}"
    lake.put_json("ops", f"{folder}x_aa.json", {"columns": [{"name": "dep_time"}]})
    entry["runs"]["profile"] = "db_x_aa"
    lake.put_json("ops", f"{folder}x_aa_dq-validation-report.json", REPORT)
    found = detail.detail(MARCH, entry, lake, rows_too=False).profile.value
    assert found["columns"] == [{"name": "dep_time"}]
    assert [(rule["name"], rule["failed"]) for rule in found["rules"]] == [("times", 0)]


def test_links_quote_what_they_are_made_of(lake: Aws, entry: dict[str, Any]) -> None:
    entry |= {"previous_location": f"s3://b/{HOSTILE}", "location": "javascript:alert(1)"}
    entry["runs"] = {"convert": HOSTILE, "crawl": "crawler-1"}
    found = dict(detail.links(MARCH, entry, lake))
    assert set(found) == {"Glue job run", "Glue crawler", "Files before", "Quarantined rows"}
    for address in found.values():
        assert address.startswith("https://us-east-1.console.aws.amazon.com/")
        assert not set("<>\"' ") & set(address)


def test_before_the_first_record(lake: Aws) -> None:
    found = detail.detail(MARCH, {}, lake, rows_too=True)
    assert (found.history.value, found.links, found.sample.value) == ([], (), None)


def test_data_docs_of_a_first_run_that_failed(lake: Aws) -> None:
    failed = record(MARCH, "aa", status="failed")
    ledger.record(failed, lake)
    data_docs.keep("<p>why</p>", MARCH, "caa", lake)
    assert detail.detail(MARCH, {}, lake, rows_too=True).failed_docs == "caa"
    assert detail.detail(MARCH, {}, lake, rows_too=False).failed_docs == ""

"""The page reads the ledger often: records that have not changed are not read again."""

from dataclasses import replace
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.health.matrix import RETURNED_TO
from tarn.ledger import ledger
from tarn.page.snapshot import RememberingAws, Watch
from tests.tarn.conftest import lake as lake
from tests.tarn.page.lakes import record, year


@pytest.fixture
def gets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that are read from S3."""
    keys: list[str] = []
    read = Aws.get_json

    def noted(self: Aws, zone: str, key: str) -> Any:
        keys.append(key)
        return read(self, zone, key)

    monkeypatch.setattr(Aws, "get_json", noted)
    return keys


def test_only_what_changed_is_read_again(lake: Aws, gets: list[str]) -> None:
    months = year("flights")
    for month in months:
        ledger.record(record(month, "aa"), lake)
    watch = Watch(RememberingAws(), seconds=0)
    assert len(watch.now().records) == 12
    assert len(gets) == 12
    gets.clear()
    ledger.record(record(months[3], "aa", rows_published=7), lake)
    found = watch.now().records
    assert gets == [ledger.record_key(months[3], "aa")]
    assert [r["rows_published"] for r in found if r["partition"] == "2013-04"] == [7]


def test_a_record_that_is_gone_is_forgotten(lake: Aws) -> None:
    months = year("flights")[:2]
    for month in months:
        ledger.record(record(month, "aa"), lake)
    watch = Watch(RememberingAws(), seconds=0)
    assert len(watch.now().records) == 2
    key = ledger.record_key(months[0], "aa")
    lake.s3.delete_object(Bucket=lake.settings.bucket("ops"), Key=key)
    assert [r["partition"] for r in watch.now().records] == ["2013-02"]
    assert key not in watch.aws.remembered


def test_a_look_is_shared_for_some_seconds(lake: Aws) -> None:
    watch = Watch(RememberingAws(), seconds=600)
    before = watch.now()
    ledger.record(record(year("flights")[0], "aa"), lake)
    assert watch.now() is before
    assert len(replace(watch, seconds=0, _kept=None).now().records) == 1


def test_marks_are_never_remembered(lake: Aws) -> None:
    month = year("flights")[0]
    watch = Watch(RememberingAws(), seconds=0)
    ledger.started(month, "aa")
    assert [mark["token"] for mark in watch.now().marks] == ["aa"]
    ledger.started(month, "bb")
    assert [mark["token"] for mark in watch.now().marks] == ["bb"]


def test_a_rollback_brings_the_record_of_the_run_it_went_back_to(
    lake: Aws, gets: list[str]
) -> None:
    month = year("flights")[2]
    first = record(month, "aa", tokens={"publish": "aa"})
    back = first | {"status": "rolled_back", "token": "cc", "cost_usd": 0.0, "run_by": "ann"}
    for entry in (first, record(month, "bb", tokens={"publish": "bb"}), back):
        ledger.record(entry, lake)
    watch = Watch(RememberingAws(), seconds=0)
    [found] = watch.now().records
    assert (found["run_by"], found[RETURNED_TO]) == ("ann", first)
    gets.clear()
    assert watch.now().records == [found]
    assert gets == []


@pytest.mark.parametrize("odd", [{"partition": "elsewhere"}, {"tokens": None}, {"dataset": "gone"}])
def test_a_rollback_of_what_is_no_longer_declared(lake: Aws, odd: dict[str, Any]) -> None:
    entry = record(year("flights")[2], "aa", status="rolled_back") | odd
    ledger.record(entry, lake)
    assert Watch(RememberingAws(), seconds=0).now().records == [entry]

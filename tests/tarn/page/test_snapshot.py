"""The page reads the ledger often: records that have not changed are not read again."""

from dataclasses import replace
from typing import Any

import pytest

from tarn.aws import Aws
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

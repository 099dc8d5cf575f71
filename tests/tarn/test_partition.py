"""Paths, labels and slugs of partitions."""

from datetime import UTC, datetime

import pytest

from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.partition import Partition

MARCH = datetime(2013, 3, 1, tzinfo=UTC)


def test_month() -> None:
    partition = Partition.of(load_contract("flights"), MARCH)
    assert partition.values == {"year": 2013, "month": 3}
    assert partition.path == "year=2013/month=3/"
    assert partition.label == "2013-03"
    assert partition.slug == "flights-2013-03"
    assert partition.run_folder("abc") == "flights/year=2013/month=3/run=abc/"
    assert str(partition) == "flights 2013-03"


def test_whole() -> None:
    partition = Partition.of(load_contract("planes"), MARCH)
    assert (partition.path, partition.label, partition.slug) == ("", "all", "planes")
    assert partition == Partition.of(load_contract("planes"), None)
    assert partition.run_folder("abc") == "planes/run=abc/"


def test_round_trips() -> None:
    for name in ("flights", "planes"):
        contract = load_contract(name)
        partition = Partition.of(contract, MARCH)
        assert Partition.from_dict(partition.to_dict()) == partition
        assert Partition.parse(contract, partition.label) == partition


def test_no_date() -> None:
    with pytest.raises(Terminal, match="flights is partitioned by year, month"):
        Partition.of(load_contract("flights"), None)


@pytest.mark.parametrize("label", ["2013", "all", "2013-xx", "2013-03-01"])
def test_no_such_label(label: str) -> None:
    with pytest.raises(Terminal, match="give year-month"):
        Partition.parse(load_contract("flights"), label)

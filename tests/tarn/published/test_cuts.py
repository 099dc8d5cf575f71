"""How files are to be cut, and which partitions are cut otherwise."""

from pathlib import Path

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import ContractError
from tarn.contracts.layout import MEGABYTE, Layout
from tarn.contracts.load import load_contract
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.published.cuts import Cut, cuts
from tarn.settings import Settings
from tests.tarn.contracts.test_contract import GOOD

AIRLINES = Partition("airlines")


def test_properties() -> None:
    assert Layout.of({"sortBy": ["id"]}) == Layout(128, 128, 3)
    wanted = {"fileMegabytes": 64, "rowGroupMegabytes": 16, "zstdLevel": 9}
    assert Layout.of(wanted) == Layout(64, 16, 9)


@pytest.mark.parametrize("value", [0, 23, "3", 3.5, True])
def test_a_bad_level_is_refused_with_its_place(tmp_path: Path, value: object) -> None:
    (tmp_path / "datasets").mkdir()
    sort_by = "      - property: sortBy\n"
    text = GOOD.replace(sort_by, f"      - {{property: zstdLevel, value: {value!r}}}\n{sort_by}")
    assert text != GOOD
    (tmp_path / "datasets" / "trips.yaml").write_text(text)
    with pytest.raises(ContractError, match=r"`zstdLevel` is .*, no whole number from 1 to 22"):
        load_contract("trips", Settings(home=str(tmp_path)))


@pytest.mark.parametrize(
    ("sizes", "wanted", "over"),
    [
        ([10, 10], 1, True),
        ([10], 1, False),
        ([400], 3, True),
        ([100], 3, False),  # Spark made fewer: there were few values to cut at
        ([100, 100, 100], 3, False),
        ([10, 10], 0, False),  # nothing to rewrite it from
    ],
)
def test_over_the_budget(sizes: list[int], wanted: int, over: bool) -> None:
    megabytes = tuple(size * MEGABYTE for size in sizes)
    assert Cut(AIRLINES, "c", megabytes, wanted, Layout()).over is over


def test_published_partitions_are_looked_at(lake: Aws) -> None:
    for zone, token, files, end in (
        ("curated", "c", 3, "zstd.parquet"),
        ("clean", "k", 2, "parquet.snappy"),
    ):
        for number in range(files):
            key = f"{AIRLINES.run_folder(token)}part-{number}.{end}"
            lake.s3.put_object(Bucket=lake.settings.bucket(zone), Key=key, Body=b"x" * 10)
    record = {
        "dataset": "airlines", "partition": "all", "token": "p", "finished_at": "",
        "status": ledger.PUBLISHED,
        "tokens": {"convert": "c", "clean": "k"},
    }  # fmt: skip
    ledger.record(record, lake)
    [cut] = cuts(["airlines", "flights"], lake)
    assert (cut.partition, cut.sizes, cut.wanted, cut.over) == (AIRLINES, (10, 10, 10), 1, True)
    assert cuts(["flights"], lake) == []

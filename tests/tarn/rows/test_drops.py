"""The rows that a recipe may drop: what the contract says, or half."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tarn.aws import Aws
from tarn.contracts.drop_limit import DropLimit
from tarn.deploy import deploy
from tarn.errors import GateFailed
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.rows.drops import check
from tarn.steps.publish import publish
from tests.tarn.airlines import AIRLINES, converted, read, tokens
from tests.tarn.conftest import ROOT, change
from tests.tarn.rows.test_recipe import step

MARCH = Partition("flights", (("year", 2013), ("month", 3)))


@pytest.mark.parametrize(
    ("limit", "landed", "allowed"),
    [
        (DropLimit(), 101, 50),
        (DropLimit(100), 7, 7),
        (DropLimit(0), 7, 0),
        (DropLimit(2.5), 1000, 25),
        (DropLimit(2.5, 10), 1000, 10),
        (DropLimit(0.57), 10_000, 57),
        (DropLimit(1e-05), 10_000_000, 1),
        (DropLimit(rows=10), 10, 5),
    ],
)
def test_allowed(limit: DropLimit, landed: int, allowed: int) -> None:
    assert limit.allowed(landed) == allowed
    check(MARCH, limit, {"rows_landed": landed, "rows_dropped": allowed})
    with pytest.raises(GateFailed, match="gate dropped stopped flights 2013-03"):
        check(MARCH, limit, {"rows_landed": landed, "rows_dropped": allowed + 1})


@pytest.mark.parametrize(
    "properties",
    [
        {"maxDroppedPercent": -1},
        {"maxDroppedPercent": True},
        {"maxDroppedPercent": float("nan")},
        {"maxDroppedPercent": None},
        {"maxDroppedRows": -1},
        {"maxDroppedRows": "many"},
        {"maxDroppedRows": None},
    ],
)
def test_no_limit(properties: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(properties))):
        DropLimit.of(properties)


def test_a_recipe_that_drops_too_much(home: Path, lake: Aws) -> None:
    """Nothing else would tell: it is the recipe's to drop values, and what stays is sound."""
    (home / "sql").mkdir()
    (home / "sql" / "lake_ops").symlink_to(ROOT / "sql" / "lake_ops")
    list(deploy())
    removing = step("REMOVE_VALUES", sourceColumn="name")
    (home / "recipes" / "airlines.json").write_text(json.dumps([removing]))
    results, metrics = converted(lake, "aaa"), "metrics/airlines/run=aaa.json"
    keep(lake, 7)
    counted = lake.get_json("ops", metrics) | {"rows_in": 7, "rows_out": 7}
    lake.put_json("ops", metrics, counted)
    with pytest.raises(GateFailed) as caught:
        publish(AIRLINES, tokens("aaa"), results)
    said = "the recipe dropped 9 of 16 rows (56.2 %), where the contract allows 50 % of the landed"
    assert said in str(caught.value)
    assert "raise `maxDroppedPercent` or `maxDroppedRows`" in str(caught.value)
    assert (read(lake), ledger.read()) == (0, [])

    old = "      - property: sortBy\n"
    more = "      - {property: maxDroppedPercent, value: 60}\n"
    change(home / "datasets" / "airlines.yaml", old, more + old)
    assert publish(AIRLINES, tokens("aaa"), results)["rows_dropped"] == 9
    assert read(lake) == 7


def keep(lake: Aws, rows: int) -> None:
    """Only the first rows of the converted file."""
    bucket = lake.settings.bucket("curated")
    key = f"{AIRLINES.run_folder('aaa')}part-0.parquet"
    before = lake.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    sink = io.BytesIO()
    pq.write_table(pq.read_table(io.BytesIO(before)).slice(0, rows), sink)
    lake.s3.put_object(Bucket=bucket, Key=key, Body=sink.getvalue())

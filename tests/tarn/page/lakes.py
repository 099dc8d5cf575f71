"""Ledgers to show: records as publish() writes them, made through tarn.ledger.ledger."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.intervals import expected
from tarn.ledger import ledger
from tarn.partition import Partition

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HOSTILE = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>"


def record(partition: Partition, token: str, **more: Any) -> dict[str, Any]:
    """A record of a run that landed 26,483 rows, 1 in 1,000 of them bad."""
    number = sum(partition.values.values()) % 13
    landed = 26_483 + 331 * number
    bad = landed // 1000 if partition.dataset == "flights" else 0
    return {
        "dataset": partition.dataset,
        "partition": partition.label,
        "token": token,
        "status": "published",
        "started_at": (NOW - timedelta(days=number, minutes=4)).isoformat(),
        "finished_at": (NOW - timedelta(days=number)).isoformat(),
        "rows_landed": landed,
        "rows_cleaned": landed - 12,
        "rows_dropped": 12,
        "rows_quarantined": bad,
        "rows_published": landed - 12 - bad,
        "quarantined_by_rule": {"ground_speed": bad} if bad else {},
        "bytes_landed": landed * 90,
        "bytes_published": landed * 21,
        "files": 1,
        "cost_usd": 0.12 + number / 200,
        "warnings": [],
        "location": f"s3://tarn-dev-curated/{partition.run_folder('c' + token)}",
        "tokens": {"profile": f"p{token}", "convert": f"c{token}"},
        "runs": {"profile": f"db_{token}", "convert": f"jr_{token}"},
    } | more


def year(dataset: str) -> list[Partition]:
    """The partitions of a demo dataset."""
    return expected(load_contract(dataset), NOW)


def fill(aws: Aws) -> None:
    """2013 with one of everything: a month late, one in quarantine, one under way, one missing."""
    for dataset in ("flights", "weather", "planes", "airports"):
        for number, partition in enumerate(year(dataset)):
            if (dataset, number) not in {("weather", 10), ("flights", 11), ("flights", 8)}:
                ledger.record(record(partition, f"{number:06x}"), aws)
    november = year("flights")[10]
    warning = (
        "1,204 of 27,268 rows break expect_column_values_to_be_between on dep_delay, such as 1301"
    )
    ledger.record(record(november, "ffff01", warnings=[warning]), aws)
    ledger.started(year("flights")[11], "ffff02", aws)

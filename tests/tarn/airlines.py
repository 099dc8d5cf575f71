"""Runs of airlines without DataBrew and Spark: what their steps leave behind, and its publish."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tarn.aws import Aws
from tarn.partition import Partition
from tarn.services import athena
from tarn.services.work import run_to_end
from tarn.steps.crawl import CrawlWork
from tarn.steps.land import land
from tarn.steps.publish import publish

AIRLINES = Partition("airlines")
STEPS = ("land", "profile", "clean", "convert", "crawl", "publish")


def tokens(token: str) -> dict[str, str]:
    return dict.fromkeys(STEPS, token)


def converted(lake: Aws, token: str, rows: int = 16) -> dict[str, Any]:
    """What land, convert and crawl leave behind for airlines, without DataBrew and Spark."""
    landed = land(AIRLINES, token)
    table = pa.table(
        {"carrier": [f"{n:02}" for n in range(rows)], "name": [f"Airline {n}" for n in range(rows)]}
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    folder = AIRLINES.run_folder(token)
    lake.s3.put_object(
        Bucket=lake.settings.bucket("curated"),
        Key=f"{folder}part-0.parquet",
        Body=sink.getvalue().to_pybytes(),
    )
    if rows < 16:
        quarantine(lake, folder, landed, 16 - rows)
    metrics = {
        "rows_in": 16,
        "rows_out": rows,
        "rows_quarantined": 16 - rows,
        "files": 1,
        "bytes": sink.getvalue().size,
        "quarantined_by_rule": {},
    }
    lake.put_json("ops", f"metrics/airlines/run={token}.json", metrics)
    work = CrawlWork(AIRLINES, token, lake.settings.uri("curated", folder))
    return {"land": landed, "crawl": run_to_end(work, lake).detail}


def quarantine(lake: Aws, folder: str, landed: dict[str, Any], rows: int) -> None:
    """The first airlines of the raw file, as the Glue job leaves what it quarantines."""
    raw = lake.s3.get_object(Bucket=lake.settings.bucket("raw"), Key=landed["key"])["Body"]
    first = [line.split(",") for line in raw.read().decode().splitlines()[1 : rows + 1]]
    table = pa.table(
        {
            "carrier": [carrier for carrier, _ in first],
            "name": [name for _, name in first],
            "_rule": ["known"] * rows,
        }
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    lake.s3.put_object(
        Bucket=lake.settings.bucket("quarantine"),
        Key=f"{folder}part-0.parquet",
        Body=sink.getvalue().to_pybytes(),
    )


def read(lake: Aws) -> int:
    return athena.count("airlines", lake.settings.database, lake)[0]


def published(lake: Aws, token: str, rows: int = 16) -> dict[str, Any]:
    """A run that is published with so many of its 16 rows; the ledger's record."""
    return publish(AIRLINES, tokens(token), converted(lake, token, rows))

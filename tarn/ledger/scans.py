"""What Athena scans for views, and the record of a compaction: what each scanned before and after.

A compaction is `ledger/compactions/<token>.json` in the ops zone (lake_ops.compactions). Its views
are read in every column, as a dashboard reads them; a refresh's figure is that of its count of the
rows, which needs fewer columns. The view lake_ops.scanned shows both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tarn import moments
from tarn.aws import Aws
from tarn.errors import aws_errors
from tarn.partition import Partition
from tarn.services import athena, catalog
from tarn.services.work import make_token

COMPACTIONS = "ledger/compactions/"


@dataclass(frozen=True)
class Scan:
    """The bytes that a query scanned, and the query's id."""

    bytes: int
    query: str


@aws_errors("scans")
def measure(views: Iterable[str], aws: Aws) -> dict[str, Scan]:
    """What reading every column of these views scans; those that are not created are left out."""
    found = {name: catalog.get_table(aws.settings.database, name, aws) for name in views}
    return {name: _read(name, view, aws) for name, view in found.items() if view is not None}


def _read(name: str, view: Mapping[str, Any], aws: Aws) -> Scan:
    """One row comes back, of counts: the columns are read, and are not written anywhere."""
    columns = [column["Name"] for column in view["StorageDescriptor"]["Columns"]]
    counts = ", ".join('count("{}")'.format(column.replace('"', '""')) for column in columns)
    sql = f'SELECT {counts} FROM "{aws.settings.database}"."{name}"'  # noqa: S608
    answer = athena.query(sql, aws.settings.database, aws)
    return Scan(answer.scanned, answer.query_id)


@aws_errors("scans: record a compaction")
def compacted(
    partitions: Iterable[Partition],
    before: Mapping[str, Scan],
    after: Mapping[str, Scan],
    aws: Aws,
) -> dict[str, Any]:
    """Record what each view scanned before partitions were rewritten, and after."""
    at, names = moments.now(), sorted(map(str, partitions))
    entry = {
        "token": make_token("compact", at, *names),
        "compacted_at": at,
        "partitions": names,
        "views": [
            {
                "view": view,
                "bytes_before": before[view].bytes,
                "bytes_after": after[view].bytes,
                "query_before": before[view].query,
                "query_after": after[view].query,
            }
            for view in before
            if view in after
        ],
    }
    aws.put_json("ops", f"{COMPACTIONS}{entry['token']}.json", entry)
    return entry

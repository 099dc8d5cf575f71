"""What views scan before and after files are rewritten, as Athena says it and as it is recorded."""

from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.deploy import deploy
from tarn.ledger import ledger, scans
from tarn.services import athena
from tarn.steps.views import refresh_views, views_of
from tests.tarn.airlines import AIRLINES, published
from tests.tarn.conftest import ROOT

NAMES = "SELECT a.carrier AS carrier, a.name AS name FROM lake.airlines AS a"
CODES = "SELECT n.carrier AS carrier FROM lake.names AS n"


@pytest.fixture
def viewed(home: Path, lake: Aws) -> Aws:
    """A lake of airlines with two views, one over the other, and none of them created yet."""
    (home / "sql" / "lake").mkdir(parents=True)
    (home / "sql" / "lake_ops").symlink_to(ROOT / "sql" / "lake_ops")
    list(deploy())
    (home / "sql" / "lake" / "names.sql").write_text(NAMES)
    (home / "sql" / "lake" / "codes.sql").write_text(CODES)
    published(lake, "aaa", rows=9)
    return lake


def scanned(lake: Aws) -> Any:
    sql = (
        "SELECT view, occasion, bytes_before, bytes_after, change_percent, query_after "
        "FROM scanned ORDER BY occasion, at, view"
    )
    return athena.query(sql, lake.settings.ops_database, lake).rows


def test_a_view_is_read_in_every_column(viewed: Aws) -> None:
    assert scans.measure(views_of(["airlines"]), viewed) == {}  # they are not created yet
    refresh_views(viewed)
    found = scans.measure(views_of(["airlines"]), viewed)
    assert list(found) == ["names", "codes"]
    database = viewed.settings.database
    for view, scan in found.items():
        whole = athena.query(f"SELECT * FROM {view}", database, viewed)
        assert scan.bytes == whole.scanned > 0


def test_a_compaction_is_recorded(viewed: Aws) -> None:
    refresh_views(viewed)
    views = views_of(["airlines"])
    before = scans.measure(views, viewed)
    published(viewed, "bbb", rows=16)
    after = scans.measure(views, viewed)
    entry = scans.compacted([AIRLINES], before, after, viewed)
    assert entry["partitions"] == ["airlines all"]
    assert scanned(viewed) == tuple(
        (
            view,
            "compact",
            str(before[view].bytes),
            str(after[view].bytes),
            str(round(100 * (after[view].bytes - before[view].bytes) / before[view].bytes, 1)),
            after[view].query,
        )
        for view in ("codes", "names")
    )
    assert after["names"].bytes != before["names"].bytes


def test_a_view_that_came_or_went_meanwhile(viewed: Aws) -> None:
    one, two = scans.Scan(10, "q1"), scans.Scan(0, "q2")
    entry = scans.compacted([AIRLINES], {"a": one, "b": two}, {"b": one, "c": two}, viewed)
    assert [view["view"] for view in entry["views"]] == ["b"]
    assert scanned(viewed) == (("b", "compact", "0", "10", None, "q1"),)


def test_a_refresh_is_held_against_the_one_before(viewed: Aws) -> None:
    for token, size in (("r1", 100), ("r2", 80), ("r3", None), ("r4", 120)):
        view = {"view": "names", "bytes": 1, "ingestion": "i", "query": f"q-{token}"}
        # As refreshes from before said nothing of it.
        view |= {"scanned": size} if size else {}
        ledger.refreshed(["airlines"], token, token, views=[view])
    assert scanned(viewed) == (
        ("names", "refresh", None, "100", None, "q-r1"),
        ("names", "refresh", "100", "80", "-20.0", "q-r2"),
        ("names", "refresh", "80", "120", "50.0", "q-r4"),
    )

"""Readers go back to former runs, as Athena sees it; nothing that is gone is gone back to."""

from typing import Any

import pytest

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.ledger import ledger
from tarn.published import readers, rollback
from tarn.published.rollback import rollback as go_back
from tarn.services import catalog
from tarn.steps.publish import publish
from tests.tarn.airlines import AIRLINES, converted, published, read, tokens


def test_readers_see_the_former_rows(deployed: Aws) -> None:
    first = published(deployed, "aaa")
    second = published(deployed, "bbb", rows=15)
    assert read(deployed) == 15
    ledger.pending_refresh(keep="r")
    ledger.refreshed(["airlines"], "r", "r")
    assert ledger.pending_refresh() == []

    entry = go_back(AIRLINES, run_by="ann")
    assert read(deployed) == 16
    assert (entry["status"], entry["run_by"], entry["cost_usd"]) == ("rolled_back", "ann", 0)
    assert (entry["previous_location"], entry["location"]) == (
        second["location"],
        first["location"],
    )
    assert entry["rows_published"] == 16
    assert ledger.pending_refresh() == ["airlines"]
    assert ledger.summary() == [entry]


def test_twice_goes_further_back_and_not_to_and_fro(deployed: Aws) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15), ("ccc", 14)):
        published(deployed, token, rows)
    go_back(AIRLINES, "ann")
    assert read(deployed) == 15
    go_back(AIRLINES, "ann")
    assert read(deployed) == 16
    with pytest.raises(Terminal, match="airlines all has no former run to go back to"):
        go_back(AIRLINES, "ann")
    published(deployed, "ddd", 13)
    go_back(AIRLINES, "ann")
    assert read(deployed) == 16  # and not to what was gone back over


def test_to_a_run(deployed: Aws) -> None:
    for token, rows in (("aaa", 16), ("abb", 15), ("ccc", 14)):
        published(deployed, token, rows)
    go_back(AIRLINES, "ann", to="aaa")
    assert read(deployed) == 16
    go_back(AIRLINES, "ann", to="c")  # forth again, if it is asked for
    assert read(deployed) == 14
    go_back(AIRLINES, "ann")
    assert read(deployed) == 16
    for to, says in {
        "zzz": r"no published run 'zzz'. With --to it can go to abb, ccc\.",
        "a": "2 runs that begin with 'a'",
        "aaa": "see run aaa already",
    }.items():
        with pytest.raises(Terminal, match=says):
            go_back(AIRLINES, "ann", to=to)


def test_nothing_published(deployed: Aws) -> None:
    with pytest.raises(Terminal, match="airlines all is not published"):
        go_back(AIRLINES, "ann")


def test_the_files_are_gone(deployed: Aws) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15), ("ccc", 14)):
        published(deployed, token, rows)
    key = f"{AIRLINES.run_folder('bbb')}part-0.parquet"
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("curated"), Key=key)
    says = r"cannot go back to run bbb: 0 of its \d+ bytes are left .* With --to it can go to aaa\."
    with pytest.raises(Terminal, match=says):
        go_back(AIRLINES, "ann")
    assert read(deployed) == 14


def test_collected_at_the_same_time(deployed: Aws) -> None:
    """The collector was first: its tombstone is there, the files still are too."""
    published(deployed, "aaa")
    published(deployed, "bbb", rows=15)
    assert readers.give_up(AIRLINES, "aaa", deployed)
    with pytest.raises(Terminal, match="Run aaa of airlines all was collected at "):
        go_back(AIRLINES, "ann")
    assert read(deployed) == 15
    assert catalog.location_of(AIRLINES, deployed)[1]["tarn.run"] == "bbb"
    assert [r["status"] for r in ledger.read()] == ["published", "published"]


def test_moved_at_the_same_time(deployed: Aws) -> None:
    """The rollback was first: the collector leaves what readers see."""
    published(deployed, "aaa")
    assert not readers.give_up(AIRLINES, "aaa", deployed)
    readers.spare(AIRLINES, "aaa", deployed)
    published(deployed, "bbb", rows=15)
    go_back(AIRLINES, "ann")
    assert read(deployed) == 16


def test_a_first_publish_of_what_is_collected(deployed: Aws) -> None:
    results = converted(deployed, "aaa")
    assert readers.give_up(AIRLINES, "aaa", deployed)
    with pytest.raises(Terminal, match="was collected"):
        publish(AIRLINES, tokens("aaa"), results)
    assert read(deployed) == 0


def killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_cut_off_after_readers_were_moved(deployed: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15), ("ccc", 14)):
        published(deployed, token, rows)

    with monkeypatch.context() as patch:
        patch.setattr(rollback.ledger, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            go_back(AIRLINES, "ann")
    assert read(deployed) == 15
    assert ledger.read(statuses=[ledger.ROLLED_BACK]) == []
    entry = go_back(AIRLINES, "ann")  # finishes the first, and goes no further
    assert read(deployed) == 15
    assert entry["location"].endswith("run=bbb/")
    assert entry["previous_location"].endswith("run=ccc/")
    go_back(AIRLINES, "ann")
    assert read(deployed) == 16


@pytest.mark.parametrize("retry", ["rollback", "publish"])
def test_cut_off_before_it_saw_the_tombstone(
    deployed: Aws, monkeypatch: pytest.MonkeyPatch, retry: str
) -> None:
    """Who comes next holds against it what the one that was cut off could not."""
    published(deployed, "aaa", rows=14)
    results = published(deployed, "bbb", rows=15) and converted(deployed, "ccc")

    def move() -> Any:
        if retry == "rollback":
            return go_back(AIRLINES, "ann", to="aaa")
        return publish(AIRLINES, tokens("ccc"), results)

    with monkeypatch.context() as patch:
        patch.setattr(readers, "hold", killed)
        with pytest.raises(KeyboardInterrupt):
            move()
    assert read(deployed) == (14 if retry == "rollback" else 16)
    readers.give_up(AIRLINES, "aaa" if retry == "rollback" else "ccc", deployed)
    with pytest.raises(Terminal, match="was collected at"):
        move()
    assert read(deployed) == 15


def test_a_publish_that_left_no_record(deployed: Aws) -> None:
    published(deployed, "aaa")
    published(deployed, "bbb", rows=15)
    key = ledger.record_key(AIRLINES, "bbb")
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("ops"), Key=key)
    go_back(AIRLINES, "ann")
    assert read(deployed) == 16

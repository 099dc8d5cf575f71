"""What is collected, what never is: on the real server, and over random histories."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tarn import moments
from tarn.aws import Aws
from tarn.errors import TarnError, Terminal
from tarn.ledger import ledger
from tarn.ledger.record import EMPTY
from tarn.page import data_docs
from tarn.partition import Partition
from tarn.published import readers, retention
from tarn.published.history import History
from tarn.published.notes import NOTES
from tarn.published.retention import Folder, Keep, collect, unneeded
from tarn.published.rollback import rollback
from tarn.published.turns import turn
from tarn.rows import quarantine
from tarn.services import athena, catalog, databrew
from tarn.steps.land import land
from tarn.steps.publish import publish
from tests.tarn.airlines import AIRLINES, converted, published, read, tokens

YEARS = count(1000)  # a partition that no other example has


@pytest.fixture
def at_once(deployed: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A lake that keeps no former run, and nothing for a grace period."""
    monkeypatch.setenv("TARN_RETENTION_RUNS", "0")
    monkeypatch.setenv("TARN_RETENTION_DAYS", "0")
    monkeypatch.setenv("TARN_STALE_SECONDS", "0")
    return Aws()


def runs_in(zone: str, lake: Aws, below: str = "airlines/") -> set[str]:
    keys = (key for key, _ in lake.keys(zone, below))
    return {key.split("run=")[1].split("/")[0].removesuffix(".json") for key in keys}


def versions(lake: Aws) -> list[Any]:
    answer = lake.s3.list_object_versions(Bucket=lake.settings.bucket("raw"))
    return [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]


def test_nothing_goes_while_a_query_may_read_it(deployed: Aws) -> None:
    for token in ("aaa", "bbb", "ccc", "ddd"):
        published(deployed, token)
    assert list(collect()) == []


def test_former_runs_stay_as_many_as_are_kept(
    at_once: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15), ("ccc", 14), ("ddd", 13)):
        published(at_once, token, rows)
        data_docs.keep("a page", AIRLINES, token, at_once)
    monkeypatch.setenv("TARN_RETENTION_RUNS", "2")
    gone = list(collect())
    assert {thing.why for thing in gone} == {"of run aaa, which readers left"}
    for zone in ("raw", "curated"):
        assert runs_in(zone, at_once) == {"bbb", "ccc", "ddd"}
    assert runs_in("ops", at_once, "metrics/airlines/") == {"bbb", "ccc", "ddd"}
    assert data_docs.tokens(AIRLINES, at_once) == {"bbb", "ccc", "ddd"}
    assert read(at_once) == 13
    rollback(AIRLINES, "ann")
    rollback(AIRLINES, "ann")
    assert read(at_once) == 15
    with pytest.raises(Terminal, match=r"0 of its \d+ bytes are left"):
        rollback(AIRLINES, "ann")


def test_what_was_gone_back_over_goes(at_once: Aws) -> None:
    published(at_once, "aaa")
    published(at_once, "bbb", rows=15)
    rollback(AIRLINES, "ann")
    list(collect())
    assert runs_in("curated", at_once) == {"aaa"}
    assert read(at_once) == 16


def test_a_dry_run_deletes_nothing_and_says_the_same(at_once: Aws) -> None:
    published(at_once, "aaa")
    published(at_once, "bbb", rows=15)
    said = list(collect(dry_run=True))
    assert runs_in("curated", at_once) == {"aaa", "bbb"}
    assert list(collect()) == said
    assert runs_in("curated", at_once) == {"bbb"}
    sizes = {thing.what: thing.bytes for thing in said}
    assert sizes[at_once.settings.uri("curated", "airlines/run=aaa/")] > 0


def test_every_version_of_a_landed_file_goes(at_once: Aws) -> None:
    published(at_once, "aaa")
    published(at_once, "bbb")
    assert {v["Key"].split("/")[1] for v in versions(at_once)} == {"run=aaa", "run=bbb"}
    list(collect())
    assert {v["Key"].split("/")[1] for v in versions(at_once)} == {"run=bbb"}


def notes(lake: Aws) -> set[str]:
    return {key for prefix in NOTES for key, _ in lake.keys("ops", prefix)}


def test_notes_that_have_served_go(at_once: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for token, rows in (("aaa", 16), ("bbb", 15)):
        published(at_once, token, rows)
    at_once.put_json("ops", "alerts/sent/airlines/failed-t.json", {"sent_at": moments.now()})
    ledger.pending_refresh(keep="never-ended")
    state = {"state": "fresh"}
    at_once.put_json("ops", "alerts/freshness/airlines.json", state)
    written = {"alerts/sent/airlines/failed-t.json", "refresh/pending/never-ended.json"}

    monkeypatch.setenv("TARN_STALE_SECONDS", "7200")  # somebody may still look for them
    list(collect())
    assert notes(at_once) == written | {"collected/airlines/airlines-aaa.json"}
    monkeypatch.setenv("TARN_STALE_SECONDS", "0")
    said = list(collect(dry_run=True))
    assert {thing.why for thing in said} == set(NOTES.values())
    assert len(notes(at_once)) == 3
    assert list(collect()) == said
    assert notes(at_once) == set()
    assert at_once.get_json("ops", "alerts/freshness/airlines.json") == state
    assert len(ledger.read()) == 2


def test_a_failed_run_goes_with_its_crawler_and_table(at_once: Aws) -> None:
    published(at_once, "aaa")
    converted(at_once, "bbb")
    ledger.ended(AIRLINES)
    whats = {thing.what for thing in collect()}
    assert f"crawler {at_once.settings.prefix}-airlines-bbb" in whats
    assert f"table {at_once.settings.shadow_database}.airlines_run_bbb" in whats
    assert runs_in("curated", at_once) == runs_in("raw", at_once) == {"aaa"}
    assert at_once.settings.prefix not in str(at_once.glue.list_crawlers()["CrawlerNames"])


def test_a_run_under_way_is_left_alone(at_once: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARN_STALE_SECONDS", "7200")
    published(at_once, "aaa")
    converted(at_once, "bbb")
    assert list(collect()) == []
    assert runs_in("curated", at_once) == {"aaa", "bbb"}


def test_a_publish_without_its_record_holds_everything(at_once: Aws) -> None:
    """Killed between the catalog and the ledger: nobody knows what the run was made from."""
    published(at_once, "aaa")
    results = converted(at_once, "bbb") | {"land": land(AIRLINES, "lll")}
    publish(AIRLINES, tokens("bbb") | {"land": "lll"}, results)
    assert "lll" not in str(list(collect(dry_run=True)))
    key = ledger.record_key(AIRLINES, "bbb")
    at_once.s3.delete_object(Bucket=at_once.settings.bucket("ops"), Key=key)
    assert list(collect()) == []


def test_databrew_makes_room(at_once: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    published(at_once, "aaa")
    databrew.put_dataset(AIRLINES, at_once.settings.uri("raw", "airlines/run=aaa/"), at_once)
    databrew.put_ruleset(AIRLINES, at_once)
    name = at_once.settings.databrew("airlines")
    assert [thing.what for thing in collect()] == [f"DataBrew {name}"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        at_once.databrew.describe_dataset(Name=name)
    assert list(collect()) == []
    assert not any(
        name in ruleset["Name"] for ruleset in at_once.databrew.list_rulesets()["Rulesets"]
    )


def test_cut_off_it_goes_on(at_once: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for token in ("aaa", "bbb", "ccc"):
        published(at_once, token)
    everything = list(collect(dry_run=True))
    assert len(everything) == 6
    for _ in everything:  # each time killed before its second folder
        with monkeypatch.context() as patch:
            patch.setattr(retention, "_delete", killed_after(1, retention._delete))
            try:
                list(collect())
            except KeyboardInterrupt:
                continue
            break
    assert list(collect()) == []
    assert runs_in("curated", at_once) == runs_in("raw", at_once) == {"ccc"}


def test_cut_off_it_leaves_no_rows_in_the_quarantine(
    at_once: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(at_once, "aaa", rows=15)
    published(at_once, "bbb", rows=14)
    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "forget", killed_after(0, quarantine.forget))
        with pytest.raises(KeyboardInterrupt):
            list(collect())
    list(collect())
    sql = "SELECT DISTINCT run FROM quarantine"
    assert athena.query(sql, at_once.settings.ops_database, at_once).rows == (("bbb",),)
    assert at_once.keys("quarantine", quarantine.folder(AIRLINES, "aaa")) == []


def killed_after(times: int, function: Callable[..., Any]) -> Callable[..., Any]:
    calls = count()

    def call(*arguments: Any) -> Any:
        if next(calls) >= times:
            raise KeyboardInterrupt
        return function(*arguments)

    return call


def test_readers_moved_meanwhile(at_once: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback comes between the collector's look at the history and its deleting."""
    published(at_once, "aaa")
    published(at_once, "bbb", rows=15)
    found = retention.unneeded

    def slow(*arguments: Any) -> Any:
        gone = found(*arguments)
        rollback(AIRLINES, "ann")
        return gone

    with monkeypatch.context() as patch:
        patch.setattr(retention, "unneeded", slow)
        assert list(collect()) == []
    assert read(at_once) == 16
    list(collect())
    assert runs_in("curated", at_once) == {"aaa"}


# -- random histories

DEEDS = (
    st.just(("publish", 0)),
    st.just(("fail", 0)),
    st.just(("rollback", 0)),
    st.tuples(st.just("to"), st.integers(0, 5)),
    st.tuples(st.just("killed"), st.integers(0, 4)),
    st.tuples(st.just("collect"), st.integers(0, 2)),
)


class World:
    """A month of weather on the real server, moved by random deeds."""

    def __init__(self, lake: Aws) -> None:
        self.lake = lake
        self.month = Partition("weather", (("year", next(YEARS)), ("month", 1)))
        self.made: list[str] = []

    def write(self) -> str:
        """What the steps of a run leave; its token."""
        token = f"t{len(self.made)}"
        self.made.append(token)
        for zone in ("raw", "clean", "curated"):
            bucket = self.lake.settings.bucket(zone)
            key = f"{self.month.run_folder(token)}part-0"
            self.lake.s3.put_object(Bucket=bucket, Key=key, Body=b"12345")
        return token

    def publish(self, _: int) -> None:
        token = self.write()
        location = self.lake.settings.uri("curated", self.month.run_folder(token))
        head = {"dataset": "weather", "partition": self.month.label, "token": token}
        with turn(self.month, token, self.lake) as mine:
            moves = catalog.seen(self.month, self.lake).moves
            readers.move(mine, location, {}, moves, "", self.lake)
        said = {"status": "published", "finished_at": moments.now(), "location": location}
        tokens = {"tokens": dict.fromkeys(("land", "clean", "convert"), token)}
        ledger.record(EMPTY | head | said | tokens | {"bytes_published": 5}, self.lake)

    def fail(self, _: int) -> None:
        self.write()

    def rollback(self, _: int) -> None:
        rollback(self.month, "ann", aws=self.lake)

    def to(self, which: int) -> None:
        rollback(self.month, "ann", f"t{which}", self.lake)

    def collect(self, runs: int) -> None:
        keep = Keep(runs, datetime.now(UTC) + timedelta(seconds=1))
        folders = retention._folders("weather", self.lake).get(self.month, [])
        past = retention._histories("weather", self.lake)[self.month.label]
        list(retention._partition(self.month, past, folders, keep, self.lake, dry_run=False))

    def killed(self, after: int) -> None:
        delete = retention._delete
        retention._delete = killed_after(after, delete)  # type: ignore[assignment]
        try:
            self.collect(1)
        except KeyboardInterrupt:
            pass
        finally:
            retention._delete = delete

    @property
    def current(self) -> str:
        return readers.run_of(catalog.location_of(self.month, self.lake)[0])

    @property
    def way(self) -> list[str]:
        return retention._histories("weather", self.lake)[self.month.label].way

    def whole(self, run: str) -> bool:
        folder = self.month.run_folder(run)
        zones = ("raw", "clean", "curated")
        return all(self.lake.keys(zone, folder) for zone in zones)


class Model:
    """The same in memory, for many more histories: which runs' files there are."""

    def __init__(self) -> None:
        self.past = History()
        self.files: set[str] = set()
        self.tombstones: set[str] = set()
        self.made = 0

    def move(self, run: str, status: str) -> None:
        facts = {"location": f"s3://curated/run={run}/", "tokens": {"land": f"land-{run}"}}
        self.past.follow(facts | {"status": status, "finished_at": moments.now()})

    def publish(self, _: int) -> None:
        self.fail(0)
        self.move(f"t{self.made}", ledger.PUBLISHED)

    def fail(self, _: int) -> None:
        self.made += 1
        self.files |= {f"t{self.made}", f"land-t{self.made}"}

    def rollback(self, _: int) -> None:
        if self.past.way[:-1]:
            self.back(self.past.way[-2])

    def to(self, which: int) -> None:
        if f"t{which}" in self.past.records:
            self.back(f"t{which}")

    def back(self, run: str) -> None:
        if run in self.files - self.tombstones:
            self.move(run, ledger.ROLLED_BACK)

    def collect(self, runs: int) -> None:
        self.files -= self.doomed(runs)

    def killed(self, after: int) -> None:
        self.files -= set(sorted(self.doomed(1))[:after])

    def doomed(self, runs: int) -> set[str]:
        folders = [Folder("curated", "", token) for token in self.files]
        keep = Keep(runs, datetime.now(UTC) + timedelta(seconds=1))
        current = self.past.way[-1] if self.past.way else ""
        doomed = {folder.token for folder, _ in unneeded(folders, self.past, current, keep)}
        self.tombstones |= doomed
        return doomed

    def whole(self, run: str) -> bool:
        return {run, f"land-{run}"} <= self.files


@given(st.lists(st.one_of(DEEDS), max_size=40))
def test_what_can_be_gone_back_to_is_never_lost(plan: list[tuple[str, int]]) -> None:
    model = Model()
    for deed, how in plan:
        whole = {run for run in model.past.way if model.whole(run)}
        getattr(model, deed)(how)
        assert all(model.whole(run) for run in model.past.way[-1:])
        if deed in ("collect", "killed"):
            kept = model.past.way[-2 if deed == "killed" else -1 - how :]
            assert all(model.whole(run) for run in kept if run in whole)
            left = {run for run in model.files if run in model.past.records}
            assert deed == "killed" or left == {r for r in kept if r in model.files}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(DEEDS), min_size=3, max_size=10))
def test_what_readers_see_is_never_lost(deployed: Aws, plan: list[tuple[str, int]]) -> None:
    world = World(deployed)
    for deed, how in plan:
        current, whole = world.current, {run for run in world.made if world.whole(run)}
        try:
            getattr(world, deed)(how)
        except TarnError:  # refused: then nobody was moved
            assert world.current == current
        assert not world.current or world.whole(world.current)
        if deed in ("collect", "killed"):
            kept = world.way[-2 if deed == "killed" else -1 - how :]
            assert all(world.whole(run) for run in kept if run in whole)

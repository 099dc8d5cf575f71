from pathlib import Path

import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.logs import model
from local_aws.services.logs.errors import ResourceNotFoundException
from local_aws.services.logs.model import LogStore, Position, Window


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path, 1, Credentials("key", "secret"))


@pytest.fixture
def store(platform: Platform) -> LogStore:
    return LogStore(platform)


def messages(store: LogStore, window: Window, *terms: str) -> list[str]:
    return [event["message"] for event in store.events("g", ["s"], window, terms)]


def test_append_makes_group_and_stream(store: LogStore) -> None:
    store.append("g", "s", [(10, "one"), (20, "two")])
    store.append("g", "s", [(30, "three")])
    assert messages(store, Window()) == ["one", "two", "three"]
    assert [group["name"] for group in store.groups()] == ["g"]
    (stream,) = store.streams("g")
    assert (stream["first"], stream["last"]) == (10, 30)


def test_appending_nothing_makes_the_stream(store: LogStore) -> None:
    store.append("g", "s", [])
    assert messages(store, Window()) == []


def test_order_is_by_time_then_arrival(store: LogStore) -> None:
    store.append("g", "s", [(20, "b"), (10, "a"), (20, "c")])
    assert messages(store, Window()) == ["a", "b", "c"]


def test_windows(store: LogStore) -> None:
    store.append("g", "s", [(at, str(at)) for at in range(10)])
    assert messages(store, Window(limit=3)) == ["0", "1", "2"]
    assert messages(store, Window(limit=3, backward=True)) == ["7", "8", "9"]
    assert messages(store, Window(Position(3, 0), Position(6, 0))) == ["3", "4", "5"]


def test_more_events_than_one_read(store: LogStore) -> None:
    count = model._CHUNK * 2 + 7
    store.append("g", "s", [(1, str(number)) for number in range(count)])
    assert messages(store, Window()) == [str(number) for number in range(count)]
    assert messages(store, Window(backward=True))[0] == "0"


def test_a_page_holds_about_a_megabyte(store: LogStore) -> None:
    store.append("g", "s", [(at, "x" * 400_000) for at in range(5)])
    assert len(messages(store, Window())) == 2
    store.append("g", "s", [(-1, "y" * 2_000_000)])
    assert len(messages(store, Window())) <= 1


def test_terms(store: LogStore) -> None:
    store.append("g", "s", [(1, "ERROR disk full"), (2, "error"), (3, "ERROR net")])
    assert messages(store, Window(), "ERROR") == ["ERROR disk full", "ERROR net"]
    assert messages(store, Window(), "ERROR", "disk") == ["ERROR disk full"]


def test_retention(store: LogStore) -> None:
    now = model._milliseconds()
    store.append("g", "s", [(now - 2 * 86_400_000, "old"), (now, "new")])
    store.append("other", "s", [(0, "kept")])
    store.set_retention("g", 1)
    assert messages(store, Window()) == ["new"]
    assert [e["message"] for e in store.events("other", ["s"], Window())] == ["kept"]


def test_deleting_takes_all_below(store: LogStore) -> None:
    store.append("g", "s", [(1, "one")])
    store.delete_stream("g", "s")
    with pytest.raises(ResourceNotFoundException, match="log stream does not exist: s in g"):
        messages(store, Window())
    store.append("g", "s", [(2, "two")])
    store.delete_group("g")
    with pytest.raises(ResourceNotFoundException, match="log group does not exist: g"):
        messages(store, Window())
    assert store.db.all("SELECT * FROM events") == []


def test_another_process_finds_everything(store: LogStore, platform: Platform) -> None:
    store.append("g", "s", [(1, "one")])
    assert messages(LogStore(platform), Window()) == ["one"]

"""Links are used once and in time; sessions end; of both only hashes are kept."""

import hashlib
from pathlib import Path

import pytest

from local_aws.console.access import (
    LINK_SECONDS,
    SESSION_SECONDS,
    Access,
    NotAPage,
    Session,
)
from local_aws.context import Credentials, Platform


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path, 4566, Credentials("key", "secret"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(platform: Platform, clock: Clock) -> Access:
    return Access(platform, clock)


def test_a_link_opens_a_session_once(access: Access) -> None:
    token = access.link("/quicksight/dashboards/one")
    session = access.redeem(token)
    assert access.is_open(session)
    assert access.redeem(token) is None
    assert access.path(token) == "/quicksight/dashboards/one"


def test_a_reader_s_session_is_not_the_account_s(access: Access) -> None:
    session = access.redeem(access.link("/quicksight/dashboards/one", "ann"))
    assert access.session(session) == Session("ann")
    assert not access.is_open(session)
    assert access.session(access.redeem(access.link())) == Session(None)
    with pytest.raises(NotAPage):
        access.link("/_console/", "ann")


def test_links_and_sessions_of_a_tarn_without_readers(platform: Platform, clock: Clock) -> None:
    old = platform.db("console")
    old.script(
        "CREATE TABLE sessions (hash TEXT PRIMARY KEY, expires REAL NOT NULL) WITHOUT ROWID;"
    )
    kept = hashlib.sha256(b"token").hexdigest()
    old.execute("INSERT INTO sessions VALUES (?, ?)", (kept, clock.now + 1))
    assert Access(platform, clock).session("token") == Session(None)


def test_a_link_is_late_after_its_time(access: Access, clock: Clock) -> None:
    token = access.link()
    clock.now += LINK_SECONDS
    assert access.redeem(token) is None


def test_a_session_ends_by_itself_and_when_it_is_ended(access: Access, clock: Clock) -> None:
    first, second = access.redeem(access.link()), access.redeem(access.link())
    assert first is not None
    access.end(first)
    assert not access.is_open(first)
    assert access.is_open(second)
    clock.now += SESSION_SECONDS
    assert not access.is_open(second)


def test_a_session_survives_a_restart(access: Access, platform: Platform, clock: Clock) -> None:
    session = access.redeem(access.link())
    assert Access(platform, clock).is_open(session)


@pytest.mark.parametrize("token", ["", "guess", "x" * 5000, "\x00", "\udcff", None])
def test_what_nobody_handed_out_opens_nothing(access: Access, token: str) -> None:
    assert not access.is_open(token)
    assert access.redeem(token or "") is None
    assert access.path(token or "") == "/_console/"


def test_a_session_is_no_link_and_a_link_no_session(access: Access) -> None:
    token = access.link()
    session = access.redeem(access.link())
    assert not access.is_open(token)
    assert access.redeem(session or "") is None


def test_the_data_folder_holds_hashes_only(access: Access, platform: Platform) -> None:
    token = access.link()
    session = access.redeem(token) or ""
    for file in (platform.data_dir / "state").iterdir():
        kept = file.read_bytes()
        assert token.encode() not in kept
        assert session.encode() not in kept


def test_what_is_over_is_forgotten(access: Access, clock: Clock) -> None:
    access.redeem(access.link())
    clock.now += SESSION_SECONDS
    access.link()
    rows = [access._db.all(f"SELECT * FROM {table}") for table in ("links", "sessions")]
    assert [len(found) for found in rows] == [1, 0]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "\\\\evil.example", "/\\evil.example", "https://evil.example/", "/", "",
        "/_console", "/_consoles/", "/_console/\\evil", "/_console/\nSet-Cookie: a=b",
        "/_console/'><script>", "javascript:alert(1)", "/bucket/key", " /_console/",
        "/quicksight.evil/", "/_console/é",
    ],
)  # fmt: skip
def test_a_link_leads_to_a_page_of_ours_alone(access: Access, path: str) -> None:
    if path == "/_console":
        assert access.link(path)
        return
    with pytest.raises(NotAPage, match="is no path of the console"):
        access.link(path)

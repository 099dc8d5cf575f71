"""SQLite as every service uses it: transactions, damage, a full disk, threads."""

import sqlite3
import threading
from pathlib import Path

import pytest

from local_aws.database import Database, DatabaseDamaged


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = Database(tmp_path / "x.sqlite3")
    db.script("CREATE TABLE t (a TEXT)")
    return db


def fill(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the disk full for this database: no page may be added to it."""
    pages = db.one("PRAGMA page_count")
    assert pages
    db.execute(f"PRAGMA max_page_count={pages['page_count']}")


def test_a_transaction_is_all_or_nothing(db: Database) -> None:
    def work() -> None:
        with db.transaction():
            db.execute("INSERT INTO t VALUES ('a')")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert db.all("SELECT * FROM t") == []


def test_a_part_that_fails_is_undone_and_the_rest_is_kept(db: Database) -> None:
    def part() -> None:
        with db.transaction():
            db.execute("INSERT INTO t VALUES ('undone')")
            raise KeyError

    with db.transaction():
        db.execute("INSERT INTO t VALUES ('before')")
        with pytest.raises(KeyError):
            part()
        db.execute("INSERT INTO t VALUES ('after')")
    assert [row["a"] for row in db.all("SELECT a FROM t")] == ["before", "after"]


def test_after_a_full_disk_the_error_is_told_and_the_next_transaction_works(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(db, monkeypatch)

    def work() -> None:
        with db.transaction():
            db.execute("INSERT INTO t VALUES ('lost')")
            db.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))

    with pytest.raises(sqlite3.OperationalError, match="full"):
        work()
    assert not db.connection.in_transaction
    with db.transaction():
        db.execute("INSERT INTO t VALUES ('kept')")
    assert db.all("SELECT a FROM t") == [{"a": "kept"}]


def test_a_commit_that_fails_leaves_no_transaction_open(db: Database) -> None:
    db.script("CREATE TABLE p (a PRIMARY KEY); "
              "CREATE TABLE c (a REFERENCES p DEFERRABLE INITIALLY DEFERRED)")  # fmt: skip

    def work() -> None:
        with db.transaction():
            db.execute("INSERT INTO c VALUES ('no parent')")

    with pytest.raises(sqlite3.IntegrityError):
        work()
    assert not db.connection.in_transaction
    assert db.all("SELECT * FROM c") == []


def test_damage_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DatabaseDamaged, match=r"x\.sqlite3 is damaged"):
        Database(path).script("CREATE TABLE t (a)")


def test_damage_inside_names_the_file(db: Database) -> None:
    db.execute("INSERT INTO t VALUES ('a')")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = db.path.stat().st_size
    with db.path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))
    with pytest.raises(DatabaseDamaged, match=r"x\.sqlite3 is damaged"):
        Database(db.path).all("SELECT * FROM t")


def test_threads_that_ended_leave_no_connections(db: Database) -> None:
    """SQLite keeps a closed descriptor for its next connection: one, however many threads."""
    before = len(_open(db.path))
    for _ in range(5):
        thread = threading.Thread(target=db.all, args=("SELECT * FROM t",))
        thread.start()
        thread.join()
    assert len(_open(db.path)) <= before + 1


def _open(path: Path) -> list[str]:
    """This process's descriptors of the file."""
    links = (link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return [str(link) for link in links if str(link) == str(path)]


def test_the_log_beside_the_file_does_not_stay_large(db: Database) -> None:
    wal = db.path.with_name(db.path.name + "-wal")
    with db.transaction():
        for _ in range(300):
            db.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))
    assert wal.stat().st_size > 20 << 20
    for _ in range(3):  # a checkpoint, then the log begins anew and is cut
        db.execute("INSERT INTO t VALUES ('a')")
    assert wal.stat().st_size <= 16 << 20

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local_aws.services.glue.jobs import launcher
from local_aws.services.glue.jobs.pool import JvmPool


class FakeJvm:
    def __init__(self) -> None:
        self.alive = True
        self.served = 0
        self.touched = time.monotonic()
        self.wanted = threading.Event()

    def hurry(self) -> None:
        self.wanted.set()

    def end(self) -> None:
        self.alive = False

    def tidy(self) -> None:
        pass


class FakeLauncher:
    """`launched` are its JVMs; `rehearsed` those that were made warm."""

    patient = False
    """Whether a rehearsal goes on until it is told that a job waits."""

    def __init__(self, launched: list[FakeJvm], memory: bool = True) -> None:
        self.launched = launched
        self.rehearsed: list[Any] = []
        self.archives = 0
        self._memory = memory

    def launch(self) -> Any:
        self.launched.append(FakeJvm())
        return self.launched[-1]

    def may_prepare(self) -> bool:
        return self._memory

    def rehearse(self, jvm: Any) -> bool:
        self.rehearsed.append(jvm)
        return bool(not self.patient or jvm.wanted.wait(5))

    def judge(self, jvm: Any) -> None:
        pass

    def make_archive(self) -> None:
        self.archives += 1

    def close(self) -> None:
        pass


@pytest.fixture
def launched() -> list[FakeJvm]:
    return []


@pytest.fixture
def pool(launched: list[FakeJvm]) -> Iterator[JvmPool]:
    pool = make(launched)
    yield pool
    pool.close()


def make(launched: list[FakeJvm], memory: bool = False, **options: Any) -> JvmPool:
    launcher: Any = FakeLauncher(launched, memory)
    return JvmPool(launcher, **options)


def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert true()


def acquire(pool: JvmPool) -> Any:
    jvm = pool.acquire(threading.Event())
    assert jvm is not None
    return jvm


def test_a_clean_jvm_serves_again(pool: JvmPool, launched: list[FakeJvm]) -> None:
    first = acquire(pool)
    pool.release(first, clean=True)
    assert acquire(pool) is first
    assert len(launched) == 1


def test_one_that_was_not_given_back_clean_is_ended(pool: JvmPool) -> None:
    first = acquire(pool)
    pool.release(first, clean=False)
    assert not first.alive
    assert acquire(pool) is not first


def test_one_that_died_in_the_meantime_is_replaced(pool: JvmPool) -> None:
    first = acquire(pool)
    pool.release(first, clean=True)
    first.alive = False
    assert acquire(pool) is not first


def test_a_short_queue_waits_for_the_warm_one(pool: JvmPool, launched: list[FakeJvm]) -> None:
    first = acquire(pool)
    threading.Timer(0.1, pool.release, (first, True)).start()
    assert acquire(pool) is first
    assert len(launched) == 1


def test_a_long_job_does_not_hold_up_others(launched: list[FakeJvm]) -> None:
    pool = make(launched, patience=0.1)
    first = acquire(pool)
    assert acquire(pool) is not first
    pool.close()


def test_never_more_than_the_most(launched: list[FakeJvm]) -> None:
    pool = make(launched, most=1, patience=0.0)
    acquire(pool)
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    assert pool.acquire(cancelled) is None
    assert len(launched) == 1
    pool.close()


def test_idle_ones_end(launched: list[FakeJvm]) -> None:
    pool = make(launched, idle_seconds=0.1)
    pool.release(acquire(pool), clean=True)
    deadline = time.monotonic() + 5
    while pool.size and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not launched[0].alive


def test_close_ends_all_and_lends_no_more(launched: list[FakeJvm]) -> None:
    pool = make(launched)
    lent = acquire(pool)
    pool.close()
    assert not lent.alive
    assert pool.acquire(threading.Event()) is None


def test_one_is_prepared_and_made_warm_before_a_job_asks(launched: list[FakeJvm]) -> None:
    launcher: Any = FakeLauncher(launched)
    pool = JvmPool(launcher)
    pool.prepare()
    pool.prepare()
    assert acquire(pool) is launched[0]
    assert launcher.rehearsed == launched
    pool.close()


def test_a_job_that_comes_cuts_the_rehearsal_short(launched: list[FakeJvm]) -> None:
    launcher: Any = FakeLauncher(launched)
    launcher.patient = True
    pool = JvmPool(launcher)
    pool.prepare()
    until(lambda: launcher.rehearsed)
    assert acquire(pool) is launched[0]
    pool.close()


def test_none_is_prepared_without_the_memory(launched: list[FakeJvm]) -> None:
    pool = make(launched, memory=False)
    pool.prepare()
    assert not launched
    pool.close()


def test_one_that_had_to_be_ended_is_replaced_at_once(launched: list[FakeJvm]) -> None:
    pool = make(launched, memory=True)
    pool.release(acquire(pool), clean=False)
    assert len(launched) == 2
    assert acquire(pool) is launched[1]
    pool.close()


def test_a_prepared_one_does_not_outlive_the_pool(launched: list[FakeJvm]) -> None:
    pool = make(launched, memory=True)
    pool.prepare()
    pool.close()
    until(lambda: not launched[0].alive)
    pool.prepare()
    assert len(launched) == 1


def test_the_archive_is_made_when_no_job_has_come_for_a_while(launched: list[FakeJvm]) -> None:
    launcher: Any = FakeLauncher(launched, memory=False)
    pool = JvmPool(launcher, quiet_seconds=0.1)
    first = acquire(pool)
    time.sleep(0.2)
    assert not launcher.archives
    pool.release(first, clean=True)
    until(lambda: launcher.archives == 1)
    pool.close()


def test_nothing_is_started_ahead_where_the_environment_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "SPARE_BYTES", 0)
    platform: Any = SimpleNamespace(data_dir=tmp_path, child_environment=dict)
    ours = launcher.Launcher(platform)
    assert ours.may_prepare()
    monkeypatch.setenv("LOCAL_AWS_SPARK_AHEAD", "0")
    assert not ours.may_prepare()
    ours.make_archive()
    assert list(tmp_path.iterdir()) == []

"""What ends work, whenever it is called."""

import threading

import duckdb
import pytest

from local_aws.services.quicksight.ingestions.ending import Ended, Ending


def test_what_is_watched_too_late_is_ended_at_once() -> None:
    ending, ended = Ending(), set()
    ending.watch(lambda: ended.add("before"))
    ending.check()
    ending.end()
    assert ended == {"before"}
    ending.watch(lambda: ended.add("after"))
    assert ended == {"before", "after"}
    with pytest.raises(Ended):
        ending.check()
    ending.finish()


def test_an_interrupt_that_is_lost_is_repeated() -> None:
    ending, called = Ending(), threading.Semaphore(0)
    ending.watch(called.release)
    ending.end()
    assert all(called.acquire(timeout=10) for _ in range(3))
    ending.finish()


def test_what_has_ended_by_itself_is_no_error() -> None:
    ending, connection = Ending(), duckdb.connect()
    ending.watch(connection.interrupt)
    connection.close()
    ending.end()
    ending.finish()

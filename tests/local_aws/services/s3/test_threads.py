"""Work handed to threads: results, errors, how many run at once."""

import asyncio
import threading

import pytest

from local_aws.services.s3.threads import Threads


def test_a_result_and_an_error_come_back() -> None:
    async def ask() -> int:
        threads = Threads(2)
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        return await threads.run(divmod, 7, 2)

    assert asyncio.run(ask()) == (3, 1)


def test_no_more_than_so_many_at_once_and_as_many_as_there_is_work() -> None:
    meet = threading.Barrier(3, timeout=10)
    names = set()

    def work() -> None:
        names.add(threading.current_thread().name)
        meet.wait()

    async def ask() -> None:
        threads = Threads(3)
        await asyncio.gather(*(threads.run(work) for _ in range(9)))

    asyncio.run(ask())
    assert len(names) == 3


def test_a_turn_that_nobody_waits_for_harms_no_other() -> None:
    async def ask() -> str:
        threads = Threads(1)
        begun, go_on = threading.Event(), threading.Event()

        def slow() -> None:
            begun.set()
            go_on.wait(10)

        turn = threads.run(slow)
        await asyncio.sleep(0)
        assert begun.wait(10)
        turn.cancel()
        go_on.set()
        return await threads.run(str, "next")

    assert asyncio.run(ask()) == "next"

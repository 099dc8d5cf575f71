"""Work handed to threads: results, errors, how many run at once."""

import asyncio
import threading
import time

import pytest

from local_aws.services.s3.http.threads import Lane, Threads


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


def test_a_lane_does_short_turns_on_one_thread() -> None:
    async def ask() -> list[str]:
        lane = Lane(4)
        return await asyncio.gather(
            *(lane.run(lambda: threading.current_thread().name) for _ in range(50))
        )

    assert len(set(asyncio.run(ask()))) == 1


def test_a_turn_that_stands_still_holds_up_no_lane() -> None:
    release = threading.Event()

    async def ask() -> list[str]:
        lane = Lane(4)
        stuck = [lane.run(release.wait, 30) for _ in range(3)]
        others = [await lane.run(str, number) for number in range(20)]
        release.set()
        await asyncio.gather(*stuck)
        return others

    assert asyncio.run(ask()) == [str(number) for number in range(20)]


def test_a_lanes_helpers_end_with_the_work() -> None:
    before = set(threading.enumerate())

    async def ask() -> int:
        lane, meet = Lane(4), threading.Barrier(4, timeout=10)
        await asyncio.gather(*(lane.run(meet.wait) for _ in range(4)))
        for _ in range(500):
            left = len(set(threading.enumerate()) - before)
            if left == 1:
                break
            await asyncio.sleep(0.01)
        return left

    assert asyncio.run(ask()) == 1


def test_a_lane_has_no_more_threads_than_it_may() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.15)
        with lock:
            running -= 1

    async def ask() -> None:
        lane = Lane(2)
        await asyncio.gather(*(lane.run(work) for _ in range(6)))

    asyncio.run(ask())
    assert most == 2

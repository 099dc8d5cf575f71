"""Work on things that need one another."""

import threading

from local_aws.services.cloudformation.stacks.walk import WORKERS, reverse, walk

CHAIN = {"C": {"B"}, "B": {"A"}, "A": set[str]()}


def test_each_comes_after_what_it_needs() -> None:
    done: list[str] = []
    assert walk(CHAIN, done.append) == {}
    assert done == ["A", "B", "C"]
    done.clear()
    walk(reverse(CHAIN), done.append)
    assert done == ["C", "B", "A"]


def meet(others: threading.Barrier) -> None:
    others.wait()


def test_what_needs_nothing_is_done_side_by_side() -> None:
    together = threading.Barrier(WORKERS, timeout=30)
    assert walk({str(i): set() for i in range(WORKERS)}, lambda _: meet(together)) == {}


def test_after_a_failure_nothing_is_begun_or_nothing_that_needs_it() -> None:
    done: list[str] = []

    def work(name: str) -> None:
        if name == "A":
            raise ValueError(name)
        done.append(name)

    assert set(walk(CHAIN, work)) == {"A"}
    assert done == []
    failed = walk(CHAIN | {"Other": set()}, work, stop_at_failure=False)
    assert (set(failed), done) == ({"A"}, ["Other"])

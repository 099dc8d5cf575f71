"""Threads that do blocking work for the event loop, at half the cost of the standard library's.

`loop.run_in_executor` makes two futures and takes three locks for each call; small requests are
little else. Here a call is one future and one queue.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Turn = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Threads:
    """At most `count`, each made when all that are there have work. They end with the process."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._made = 0
        self._waiting = 0  # turns that were handed out and are not done; the loop's thread counts
        self._turns: SimpleQueue[Turn] = SimpleQueue()

    def run(
        self, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs
    ) -> asyncio.Future[T]:
        """Have a thread do it. Called from the event loop; so is what the future tells."""
        turn: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting += 1
        if self._waiting > self._made < self._count:
            self._made += 1
            threading.Thread(target=self._work, name=f"s3-{self._made}", daemon=True).start()
        self._turns.put((turn, work, arguments, keywords))
        return turn

    def _work(self) -> None:
        while True:
            turn, work, arguments, keywords = self._turns.get()
            try:
                result, error = work(*arguments, **keywords), None
            except BaseException as caught:
                result, error = None, caught
            turn.get_loop().call_soon_threadsafe(self._done, turn, result, error)
            del (
                turn,
                work,
                arguments,
                keywords,
                result,
                error,
            )  # not kept while it waits for the next

    def _done(
        self, turn: "asyncio.Future[Any]", result: object, error: BaseException | None
    ) -> None:
        self._waiting -= 1
        if turn.cancelled():
            return
        if error is None:
            turn.set_result(result)
        else:
            turn.set_exception(error)

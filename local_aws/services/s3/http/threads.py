"""Threads that do blocking work for the event loop, at half the cost of the standard library's.

`loop.run_in_executor` makes two futures and takes three locks for each call; small requests are
little else. Here a call is one future and one queue.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Turn = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]

PATIENCE = 0.02
"""Seconds without a finished turn after which a lane takes a helper."""


class Threads:
    """At most `count`, each made when all that are there have work. They end with the process."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._made = 0
        self._waiting = 0  # turns that were handed out and are not done; the loop's thread counts
        self._finished = 0
        self._turns: SimpleQueue[Turn] = SimpleQueue()

    def run(
        self, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs
    ) -> asyncio.Future[T]:
        """Have a thread do it. Called from the event loop; so is what the future tells."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[T] = loop.create_future()
        self._waiting += 1
        self._turns.put((turn, work, arguments, keywords))
        self._staff(loop)
        return turn

    def _staff(self, _loop: asyncio.AbstractEventLoop) -> None:
        """See to it that somebody takes the turn."""
        if self._waiting > self._made:
            self._make(self._work)

    def _make(self, work: Callable[..., None], *arguments: object) -> None:
        if self._made < self._count:
            self._made += 1
            name = f"s3-{self._made}"
            threading.Thread(target=work, args=arguments, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            self._take(self._turns.get())

    def _take(self, turn: Turn) -> None:
        future, work, arguments, keywords = turn
        try:
            result, error = work(*arguments, **keywords), None
        except BaseException as caught:
            result, error = None, caught
        future.get_loop().call_soon_threadsafe(self._done, future, result, error)

    def _done(
        self, turn: "asyncio.Future[Any]", result: object, error: BaseException | None
    ) -> None:
        self._waiting -= 1
        self._finished += 1
        if turn.cancelled():
            return
        if error is None:
            turn.set_result(result)
        else:
            turn.set_exception(error)


class Lane(Threads):
    """One thread, as long as its turns are short; helpers while one of them stands still.

    Writing a small object is a dozen short system calls. Threads that do so side by side spend
    twice that on the interpreter's lock, on the kernel's lock of the folder that they all rename
    into, and on pages of the database that another one changed.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._is_watched = False

    def _staff(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._made:
            self._make(self._work)
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(PATIENCE, self._look, loop, self._finished)

    def _look(self, loop: asyncio.AbstractEventLoop, finished: int) -> None:
        self._is_watched = self._waiting > 0
        if not self._is_watched:
            return
        if self._finished == finished:
            self._make(self._help, loop)
        loop.call_later(PATIENCE, self._look, loop, self._finished)

    def _help(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take turns until none is left."""
        try:
            while True:
                self._take(self._turns.get_nowait())
        except Empty:
            loop.call_soon_threadsafe(self._ended)

    def _ended(self) -> None:
        self._made -= 1

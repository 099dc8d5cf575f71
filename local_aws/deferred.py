"""What is imported and built when it is first used: a server starts in a fraction of the time."""

import threading
from collections.abc import Callable
from typing import Any


class Deferred:
    """Stands for a service, or a model, until somebody asks it.

    Its own start settles what a kill left behind. Nobody sees its state but through it, so that is
    early enough; where work is to go on by itself, `at_once` builds it at the server's start.
    """

    def __init__(self, make: Callable[[], Any], at_once: bool = False) -> None:
        self._make = make
        self._at_once = at_once
        self._lock = threading.Lock()
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._built(), name)

    def start(self) -> None:
        if self._at_once:
            self._built()

    def stop(self) -> None:
        if self._made is not None:
            self._made.stop()

    def _built(self) -> Any:
        with self._lock:
            if self._made is None:
                made = self._make()
                getattr(made, "start", _nothing)()
                self._made = made
        return self._made


def _nothing() -> None: ...

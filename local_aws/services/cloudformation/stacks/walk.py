"""Work on things that need one another: each after those it needs, the others side by side."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

WORKERS = 4
"""Resources at once: services answer in milliseconds, and there are two cores to answer with."""


def walk(
    needs: Mapping[str, set[str]],
    work: Callable[[str], None],
    *,
    stop_at_failure: bool = True,
) -> dict[str, Exception]:
    """Do the work for every name; what failed, by name.

    After a failure nothing new is begun (or, without `stop_at_failure`, nothing that needs what
    failed); what goes on is waited for.
    """
    return _Walk(needs, work, stop_at_failure).run()


def reverse(needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """By name who needs it: the order in which things are deleted."""
    return {name: {other for other, of in needs.items() if name in of} for name in needs}


class _Walk:
    def __init__(
        self, needs: Mapping[str, set[str]], work: Callable[[str], None], stop: bool
    ) -> None:
        self.left = {name: set(of) & needs.keys() for name, of in needs.items()}
        self.work, self.stop = work, stop
        self.failed: dict[str, Exception] = {}
        self.running: dict[Future[None], str] = {}

    def run(self) -> dict[str, Exception]:
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="resource") as pool:
            self._begin(pool)
            while self.running:
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._end(self.running.pop(future), future.exception())
                self._begin(pool)
        return self.failed

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        if self.failed and self.stop:
            return
        for name in [name for name, of in self.left.items() if not of]:
            del self.left[name]
            self.running[pool.submit(self.work, name)] = name

    def _end(self, name: str, error: BaseException | None) -> None:
        if isinstance(error, Exception):
            self.failed[name] = error
        elif error is not None:
            raise error
        else:
            for of in self.left.values():
                of.discard(name)

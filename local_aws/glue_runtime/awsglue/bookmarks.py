"""Job bookmarks: which files of a source earlier runs of the job have read.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
A state has an element for each source, by its `transformation_ctx`. It holds the time up to which
files were read (`high`) and, since a listing is not trusted to be whole for the last `maxBand`
seconds before it, the files of that band that were read. The next run reads what is newer than the
beginning of the band, but those. The band's files are kept with their times: one that is replaced
is read again.

The runner hands states over as files, in the folder that LOCAL_AWS_GLUE_BOOKMARKS names; without
it bookmarks are disabled.
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

FOLDER = "LOCAL_AWS_GLUE_BOOKMARKS"
ENABLE = "job-bookmark-enable"
VERSION = 1
MAX_BAND = 900
MAX_FILES_IN_BAND = 1000
State = dict[str, Any]


class Stamped(Protocol):
    """A file's name and its time of modification in milliseconds."""

    @property
    def path(self) -> str: ...
    @property
    def modified(self) -> int: ...


F = TypeVar("F", bound=Stamped)


class Bookmarks:
    """The states of a run: what earlier runs left, and what this one will leave."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        run = json.loads((folder / "run.json").read_text())
        self._keeps = run["option"] == ENABLE
        self._before = self._sources("from.json") or self._sources("before.json")
        self._until = self._sources("to.json")
        self._after: State = {}

    @classmethod
    def of_run(cls) -> "Bookmarks | None":
        """Those of this process's run, or None where they are disabled."""
        folder = os.environ.get(FOLDER)
        return cls(Path(folder)) if folder else None

    def source(self, name: str, options: dict[str, Any]) -> "SourceBookmark | None":
        """The source's own; None without a name, which disables it."""
        if not name:
            return None
        until = None
        if self._until is not None:
            until = self._until.get(name, {}).get("high", 0)
        return SourceBookmark((self._before or {}).get(name, {}), options, until, self._note(name))

    def commit(self) -> None:
        """Leave the state for the next run. Sources that this run did not read keep theirs."""
        if not self._keeps:
            return
        state = {"version": VERSION, "sources": {**(self._before or {}), **self._after}}
        writing = self._folder / "after.json.writing"
        writing.write_text(json.dumps(state, sort_keys=True))
        writing.replace(self._folder / "after.json")

    def _note(self, name: str) -> Any:
        def note(element: State) -> None:
            self._after[name] = element

        return note

    def _sources(self, file: str) -> State | None:
        path = self._folder / file
        if not path.exists():
            return None
        state = json.loads(path.read_text())
        if state.get("version") != VERSION:
            raise RuntimeError(f"the job's bookmark is of version {state.get('version')}")
        return dict(state["sources"])


class SourceBookmark:
    """One source's element of the state."""

    def __init__(
        self, before: State, options: dict[str, Any], until: int | None, note: Any
    ) -> None:
        self._begin = int(before.get("high", 0)) - int(before.get("band", 0))
        self._read: dict[str, int] = before.get("files", {})
        self._max_band = int(options.get("maxBand", MAX_BAND)) * 1000
        self._max_files = int(options.get("maxFilesInBand", MAX_FILES_IN_BAND))
        self._until = until
        self._now = int(time.time() * 1000)
        self._note = note
        self._new: list[Any] = []

    def new(self, files: Sequence[F]) -> list[F]:
        """The files that no earlier run has read, of those that there are now."""
        last = self._now if self._until is None else self._until
        found = [
            file
            for file in files
            if self._begin < file.modified <= last and self._read.get(file.path) != file.modified
        ]
        return self._without_excess(found)

    def read(self, files: Sequence[F]) -> None:
        """These are read: what the next run has to know. A file that was left is read then."""
        left = [file for file in self._new if file not in files]
        high = min([self._now, *(file.modified - 1 for file in left)])
        begin = max(high - self._max_band, self._begin)
        kept = {path: stamp for path, stamp in self._read.items() if stamp > begin}
        kept |= {file.path: file.modified for file in files if file.modified > begin}
        self._note({"high": high, "band": high - begin, "files": kept})

    def _without_excess(self, files: list[F]) -> list[F]:
        """At most `maxFilesInBand` files of the band; the next run reads the others."""
        self._new = sorted(files, key=lambda file: (file.modified, file.path))
        begin = self._now - self._max_band
        old = [file for file in self._new if file.modified <= begin]
        chosen = set(map(id, [*old, *self._new[len(old) : len(old) + self._max_files]]))
        return [file for file in files if id(file) in chosen]

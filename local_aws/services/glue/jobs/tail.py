"""Follow a file that a process writes, line by line."""

from collections.abc import Callable
from pathlib import Path

LONGEST = 200_000  # CloudWatch Logs takes events of 256 KB
BLOCK = 1 << 20


class Tail:
    """Hands on what was added to the file since it was last asked."""

    def __init__(self, file: Path, emit: Callable[[list[str]], None], offset: int = 0) -> None:
        self._file = file
        self._emit = emit
        self._offset = offset
        self._rest = b""

    def pump(self, last: bool = False) -> None:
        """Emit the whole lines; with `last` also one that has no end."""
        try:
            with self._file.open("rb") as stream:
                stream.seek(self._offset)
                while block := stream.read(BLOCK):
                    self._offset += len(block)
                    self._take(block)
        except FileNotFoundError:
            return
        if last and self._rest:
            self._take(b"\n")

    def _take(self, block: bytes) -> None:
        *lines, self._rest = (self._rest + block).split(b"\n")
        texts = [line.decode(errors="replace")[:LONGEST] for line in lines]
        texts = [text for text in texts if text.strip()]  # CloudWatch Logs takes no empty event
        if texts:
            self._emit(texts)

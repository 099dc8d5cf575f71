"""Compressed text files, unpacked before they are read: DuckDB knows one of their codecs.

https://docs.aws.amazon.com/databrew/latest/dg/supported-data-file-sources.html
"""

from dataclasses import replace
from pathlib import Path

from local_aws.formats.unpacking import BROKEN, OPENERS
from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.source import Source

ENDINGS = ("gz", "snappy", "lz4", "bz2", "deflate")


def unpacked(source: Source, folder: Path) -> Source:
    """The source with its compressed text files in the folder, as text.

    Raises RunFailed for one that is not what its name says, or was cut off.
    """
    if source.format == "PARQUET":
        return source
    paths = [
        _unpacked(path, folder / str(number), source.uri) if _codec(path) else path
        for number, path in enumerate(source.paths)
    ]
    return replace(source, paths=tuple(paths))


def _codec(path: str) -> str:
    ending = path.rpartition(".")[2]
    return ending if ending in ENDINGS else ""


def _unpacked(path: str, target: Path, uri: str) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with Path(path).open("rb") as packed, target.open("wb") as text:
            text.writelines(OPENERS[_codec(path)](packed))
    except BROKEN as error:
        name = Path(path).name
        said = f"{name} is not a whole {_codec(path)} file ({error or 'it is cut off'})"
        raise RunFailed(f"Unable to read {uri}: {said}") from error
    return str(target)

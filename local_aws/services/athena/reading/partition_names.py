"""Partitions as folders: ``year=2013/place=New York``, with what a path cannot hold as ``%2F``.

As Hive writes them (FileUtils.escapePathName), so other engines find the same values.
"""

import re
from collections.abc import Sequence

# The value of a row without one.
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
_ESCAPED = re.compile(r"""[\x01-\x1f"#%'*/:=?\\\x7f{\[\]^]""")


def folder_of(keys: Sequence[str], values: Sequence[str]) -> str:
    """The folder of a partition below its table's.

    >>> folder_of(["year", "place"], ["2013", "a/b c"])
    'year=2013/place=a%2Fb c'
    """
    return "/".join(f"{key}={_escaped(value)}" for key, value in zip(keys, values, strict=True))


def values_of(keys: Sequence[str], folders: Sequence[str]) -> list[str] | None:
    """The values in folders that are named as Hive names them, in small letters, else None.

    >>> values_of(["year", "place"], ["year=2013", "place=a%2Fb c"])
    ['2013', 'a/b c']
    """
    pairs = [folder.partition("=") for folder in folders]
    if [name for name, _, _ in pairs] != list(keys):
        return None
    return [unescaped(value) for _, _, value in pairs]


def _escaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", value)


def unescaped(text: str) -> str:
    """The value of a folder's name: bytes after each ``%``, as UTF-8."""
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())
    return raw.decode(errors="replace")

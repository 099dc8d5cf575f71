"""Names of partitions: ``year=2013/month=1``, with Hive's escapes.

Athena's engine has its own of this: a job's process has nothing of the server's to import.
https://github.com/apache/hive/blob/rel/release-2.3.9/common/src/java/org/apache/hadoop/hive/common/FileUtils.java
"""

import re
from collections.abc import Sequence

NULL = "__HIVE_DEFAULT_PARTITION__"
_ESCAPED = re.compile(r"[\x01-\x1f\"#%'*/:=?\\\x7f{\[\]^]")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")


def partition_name(keys: Sequence[str], values: Sequence[str]) -> str:
    """The name of the partition with these values, which is also its folder.

    >>> partition_name(["Year", "place"], ["2013", "a/b c"])
    'year=2013/place=a%2Fb c'
    """
    pairs = zip(keys, values, strict=True)
    return "/".join(f"{_escaped(key.lower())}={_escaped(value or NULL)}" for key, value in pairs)


def values_of(name: str) -> list[str]:
    """The values in a partition's name.

    >>> values_of("year=2013/place=a%2Fb c")
    ['2013', 'a/b c']
    """
    return [_unescaped(part.partition("=")[2]) for part in name.split("/")]


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)

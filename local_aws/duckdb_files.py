"""Files in DuckDB's SQL.

DuckDB's readers take ``*``, ``?`` and ``[`` in a path for a pattern, and S3's keys may hold them:
unescaped, the object ``a*.csv`` would be read as every object that begins with an ``a``.
"""

import re
from collections.abc import Iterable
from pathlib import Path


def path_literal(path: str | Path) -> str:
    """The one file of this name, as a SQL string.

    >>> path_literal("/data/it's a[1]*.csv")
    "'/data/it''s a[[]1][*].csv'"
    """
    exact = re.sub(r"([*?\[])", r"[\1]", str(path))
    return "'" + exact.replace("'", "''") + "'"


def path_list(paths: Iterable[str | Path]) -> str:
    """These files and no others, as a SQL list."""
    return "[" + ", ".join(path_literal(path) for path in paths) + "]"

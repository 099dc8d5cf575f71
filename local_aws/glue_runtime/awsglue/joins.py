"""Join: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-join.html"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from . import paths


def join(left: Any, right: Any, keys1: Sequence[str], keys2: Sequence[str]) -> Any:
    """Rows whose keys are equal; the second frame's fields that clash get a leading dot."""
    one, two = (_names(keys) for keys in (keys1, keys2))
    if len(one) != len(two) or not one:
        raise ValueError(f"Join: as many keys on both sides, not {one} and {two}")
    renamed = {name: _free(name, left.columns) for name in right.columns}
    right = right.toDF(*(renamed[name] for name in right.columns))
    same = [
        paths.value(_find(left, a, {})) == paths.value(_find(right, b, renamed))
        for a, b in zip(one, two, strict=True)
    ]
    return left.join(right, reduce(lambda x, y: x & y, same))


def _find(df: Any, key: str, renamed: dict[str, str]) -> tuple[str, ...]:
    parts = paths.parse(key)
    found = paths.find(df.schema, (renamed.get(parts[0], parts[0]), *parts[1:]))
    if found is None:
        raise ValueError(f"Join: no field '{key}' among {', '.join(df.columns)}")
    return found


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name = f".{name}"
    return name


def _names(keys: Any) -> list[str]:
    return [keys] if isinstance(keys, str) else list(keys)

"""ApplyMapping: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ApplyMapping.html

A mapping whose two types are the same only moves the field: a choice stays a choice, since the
scripts that Glue generates resolve choices after they map. Fields that are not there give none.
"""

from collections.abc import Sequence
from typing import Any

from . import paths
from .choice import cast, is_choice, spark_type, type_name

Path = tuple[str, ...]


def apply_mapping(df: Any, mappings: Sequence[Any], case_sensitive: bool = False) -> Any:
    """The mapped fields, and no others."""
    pairs: list[tuple[Path, Any]] = []
    for mapping in mappings:
        source, source_type, target, target_type = _parts(mapping)
        found = paths.find(df.schema, paths.parse(source), not case_sensitive)
        if found is None:
            continue
        col, kind = paths.value(found), paths.type_at(df.schema, found)
        if target_type != source_type:
            col = _cast(col, kind, target_type, source)
        pairs.append((paths.parse(target), col))
    return df.select(*paths.nest(pairs))


def _cast(col: Any, kind: Any, target_type: str, source: str) -> Any:
    if target_type in ("struct", "array", "map", "choice"):
        if type_name(kind) == target_type or is_choice(kind):
            return col
        raise ValueError(f"ApplyMapping: '{source}' is {type_name(kind)}, not {target_type}")
    return cast(col, kind, spark_type(target_type, f"ApplyMapping of '{source}'"))


def _parts(mapping: Any) -> tuple[str, str, str, str]:
    """(source, its type, target, its type); a pair only renames."""
    parts = [part.strip() if isinstance(part, str) else part for part in mapping]
    if len(parts) == 2:
        return parts[0], "", parts[1], ""
    if len(parts) == 4 and all(isinstance(part, str) for part in parts):
        return parts[0], _normal(parts[1]), parts[2], _normal(parts[3])
    raise ValueError(
        f"ApplyMapping: a mapping is (source, source type, target, target type), not {mapping!r}"
    )


def _normal(name: str) -> str:
    known = {"bigint": "long", "integer": "int", "smallint": "short", "tinyint": "byte"}
    return known.get(name.lower(), name.lower() if "<" not in name else name)

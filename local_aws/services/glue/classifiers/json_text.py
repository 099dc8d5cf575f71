"""JSON: objects one after another, with or without lines, or one array of anything.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json):
an object's members become columns, a top-level array becomes one column ``array``. A custom
classifier's path says where the records are; those that are no objects become ``record``. A member
whose name is empty is left out: neither a column nor a struct's field can be called so.
"""

import json
import re
from collections.abc import Iterable
from functools import reduce
from typing import Any

from local_aws.services.glue.classifiers.json_path import Step, selected
from local_aws.services.glue.classifiers.sample import Sample
from local_aws.services.glue.classifiers.schema import Classified, Column, Schema, Unreadable

_INT = 2**31
_BIGINT = 2**63
_SPACE = re.compile(r"\s*")

# A type while it is inferred: a Hive name, or a struct's members, or a list's one element type.
# None stands for null, which says nothing of the type.
Inferred = str | dict[str, Any] | list[Any] | None


def starts(sample: Sample) -> bool:
    """Whether the text begins as JSON's objects and arrays do."""
    return sample.text.lstrip()[:1] in ("{", "[")


def classify(sample: Sample) -> Classified | None:
    """None when the text is not JSON objects, or an array."""
    records = _read(sample)
    if not records:
        return None
    return _classified(sample, records, len(records), "array", "")


def classify_at(sample: Sample, path: str, steps: tuple[Step, ...]) -> Classified | None:
    """As `classify`, with the records that a custom classifier's path selects."""
    values = _read(sample)
    records = [found for value in values for found in selected(value, steps)]
    return _classified(sample, records, len(values), "record", path) if records else None


def _read(sample: Sample) -> list[Any]:
    if not starts(sample):
        return []
    try:
        records = _records(sample)
    except RecursionError as error:
        raise Unreadable("is JSON that is nested too deeply") from error
    return records if all(isinstance(record, (dict, list)) for record in records) else []


def _classified(
    sample: Sample, records: list[Any], count: int, otherwise: str, path: str
) -> Classified | None:
    try:
        shape = reduce(_merged, (_inferred(record) for record in records), None)
        members = shape if isinstance(shape, dict) else {otherwise: shape}
        columns = tuple(Column(name, _name(kind)) for name, kind in members.items())
    except RecursionError as error:
        raise Unreadable("is JSON that is nested too deeply") from error
    if not columns or (not path and not isinstance(shape, (dict, list))):
        return None
    paths = _spelled(records) or (otherwise,)
    schema = Schema("json", columns, sample.compression, paths=paths, json_path=path)
    return Classified(schema, sample.size, max(len(sample.text.encode()) // count, 1))


def _spelled(records: list[Any]) -> tuple[str, ...]:
    names = (name for record in records if isinstance(record, dict) for name in record if name)
    return tuple(dict.fromkeys(names))


def _records(sample: Sample) -> list[Any]:
    """The values of the text; none at all when one is broken."""
    decoder, text = json.JSONDecoder(), sample.text
    values: list[Any] = []
    position = _after_space(text, 0)
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:
            # The last value of a sample that was cut is not broken, only cut.
            return [] if sample.complete else values
        values.append(value)
        position = _after_space(text, position)
    return values


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _inferred(value: Any) -> Inferred:
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, item in value.items():
            if not name:
                continue
            folded = name.lower()
            members[folded] = _merged(members.get(folded), _inferred(item))
        return members
    if isinstance(value, list):
        return [reduce(_merged, (_inferred(item) for item in value), None)]
    return _scalar(value)


def _scalar(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        if not -_BIGINT <= value < _BIGINT:
            return "double"
        return "int" if -_INT <= value < _INT else "bigint"
    return "double" if isinstance(value, float) else "string"


def _merged(one: Inferred, other: Inferred) -> Inferred:
    if one is None or other is None or one == other:
        return other if one is None else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _merged(one.get(name), other.get(name)) for name in _names((one, other))}
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(one[0], other[0])]
    if isinstance(one, str) and isinstance(other, str):
        numbers = ("int", "bigint", "double")
        if one in numbers and other in numbers:
            return max(one, other, key=numbers.index)
    return "string"


def _names(structs: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for struct in structs for name in struct))


def _name(kind: Inferred) -> str:
    if isinstance(kind, dict):
        return f"struct<{','.join(f'{name}:{_name(item)}' for name, item in kind.items())}>"
    if isinstance(kind, list):
        return f"array<{_name(kind[0])}>"
    return kind or "string"

"""A patch of a contract that takes in what drifted: a unified diff, as `git apply` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tarn.contracts.contract import Contract, ContractError
from tarn.contracts.drift import Added, Drift
from tarn.contracts.odcs import read_contract
from tarn.contracts.odcs.reader import DECIMAL, NAME, PHYSICAL
from tarn.partition import Partition
from tarn.settings import Settings

LOGICAL = {physical: logical for logical, names in PHYSICAL.items() for physical in names}

Edit = tuple[int, int, str]  # the text from one index to another is replaced


def propose(partition: Partition, contract: Contract, drift: Drift, settings: Settings) -> str:
    """The patch that adds and retypes columns, or "" where there is none to propose.

    A column that is missing is not taken away: that is for people to decide. The version goes up,
    to the next major where a type changes. What would be no sound contract is not proposed.
    """
    name = f"datasets/{contract.name}.yaml"
    before = (settings.root / name).read_bytes().decode()
    after = _patched(before, partition, drift)
    if after == before or not _sound(after, contract.name):
        return ""
    return "".join(_diff(before, after, name))


def _diff(before: str, after: str, name: str) -> Iterator[str]:
    # Lines end with \n alone: str.splitlines knows others, which git does not.
    old, new = (list(StringIO(text, newline="\n")) for text in (before, after))
    for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _sound(text: str, dataset: str) -> bool:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{dataset}.yaml"
        path.write_bytes(text.encode())
        try:
            read_contract(path)
        except ContractError:
            return False
    return True


def _patched(text: str, partition: Partition, drift: Drift) -> str:
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    columns: Any = _value(_value(root, "schema").value[0], "properties")
    items = {_value(item, "name").value: item for item in columns.value}
    retyped = [
        edit for c in drift.retyped for edit in _retype(items[c.name], c.files) if c.name in items
    ]
    added = list(_add(text, columns, items, partition, drift.added))
    if not retyped and not added:
        return text
    version = _value(root, "version")
    edits = [*retyped, *added, _replace(version, _raised(version.value, major=bool(retyped)))]
    # From the end, so that the places of the others stay; later ones at one place come after.
    for _, (start, end, new) in sorted(
        enumerate(edits), key=lambda e: (e[1][0], e[0]), reverse=True
    ):
        text = text[:start] + new + text[end:]
    return text


def _value(mapping: yaml.Node, key: str) -> Any:
    return next(value for name, value in mapping.value if name.value == key)


def _replace(node: yaml.Node, new: str) -> Edit:
    return node.start_mark.index, node.end_mark.index, new


def _retype(item: yaml.Node, kind: str) -> list[Edit]:
    logical = _logical(kind)
    if not logical:
        return []
    values = (("logicalType", logical), ("physicalType", kind))
    return [_replace(_value(item, key), new) for key, new in values]


def _logical(kind: str) -> str:
    return "number" if DECIMAL.fullmatch(kind) else LOGICAL.get(kind, "")


def _add(
    text: str,
    columns: yaml.SequenceNode,
    items: dict[str, yaml.Node],
    partition: Partition,
    added: Iterable[Added],
) -> Iterator[Edit]:
    """Each new column after the one that it follows in the files, or at the end."""
    if columns.flow_style:  # in braces there is no line to add
        return
    places = {name: _end(text, item) for name, item in items.items()}
    last = max(places.values())
    indent = " " * columns.start_mark.column
    for column in added:
        known = not NAME.fullmatch(column.name) or column.name in items
        if known or not _logical(column.type):
            continue
        place = places.get(column.after, last)
        places[column.name] = place
        lines = "".join(f"{indent}{line}\n" for line in _lines(column, partition))
        newline = "" if place == 0 or text[place - 1] == "\n" else "\n"
        yield place, place, newline + lines


def _lines(column: Added, partition: Partition) -> Iterator[str]:
    yield f"- name: {column.name}"
    yield f"  logicalType: {_logical(column.type)}"
    yield f"  physicalType: {column.type}"
    yield f"  description: New in the files of {partition}."
    if column.derived:
        yield "  customProperties:"
        yield "    - property: derived"
        yield "      value: true"


def _end(text: str, node: yaml.Node) -> int:
    """Where the lines of a block end: a node's own mark is where the next one begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    index: int = node.end_mark.index
    if text[index - 1 : index] == "\n":  # a block scalar ends after its newline
        return index
    newline = text.find("\n", index)
    return len(text) if newline < 0 else newline + 1


def _raised(version: str, *, major: bool) -> str:
    first, second, _ = (int(part) for part in version.split("."))
    return f"{first + 1}.0.0" if major else f"{first}.{second + 1}.0"

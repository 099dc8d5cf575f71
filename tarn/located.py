"""YAML that remembers its lines, so that an error in a declaration says where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class Located(dict[str, Any]):
    """A mapping read from a file: `line` is its own first line, `lines` those of its keys."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class _Loader(yaml.SafeLoader):
    pass


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Located:
    items = loader.construct_mapping(node, deep=True)
    located = Located({str(key): value for key, value in items.items()})
    located.line = node.start_mark.line + 1
    located.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return located


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """The file's content, its mappings as Located."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_Loader)

"""YAML that remembers its lines, so that an error in a declaration says where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class NotYaml(Exception):
    """The file is no YAML that can be used: what is wrong, and on which line."""

    def __init__(self, problem: str, line: int) -> None:
        self.problem = problem
        self.line = line
        super().__init__(problem, line)


class Located(dict[str, Any]):
    """A mapping read from a file: `line` is its own first line, `lines` those of its keys."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        # SafeLoader lets through what int() and date() raise, without a line: 2013-02-30, 0x_.
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = node.tag.rpartition(":")[2]
            raise yaml.constructor.ConstructorError(
                problem=f"this is no {kind}", problem_mark=node.start_mark
            ) from None


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Located:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if str(key.value) in lines:  # which PyYAML answers with the last of them
            raise yaml.constructor.ConstructorError(
                problem=f"the key {key.value} is there twice", problem_mark=key.start_mark
            )
        lines[str(key.value)] = key.start_mark.line + 1
    items = loader.construct_mapping(node, deep=True)
    located = Located({str(key): value for key, value in items.items()})
    located.line = node.start_mark.line + 1
    located.lines = lines
    return located


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """The file's content, its mappings as Located; raises NotYaml."""
    return parse(path.read_bytes())


def parse(raw: bytes) -> Any:
    """As `read_yaml`, of a file's bytes."""
    try:
        return yaml.load(raw.decode(), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise NotYaml("it is not UTF-8", raw.count(b"\n", 0, error.start) + 1) from None
    except yaml.reader.ReaderError as error:
        text = raw.decode()[: error.position]
        raise NotYaml(
            f"the character {error.character:#x} is not allowed", 1 + text.count("\n")
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        # A file that ends too early is wrong after its last line.
        last = max(1, len(raw.splitlines()))
        raise NotYaml(str(error.problem), min(line, last)) from None
    except RecursionError:
        raise NotYaml("it is nested too deeply", 1) from None

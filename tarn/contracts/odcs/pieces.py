"""The pieces that a contract is made of: texts, flags, lists; each says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from tarn.contracts.contract import Problem
from tarn.contracts.located import Located

T = TypeVar("T")


class Wrong(Exception):
    """One part of the contract cannot be read."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        self.problem = Problem(line, what, remedy)
        super().__init__(what)


class Pieces:
    """Reads pieces, and keeps the problems of the parts that could not be read."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)

    def part(self, read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except Wrong as wrong:
            self.problems.append(wrong.problem)
            return instead

    def each(self, items: Iterable[Located], read: Callable[[Located], T | None]) -> tuple[T, ...]:
        found = [self.part(lambda item=item: read(item), None) for item in items]  # type: ignore[misc]
        return tuple(item for item in found if item is not None)

    def need(self, mapping: Located, key: str) -> Any:
        if mapping.get(key) in (None, "", [], {}):
            raise Wrong(mapping.line_of(key), f"`{key}` is missing.", f"Give `{key}`.")
        return mapping[key]

    def text(self, mapping: Located, key: str, instead: str | None = None) -> str:
        if instead is not None and mapping.get(key) is None:
            return instead
        value = self.need(mapping, key)
        if not isinstance(value, str | int | float | date) or isinstance(value, bool):
            raise Wrong(
                mapping.line_of(key), f"`{key}` is {shown(value)}, no text.", "Quote the text."
            )
        return str(value)

    def flag(self, mapping: Located, key: str) -> bool:
        value = mapping.get(key)
        if value is not None and not isinstance(value, bool):
            raise Wrong(mapping.line_of(key), f"`{key}` is {shown(value)}.", "Use true or false.")
        return bool(value)

    def position(self, mapping: Located, key: str) -> int:
        value = mapping.get(key, -1)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(
                mapping.line_of(key), f"`{key}` is {shown(value)}.", "Count from 1, as a number."
            )
        return value

    def one_of(self, mapping: Located, key: str, allowed: Iterable[str]) -> str:
        value, names = self.text(mapping, key), tuple(allowed)
        if value not in names:
            raise Wrong(
                mapping.line_of(key), f"`{key}` is {value!r}.", f"Use one of {', '.join(names)}."
            )
        return value

    def section(self, mapping: Located, key: str) -> Located:
        value = self.need(mapping, key)
        if not isinstance(value, Located):
            raise Wrong(mapping.line_of(key), f"`{key}` is no mapping.", "Indent its keys.")
        return value

    def items(self, mapping: Located, key: str) -> list[Located]:
        value = mapping.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, Located) for item in value):
            raise Wrong(
                mapping.line_of(key), f"`{key}` is no list of mappings.", "Begin each with `- `."
            )
        return value

    def custom(self, mapping: Located, name: str) -> Located | None:
        """The item of a custom property: its value stands under `value`."""
        items = self.items(mapping, "customProperties")
        return next((item for item in items if item.get("property") == name), None)


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"

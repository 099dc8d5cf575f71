"""A partition filter as SQL over the columns that show a partition's values (catalog/schema.py).

SQL narrows, Python decides: a condition here is true at least wherever the expression's own is, so
that few keys are left to be read by type. What a value of another shape than its type's says is
left to Python as well: SQL lets it pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Sql = tuple[str, tuple[Any, ...]]

EVERYTHING: Sql = ("1", ())

_ODD_INTEGER = "length({0}) > 18 OR {0} GLOB '*[^0-9]*'"
_ODD_DATE = "{0} NOT GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"


@dataclass(frozen=True)
class Narrowed:
    """Where a condition may be true, and where it may be false."""

    true: Sql = EVERYTHING
    false: Sql = EVERYTHING

    def negated(self) -> "Narrowed":
        return Narrowed(self.false, self.true)


def leaf(
    kind: type, position: int, shown: int, condition: str, literals: Sequence[Any]
) -> Narrowed:
    """A condition on one key: ``{value}`` in it is the key's value, ``{text}`` how that is written.

    Only the first `shown` keys are seen by SQL; numbers are compared within 64 bits.
    """
    if position >= shown or kind not in (str, int, date):
        return Narrowed()
    if any(isinstance(literal, int) and abs(literal) >= 10**18 for literal in literals):
        return Narrowed()
    column = f"v{position}"
    value = f"CAST({column} AS INTEGER)" if kind is int else column
    odd = {int: _ODD_INTEGER, date: _ODD_DATE}.get(kind, "0").format(column)
    said = condition.format(value=value, text=column)
    bound = tuple(str(one) if kind is date else one for one in literals)
    return Narrowed((f"{odd} OR {said}", bound), (f"{odd} OR NOT ({said})", bound))


def both(parts: Sequence[Narrowed]) -> Narrowed:
    """All of them."""
    true, false = [part.true for part in parts], [part.false for part in parts]
    return Narrowed(_joined("AND", true), _joined("OR", false))


def either(parts: Sequence[Narrowed]) -> Narrowed:
    """Any of them."""
    return both([part.negated() for part in parts]).negated()


def _joined(word: str, parts: Sequence[Sql]) -> Sql:
    text = f" {word} ".join(f"({sql})" for sql, _ in parts)
    return text, tuple(value for _, values in parts for value in values)

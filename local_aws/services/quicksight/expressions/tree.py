"""What an expression says, as a small tree. ``at`` counts characters from 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """A text, a number or NULL."""

    value: str | int | float | None
    at: int


@dataclass(frozen=True)
class Name:
    """``{a field}``, or a word without braces: a field, or what a function takes as a word."""

    name: str
    braced: bool
    at: int


@dataclass(frozen=True)
class Parameter:
    """``${name}``."""

    name: str
    at: int


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node", ...]
    at: int


@dataclass(frozen=True)
class Unary:
    """``NOT`` or ``-``."""

    operator: str
    operand: "Node"
    at: int


@dataclass(frozen=True)
class Link:
    """An operator and what stands at its right."""

    operator: str
    operand: "Node"
    at: int


@dataclass(frozen=True)
class Chain:
    """Operators of one precedence, from left to right: long sums stay flat."""

    first: "Node"
    links: tuple[Link, ...]
    at: int


@dataclass(frozen=True)
class Item:
    """One of a list: with ``ASC`` or ``DESC`` in a sort, with ``!`` where a dimension leaves."""

    node: "Node"
    direction: str | None = None
    removed: bool = False


@dataclass(frozen=True)
class Items:
    """``[a, b DESC]``."""

    items: tuple[Item, ...]
    at: int


Node = Literal | Name | Parameter | Call | Unary | Chain | Items


def names(tree: Node) -> set[str]:
    """Every name in the tree that may be a field."""
    found, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.add(node.name)
        waiting.extend(children(node))
    return found


def children(node: Node) -> list[Node]:
    """The nodes right below."""
    if isinstance(node, Call):
        return list(node.arguments)
    if isinstance(node, Unary):
        return [node.operand]
    if isinstance(node, Chain):
        return [node.first, *(link.operand for link in node.links)]
    return [item.node for item in node.items] if isinstance(node, Items) else []

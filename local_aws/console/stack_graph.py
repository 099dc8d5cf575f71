"""A stack's resources by what needs what, laid out in columns: what is made first stands left."""

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 210, 46
ACROSS, DOWN, MARGIN = 70, 14, 4
MOST = 80
"""Resources that a reader can follow; more are a table's matter."""


@dataclass(frozen=True)
class Node:
    """One resource and the place of its box's upper left corner."""

    name: str
    type: str
    status: str
    x: int
    y: int


@dataclass(frozen=True)
class Graph:
    """Boxes, and the paths of SVG between them. `width` and `height` hold all of it."""

    nodes: list[Node]
    edges: list[str]
    width: int
    height: int


@dataclass(frozen=True)
class Part:
    """A resource as the graph needs it."""

    type: str
    status: str
    needs: list[str]


def graph(parts: Mapping[str, Part]) -> Graph | None:
    """None where there is nothing to see: no resource, or more than a reader can follow."""
    if not parts or len(parts) > MOST:
        return None
    columns = _columns(parts)
    tallest = max(len(column) for column in columns)
    nodes: dict[str, Node] = {}
    for index, column in enumerate(columns):
        offset = (tallest - len(column)) * (HEIGHT + DOWN) // 2
        for row, name in enumerate(column):
            part = parts[name]
            x = MARGIN + index * (WIDTH + ACROSS)
            y = MARGIN + offset + row * (HEIGHT + DOWN)
            nodes[name] = Node(name, part.type, part.status, x, y)
    edges = [
        _edge(nodes[need], nodes[name])
        for name, part in parts.items()
        for need in part.needs
        if need in nodes
    ]
    width = len(columns) * (WIDTH + ACROSS) - ACROSS + 2 * MARGIN
    return Graph(list(nodes.values()), edges, width, tallest * (HEIGHT + DOWN) - DOWN + 2 * MARGIN)


def _columns(parts: Mapping[str, Part]) -> list[list[str]]:
    """Each resource right of all that it needs, near the middle of those."""
    depth: dict[str, int] = {}
    for _ in parts:  # as many rounds as the longest way can have
        for name, part in parts.items():
            depth[name] = max((depth.get(n, 0) + 1 for n in part.needs if n in parts), default=0)
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    place: dict[str, float] = {}
    for name in sorted(parts, key=lambda one: (depth[one], one)):
        columns[depth[name]].append(name)
    for column in columns:
        column.sort(key=lambda one: (_middle(parts[one], place), one))
        place |= {name: row / len(column) for row, name in enumerate(column)}
    return columns


def _middle(part: Part, place: Mapping[str, float]) -> float:
    known = [place[name] for name in part.needs if name in place]
    return sum(known) / len(known) if known else 0.0


def _edge(of: Node, to: Node) -> str:
    """From the right side of one box to the left side of another."""
    x, y = of.x + WIDTH, of.y + HEIGHT // 2
    u, v = to.x, to.y + HEIGHT // 2
    half = (u - x) // 2
    return f"M{x} {y}C{x + half} {y} {u - half} {v} {u} {v}"

"""Hive's nested types as text: what ``MergeNewColumns`` adds within a column."""

from collections.abc import Iterator


def with_new_members(old: str, new: str) -> str:
    """The old type with the members that only the new one has; else the old type as it is.

    >>> with_new_members("array<struct<a:int>>", "array<struct<a:string,b:int>>")
    'array<struct<a:int,b:int>>'
    """
    kind, inner = _opened(old)
    other, within = _opened(new)
    if not kind or kind != other:
        return old
    if kind == "struct":
        return f"struct<{','.join(_members(inner, within))}>"
    pairs = zip(_split(inner), _split(within), strict=False)
    return f"{kind}<{','.join(with_new_members(one, two) for one, two in pairs)}>"


def _members(old: str, new: str) -> Iterator[str]:
    found = dict(_named(new))
    names = set()
    for name, kind in _named(old):
        names.add(name.lower())
        yield f"{name}:{with_new_members(kind, found.get(name, ''))}"
    yield from (f"{name}:{kind}" for name, kind in found.items() if name.lower() not in names)


def _named(inner: str) -> Iterator[tuple[str, str]]:
    for member in _split(inner):
        name, _, kind = member.partition(":")
        yield name, kind


def _opened(kind: str) -> tuple[str, str]:
    """``array`` and what is in its brackets; two empty texts for a plain type."""
    name, bracket, rest = kind.partition("<")
    nested = bracket and rest.endswith(">") and name in ("struct", "array", "map")
    return (name, rest[:-1]) if nested else ("", "")


def _split(inner: str) -> Iterator[str]:
    """At the commas that are in no brackets of their own."""
    depth = start = 0
    for place, mark in enumerate(inner):
        if mark in "<(":
            depth += 1
        elif mark in ">)":
            depth -= 1
        elif mark == "," and not depth:
            yield inner[start:place]
            start = place + 1
    if inner:
        yield inner[start:]

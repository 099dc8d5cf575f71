"""S3's XML: documents from nested lists, and the few that clients send."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Union
from xml.etree import ElementTree
from xml.parsers import expat

from local_aws.services.s3.errors import MalformedXML

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
MAX_DEPTH = 32  # S3's own documents have seven levels
MAX_ELEMENTS = 100_000  # 10,000 parts of an upload, each with its number, tag and checksums
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Besides markup, what a parser would drop or change. XML 1.0 has no control characters at all;
# S3 writes references to them all the same, which is why clients ask for encoding-type=url.
ESCAPES = {code: f"&#{code};" for code in range(32) if code not in (9, 10)} | {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
}

SPECIAL = re.compile("[" + "".join(map(re.escape, map(chr, ESCAPES))) + "]")


class Rendered(str):
    """Text that is XML already: the entries of long listings are written as such."""

    __slots__ = ()


Value = Union[str, int, bool, datetime, "Children"]
Children = Iterable[tuple[str, "Value | None"]]


def document(root: str, children: Children) -> bytes:
    """A document; a child whose value is None is left out."""
    return f'{HEAD}<{root} xmlns="{NAMESPACE}">{_render(children)}</{root}>'.encode()


def _render(children: Children) -> str:
    return "".join(
        f"<{name}>{_text(value)}</{name}>" for name, value in children if value is not None
    )


def _text(value: Value) -> str:
    if isinstance(value, Rendered):
        return value
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return timestamp(value)
    return _render(value)


def escape(text: str) -> str:
    return text.translate(ESCAPES) if SPECIAL.search(text) else text


@lru_cache(1024)
def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Node:
    """An element of a request; names without their namespace."""

    def __init__(self, element: ElementTree.Element) -> None:
        self._element = element

    @property
    def name(self) -> str:
        return self._element.tag.rpartition("}")[2]

    @property
    def text(self) -> str:
        return self._element.text or ""

    def children(self) -> list["Node"]:
        return [Node(element) for element in self._element]

    def all(self, name: str) -> list["Node"]:
        return [node for node in map(Node, self._element) if node.name == name]

    def get(self, name: str) -> str | None:
        found = self.all(name)
        return found[0].text if found else None

    def need(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise MalformedXML
        return value


def parse(body: bytes, root: str) -> Node:
    """The document, which must have that root.

    Raises `MalformedXML`; so it does where there is a document type, in whatever encoding
    (entities that expand, or name files), and over `MAX_DEPTH` or `MAX_ELEMENTS`.
    """
    try:
        node = Node(_Reader().read(body))
    except (expat.ExpatError, ValueError, LookupError):
        raise MalformedXML from None
    if node.name != root:
        raise MalformedXML
    return node


class _Reader:
    """expat's events into elements. ElementTree's own parser shows nobody the document type."""

    def __init__(self) -> None:
        self._builder = ElementTree.TreeBuilder()
        self._depth = self._count = 0

    def read(self, body: bytes) -> ElementTree.Element:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(body, True)
        return self._builder.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise MalformedXML
        self._builder.start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name)

    def _refuse(self, *_declaration: object) -> None:
        raise MalformedXML

"""QuickSight's rich text, an XML of its own, as a tree of what the page may show.

Text boxes, titles and narratives are written in it: blocks, inlines with fonts and colours, lists,
links. The tree has tags and styles of a whitelist only; the page makes elements of it, never HTML.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from local_aws.services.quicksight.page.charts.cells import secure
from local_aws.services.quicksight.page.charts.options import colour

Node = str | dict[str, Any]
TAGS = {
    "block": "p", "paragraph": "p", "p": "p", "inline": "span", "b": "b", "i": "i", "u": "u",
    "s": "s", "ul": "ul", "ol": "ol", "li": "li", "br": "br", "a": "a", "sub": "sub",
    "sup": "sup",
}  # fmt: skip
EMPTY = {"br"}
ALIGNMENTS = {"left", "right", "center", "justify"}
SIZE = re.compile(r"\d{1,3}(\.\d+)?(px|pt|em|%)")
FAMILY = re.compile(r"[\w ,'\"-]{1,100}")
MAX_DEPTH = 60


@dataclass
class Element:
    """One element of a text, as it was written."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words below it."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)


class _Reader(HTMLParser):
    """A reader that takes whatever it is given: what is not closed ends with its parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in EMPTY and len(self.open) < MAX_DEPTH:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)

    def handle_endtag(self, tag: str) -> None:
        places = [n for n, element in enumerate(self.open) if element.tag == tag and n]
        if places:
            del self.open[places[-1] :]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(text: str) -> Element:
    """The elements of a text, below one root."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


def nodes(text: str) -> list[Node]:
    """A text as the page shows it.

    >>> nodes('<text-box><inline color="#FF0000"><b>Hi</b></inline></text-box>')
    [{'tag': 'span', 'style': {'color': '#FF0000'}, 'children': [{'tag': 'b', 'children': ['Hi']}]}]
    >>> nodes('<script>alert(1)</script><a href="javascript:x">y</a>')
    [{'tag': 'span', 'children': ['y']}]
    """
    return list(drawn(read(text)))


def drawn(element: Element, replaced: Callable[[Element], Iterator[Node] | None] | None = None
          ) -> Iterator[Node]:  # fmt: skip
    """The nodes of an element's children; ``replaced`` may put others in an element's place."""
    for child in element.children:
        if isinstance(child, str):
            yield child
            continue
        other = replaced(child) if replaced else None
        if other is not None:
            yield from other
        elif child.tag in ("script", "style"):
            continue
        elif child.tag in TAGS:
            yield _node(child, list(drawn(child, replaced)))
        else:
            yield from drawn(child, replaced)


def _node(element: Element, children: list[Node]) -> Node:
    made: dict[str, Any] = {"tag": TAGS[element.tag]}
    if element.tag == "a":
        href = element.attributes.get("href", "").strip()
        made = {"tag": "a", "href": href} if secure(href) else {"tag": "span"}
    style = _style(element.attributes)
    return made | ({"style": style} if style else {}) | ({"children": children} if children else {})


def _style(attributes: dict[str, str]) -> dict[str, str]:
    found: dict[str, str | None] = {
        "color": colour(attributes.get("color")),
        "background-color": colour(attributes.get("background-color")),
        "font-size": _matching(SIZE, attributes.get("font-size")),
        "font-family": _matching(FAMILY, attributes.get("font-family")),
    }
    align = attributes.get("align") or attributes.get("text-align")
    found["text-align"] = align if align in ALIGNMENTS else None
    return {name: value for name, value in found.items() if value}


def _matching(pattern: re.Pattern[str], text: str | None) -> str | None:
    return text if text and pattern.fullmatch(text) else None

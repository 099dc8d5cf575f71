"""Texts in XML 1.0, which has no way to write most control characters.

https://www.w3.org/TR/xml/#charsets
"""

import re
from xml.sax.saxutils import escape

UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
END_OF_LINE = {"\r": "&#13;"}
"""A reader of XML would make it a line feed."""


def writable(text: str) -> str:
    """A text without what XML has not: a character that stands for any is told instead."""
    return UNWRITABLE.sub("\ufffd", text)


def escaped(text: str) -> str:
    """Any text as XML."""
    return escape(writable(text), END_OF_LINE)

"""Literals that need reading: U&'...'."""

from __future__ import annotations

import re

from sqlglot import exp

from local_aws.services.athena.trino.notes import failed


def unicode_text(text: str, escape: str, node: exp.Expression) -> str:
    """The text of U&'...': four digits after the escape character, or a plus and six."""
    mark = re.escape(escape)

    def one(found: re.Match[str]) -> str:
        digits = found[1] or found[2]
        if found[0] == escape * 2:
            return escape
        if digits is None or 0xD800 <= int(digits, 16) <= 0xDFFF or int(digits, 16) > 0x10FFFF:
            raise failed("SYNTAX_ERROR", f"Invalid escaped character: {found[0]}", node)
        return chr(int(digits, 16))

    pattern = rf"{mark}(?:([0-9A-Fa-f]{{4}})|\+([0-9A-Fa-f]{{6}})|{mark})|{mark}"
    return re.sub(pattern, one, text)

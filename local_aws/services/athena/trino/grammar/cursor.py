"""The place in the tokens, and what was expected at the furthest place that was reached.

The furthest place is where Trino's parser reports the error, with what could have stood there.
"""

from __future__ import annotations

from collections.abc import Callable

from local_aws.services.athena.errors import SyntaxRefused
from local_aws.services.athena.trino.grammar.tokens import EOF, QUOTED, RESERVED, Token, lex, place

Rule = Callable[[], None]


class Mismatch(Exception):
    """The tokens do not fit; the cursor knows what was expected where."""


class Cursor:
    """Walks over the tokens of one statement."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = lex(text)
        self.index = 0
        self.names: set[int] = set()
        self._furthest = 0
        self._expected: set[str] = set()
        self._known: dict[tuple[str, int], int] = {}

    @property
    def kind(self) -> str:
        return self.tokens[self.index].kind

    def ahead(self, distance: int = 1) -> str:
        """The kind of a token further on."""
        index = self.index + distance
        return self.tokens[index].kind if index < len(self.tokens) else EOF

    def expect(self, *labels: str) -> None:
        """Notes what could stand here."""
        if self.index > self._furthest:
            self._furthest = self.index
            self._expected.clear()
        if self.index == self._furthest:
            self._expected.update(labels)

    def refuse(self, *labels: str) -> Mismatch:
        self.expect(*labels)
        return Mismatch()

    def optional(self, *kinds: str) -> bool:
        """Steps over the tokens when they are the next ones."""
        if self.tokens[self.index].kind != kinds[0]:
            self.expect(_label(kinds[0]))
            return False
        for distance, kind in enumerate(kinds[1:], 1):
            if self.ahead(distance) != kind:
                return False
        self.index += len(kinds)
        return True

    def take(self, *kinds: str) -> None:
        """Steps over the tokens, which must come next."""
        for kind in kinds:
            if self.tokens[self.index].kind != kind:
                raise self.refuse(_label(kind))
            self.index += 1

    def take_any(self, kinds: tuple[str, ...]) -> None:
        if self.kind not in kinds:
            raise self.refuse(*map(_label, kinds))
        self.index += 1

    def is_name(self, distance: int = 0) -> bool:
        """Whether the token can be an identifier: quoted, or a word that is not reserved."""
        kind = self.ahead(distance)
        return kind == QUOTED or ((kind[0].isalpha() or kind[0] == "_") and kind not in RESERVED)

    def name(self) -> None:
        if not self.is_name():
            raise self.refuse("<identifier>")
        self.names.add(self.index)
        self.index += 1

    def either(self, rule: str, first: Rule, second: Rule) -> None:
        """The first rule or else the second; which of them fits here is remembered."""
        start = self.index
        for option in (first, second):
            if self._known.get((f"{rule}{option is second}", start)) == -1:
                continue
            try:
                option()
                return
            except Mismatch:
                self._known[f"{rule}{option is second}", start] = -1
                self.index = start
        raise Mismatch

    def refusal(self) -> SyntaxRefused:
        """The error that Trino reports."""
        token = self.tokens[self._furthest]
        expected = ", ".join(sorted(self._expected))
        if token.kind == ";":
            expected = "Only one sql statement is allowed"
            return SyntaxRefused(f"mismatched input ';'. {expected}", place(self.text, token.start))
        return SyntaxRefused(
            f"mismatched input '{token.text}'. Expecting: {expected}",
            place(self.text, token.start),
        )


def _label(kind: str) -> str:
    return kind if kind[0] == "<" and kind[-1] == ">" and len(kind) > 2 else f"'{kind}'"

"""The words of Hive's DDL, and what its statements are made of: names, types, properties."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_aws.services.athena.errors import SyntaxRefused
from local_aws.services.athena.names import in_catalog

_TOKEN = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")
    |`(?P<quoted>(?:[^`]|``)*)`
    |(?P<word>[\w$]+)|(?P<sign>[^\s])""",
    re.VERBOSE | re.DOTALL,
)
_PRIMITIVES = {
    "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "string", "binary",
    "date", "timestamp",
}  # fmt: skip
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[0] == "''":
            return "'"
        if re.fullmatch(r"\\[0-7]{3}", match[0]):
            return chr(int(match[0][1:], 8))
        if match[0].startswith("\\u"):
            return chr(int(match[0][2:], 16))
        return _ESCAPES.get(match[0][1], match[0][1])

    return re.sub(r"''|\\u[0-9a-fA-F]{4}|\\[0-7]{3}|\\.", one, text, flags=re.DOTALL)


def tokenize(text: str) -> list[Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is None:
            continue
        value = match[kind]
        if kind == "string":
            value = _unescape(value[1:-1])
        tokens.append(Token(kind, value, match.start(), match.end()))
    return tokens


class Parser:
    """Walks over the tokens; every method takes what it is named after."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0

    @property
    def token(self) -> Token:
        if self.index < len(self.tokens):
            return self.tokens[self.index]
        return Token("end", "<EOF>", len(self.text), len(self.text))

    def done(self) -> bool:
        return self.index >= len(self.tokens)

    def refuse(self) -> SyntaxRefused:
        before = self.text[: self.token.start]
        place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1))
        return SyntaxRefused(f"mismatched input '{self.token.text}'", place)

    def optional(self, *words: str) -> bool:
        following = self.tokens[self.index : self.index + len(words)]
        if [t.text.upper() for t in following if t.kind in ("word", "sign")] != list(words):
            return False
        self.index += len(words)
        return True

    def take(self, *words: str) -> None:
        for word in words:
            if not self.optional(word):
                raise self.refuse()

    def string(self) -> str:
        token = self.token
        if token.kind != "string":
            raise self.refuse()
        self.index += 1
        return token.text

    def identifier(self) -> str:
        token = self.token
        # A name that begins with _ wants backticks.
        bare = token.kind == "word" and token.text.startswith("_")
        if bare or token.kind not in ("word", "quoted", "string"):
            raise self.refuse()
        self.index += 1
        return token.text.lower()

    def name(self) -> tuple[str, ...]:
        parts = [self.identifier()]
        while self.optional("."):
            parts.append(self.identifier())
        # `db.table` may also stand in one pair of backticks.
        return in_catalog(tuple(p for part in parts for p in part.split(".")))

    def type_text(self) -> str:
        """A type in Hive's words; one that Hive does not know is refused."""
        token = self.token
        word = self.word().lower()
        if word in ("array", "map", "struct"):
            return f"{word}<{self._inside(word)}>"
        if word == "decimal":
            return "decimal" + (self._numbers(2) or "(10,0)")
        if word in ("varchar", "char"):
            return word + self._numbers(1, required=True)
        if word == "double":
            self.optional("PRECISION")
        if token.kind != "word" or word not in _PRIMITIVES:
            self.index -= 1
            raise self.refuse()
        return word

    def word(self) -> str:
        token = self.token
        if token.kind != "word":
            raise self.refuse()
        self.index += 1
        return token.text

    def _inside(self, word: str) -> str:
        self.take("<")
        parts = []
        while True:
            if word == "struct":
                name = self.identifier()
                self.optional(":")
                parts.append(f"{name}:{self.type_text()}")
                if self.optional("COMMENT"):
                    self.string()
            else:
                parts.append(self.type_text())
            if word == "array" or (len(parts) == 2 and word == "map") or not self.optional(","):
                break
        if word == "map" and len(parts) != 2:
            raise self.refuse()
        self.take(">")
        return ",".join(parts)

    def _numbers(self, most: int, required: bool = False) -> str:
        if not required and self.token.text != "(":
            return ""
        self.take("(")
        found = [self._number()]
        while len(found) < most and self.optional(","):
            found.append(self._number())
        self.take(")")
        return f"({','.join(found)}{',0' if most == 2 and len(found) == 1 else ''})"

    def _number(self) -> str:
        if not self.token.text.isdigit():
            raise self.refuse()
        return self.word()

    def columns(self) -> list[dict[str, str]]:
        self.take("(")
        found = []
        while True:
            column = {"Name": self.identifier()}
            self.optional(":")
            column["Type"] = self.type_text()
            if self.optional("COMMENT"):
                column["Comment"] = self.string()
            found.append(column)
            if not self.optional(","):
                break
        self.take(")")
        return found

    def path(self) -> list[str]:
        """A column and what is inside of it: col.field.$elem$."""
        parts = [self.identifier()]
        while self.optional("."):
            parts.append(self.identifier())
        return parts

    def properties(self) -> dict[str, str]:
        self.take("(")
        found = {}
        while not self.optional(")"):
            key = self.string() if self.token.kind == "string" else self.identifier()
            self.take("=")
            found[key] = self.value()
            if not self.optional(",") and self.token.text != ")":
                raise self.refuse()
        return found

    def value(self) -> str:
        token = self.token
        if token.kind not in ("string", "word"):
            raise self.refuse()
        self.index += 1
        text = token.text
        while (
            token.kind == "word" and self.token.text in (".", "-") and self.token.start == token.end
        ):
            text += self.token.text
            self.index += 1
            text += self.token.text
            token = self.token
            self.index += 1
        return text

    def partition(self) -> list[tuple[str, str, str]]:
        """(name, operator, value) of PARTITION (a = 1, b > 'x')."""
        self.take("PARTITION", "(")
        found = []
        while not self.optional(")"):
            name = self.identifier()
            operator = ""
            while self.token.text in ("=", "<", ">", "!"):
                operator += self.token.text
                self.index += 1
            minus = "-" if self.optional("-") else ""
            if self.token.text.upper() in ("DATE", "TIMESTAMP"):
                self.index += 1
            found.append((name, operator, minus + self.value()))
            self.optional(",")
        return found

"""What a function takes, and the registry of functions.

A chapter of the guide is a module of `functions`; a function of the guide is one small function
there. Most get their arguments as SQL, checked by their types, and give SQL; those that read words,
lists or levels get the call itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.services.quicksight.expressions.compiled import Compiled, aligned, combined
from local_aws.services.quicksight.expressions.errors import ExpressionError
from local_aws.services.quicksight.expressions.kinds import Kind, Kinds
from local_aws.services.quicksight.expressions.tree import Items, Literal, Name, Node

if TYPE_CHECKING:
    from local_aws.services.quicksight.expressions.compiler import Compiler


@dataclass(frozen=True)
class Words:
    """An argument that is one of some words, in quotes or not; the function gets the word."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """An argument that is written down: the function gets the text or the number."""

    kind: type


Parameter = Kinds | Words | Text
Gives = Kind | Callable[[list[Kind]], Kind]


@dataclass(frozen=True)
class Function:
    """A function by its name in the guide."""

    name: str
    chapter: str
    compile: Callable[["Invocation"], Compiled]


FUNCTIONS: dict[str, Function] = {}


@dataclass(frozen=True)
class Invocation:
    """A call in an expression."""

    name: str
    arguments: tuple[Node, ...]
    at: int
    compiler: "Compiler"

    def wrong(self, message: str) -> ExpressionError:
        """An error that names the function."""
        return ExpressionError(f"{self.name}: {message}", self.at)

    def counted(self, least: int, most: int) -> None:
        """Raises ExpressionError where there are fewer or more arguments."""
        count = len(self.arguments)
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise self.wrong(f"{count} argument(s) are given, it takes {wanted}")

    def value(self, number: int, kinds: Kinds | None = None) -> Compiled:
        """An argument, compiled, of one of the kinds."""
        node = self.arguments[number]
        if isinstance(node, Items):
            raise self.wrong(f"argument {number + 1} is a list in brackets")
        found = self.compiler.compile(node)
        return found if kinds is None else self.fitted(number, found, kinds)

    def fitted(self, number: int, found: Compiled, kinds: Kinds) -> Compiled:
        """The argument where its type is one of the kinds. Raises ExpressionError."""
        if found.kind in kinds | {Kind.UNKNOWN, Kind.NULL}:
            return found
        dated = self.compiler.as_date(found) if Kind.DATETIME in kinds else None
        if dated is None:
            wanted = " or ".join(sorted(kind.value for kind in kinds if kind != Kind.GEOSPATIAL))
            raise self.wrong(f"argument {number + 1} is {found.kind.value}, it takes {wanted}")
        return dated

    def written(self, number: int) -> object:
        """What an argument says in the text of the expression: a word, a text, a number."""
        node = self.arguments[number]
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Name) and not node.braced:
            return node.name
        found = self.value(number)
        if not found.constant:
            raise self.wrong(f"argument {number + 1} has to be written down, not worked out")
        return found.value

    def word(self, number: int, words: tuple[str, ...]) -> str:
        """An argument that is one of some words, in any case."""
        said = str(self.written(number)).upper()
        if said not in words:
            raise self.wrong(f"'{said}' is not one of {', '.join(words)}")
        return said

    def number(self, number: int) -> int:
        """An argument that is a whole number, written down; it may have a sign."""
        found = self.value(number).value
        if not isinstance(found, int):
            raise self.wrong(f"argument {number + 1} has to be a whole number, written down")
        return found

    def list_at(self, number: int) -> Items | None:
        """The list in brackets at that place; None where there is no argument."""
        if number >= len(self.arguments):
            return None
        node = self.arguments[number]
        if not isinstance(node, Items):
            raise self.wrong(f"argument {number + 1} has to be a list in brackets")
        return node


def function(name: str, chapter: str) -> Callable[[Callable[[Invocation], Compiled]], None]:
    """Register a function that gets the call itself."""

    def add(compile_call: Callable[[Invocation], Compiled]) -> None:
        FUNCTIONS[name.lower()] = Function(name, chapter, compile_call)

    return add


def scalar(
    name: str, chapter: str, *parameters: Parameter, gives: Gives, optional: int = 0
) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register a function of values: it gets SQL, words and texts, and gives SQL."""

    def add(body: Callable[..., str]) -> Callable[..., str]:
        def compile_call(call: Invocation) -> Compiled:
            call.counted(len(parameters) - optional, len(parameters))
            return _scalar(call, body, parameters, gives)

        FUNCTIONS[name.lower()] = Function(name, chapter, compile_call)
        return body

    return add


def _scalar(
    call: Invocation, body: Callable[..., str], parameters: tuple[Parameter, ...], gives: Gives
) -> Compiled:
    values = {
        number: call.value(number, wanted)
        for number, wanted in enumerate(parameters[: len(call.arguments)])
        if isinstance(wanted, frozenset)
    }
    parts = aligned(list(values.values()), call.name, call.at)
    sql = dict(zip(values, (part.sql for part in parts), strict=True))
    said = [
        sql[number] if number in sql else _said(call, number, parameters[number])
        for number in range(len(call.arguments))
    ]
    kind = gives if isinstance(gives, Kind) else gives([part.kind for part in parts])
    return combined(body(*said), kind, parts)


def _said(call: Invocation, number: int, wanted: Parameter) -> object:
    if isinstance(wanted, Words):
        return call.word(number, wanted.words)
    assert isinstance(wanted, Text)
    said = call.number(number) if wanted.kind is int else call.written(number)
    if not isinstance(said, wanted.kind):
        raise call.wrong(f"argument {number + 1} has to be a text")
    return said


def same(kinds: list[Kind]) -> Kind:
    """The type of the first argument."""
    return kinds[0]


def shared(kinds: list[Kind]) -> Kind:
    """The one type of several values; of whole and other numbers DECIMAL; UNKNOWN if they clash."""
    found = {kind for kind in kinds if kind not in (Kind.NULL, Kind.UNKNOWN)}
    if found == {Kind.INTEGER, Kind.DECIMAL}:
        return Kind.DECIMAL
    return found.pop() if len(found) == 1 else Kind.UNKNOWN

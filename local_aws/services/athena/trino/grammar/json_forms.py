"""The calls of SQL/JSON with words of their own: https://trino.io/docs/current/functions/json.html"""

from __future__ import annotations

from collections.abc import Callable

from local_aws.services.athena.trino.grammar.tokens import STRING
from local_aws.services.athena.trino.grammar.types import TypeRules

JSON_FORMS = ("JSON_EXISTS", "JSON_VALUE", "JSON_QUERY", "JSON_OBJECT", "JSON_ARRAY")


class JsonRules(TypeRules):
    """The rules `jsonExists`, `jsonValue`, `jsonQuery`, `jsonObject`, `jsonArray`."""

    expression: Callable[[], None]

    def json_form(self) -> None:
        rule: Callable[[], None] = getattr(self, f"_{self.kind.lower()}")
        self.index += 1
        self.take("(")
        rule()
        self.take(")")

    def _json_exists(self) -> None:
        self._path()
        if self.kind in ("TRUE", "FALSE", "UNKNOWN", "ERROR"):
            self.index += 1
            self.take("ON", "ERROR")

    def _json_value(self) -> None:
        self._path()
        self._returning()
        self._behaviours(())

    def _json_query(self) -> None:
        self._path()
        self._returning()
        if self.kind in ("WITH", "WITHOUT"):
            self.index += 1
            for word in ("CONDITIONAL", "UNCONDITIONAL", "ARRAY"):
                self.optional(word)
            self.take("WRAPPER")
        if self.kind in ("KEEP", "OMIT"):
            self.index += 1
            self.take("QUOTES")
            if self.optional("ON"):
                self.take("SCALAR", "STRING")
        self._behaviours(("ARRAY", "OBJECT"))

    def _json_object(self) -> None:
        if self.kind not in (")", "RETURNING"):
            self._member()
            while self.optional(","):
                self._member()
            self._nulls()
            if self.kind in ("WITH", "WITHOUT"):
                self.index += 1
                self.take("UNIQUE")
                self.optional("KEYS")
        self._returning()

    def _json_array(self) -> None:
        if self.kind not in (")", "RETURNING"):
            self._input()
            while self.optional(","):
                self._input()
            self._nulls()
        self._returning()

    def _member(self) -> None:
        if self.kind == "KEY" and self.starts_expression(1) and self.ahead() != "(":
            self.index += 1
        self.expression()
        if not self.optional("VALUE"):
            self.take(":")
        self._input()

    def starts_expression(self, distance: int = 0) -> bool:
        raise NotImplementedError

    def _nulls(self) -> None:
        if self.kind in ("NULL", "ABSENT"):
            self.index += 1
            self.take("ON", "NULL")

    def _path(self) -> None:
        self._input()
        self.take(",", STRING)
        if self.optional("AS"):
            self.name()
        if self.optional("PASSING"):
            self._passed()
            while self.optional(","):
                self._passed()

    def _passed(self) -> None:
        self._input()
        self.take("AS")
        self.name()

    def _input(self) -> None:
        self.expression()
        self._format()

    def _format(self) -> None:
        if self.optional("FORMAT"):
            self.take("JSON")
            if self.optional("ENCODING"):
                self.take_any(("UTF8", "UTF16", "UTF32"))

    def _returning(self) -> None:
        if self.optional("RETURNING"):
            self.type_()
            self._format()

    def _behaviours(self, empties: tuple[str, ...]) -> None:
        for _ in ("EMPTY", "ERROR"):
            if self.kind in ("ERROR", "NULL"):
                self.index += 1
            elif self.kind == "DEFAULT" and not empties:
                self.index += 1
                self.expression()
            elif self.kind == "EMPTY" and empties:
                self.index += 1
                self.take_any(empties)
            else:
                return
            self.take("ON")
            self.take_any(("EMPTY", "ERROR"))

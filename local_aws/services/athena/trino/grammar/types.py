"""Types as they are written in CAST."""

from __future__ import annotations

from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.trino.grammar.cursor import Cursor, Rule
from local_aws.services.athena.trino.grammar.tokens import INTEGER, place

INTERVAL_FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")

# Hive's names (string, float, struct) are not among them: those are for DDL.
TYPE_NAMES = frozenset(
    """
    array bigint bingtile boolean char color date decimal double geometry hyperloglog int integer
    interval ipaddress json json2016 kdbtree map p4hyperloglog qdigest real row setdigest smallint
    sphericalgeography tdigest time timestamp tinyint unknown uuid varbinary varchar
    """.split()  # noqa: SIM905 - a list of words to read
)
_SECOND_WORDS: dict[str, tuple[str, ...]] = {
    "TIMESTAMP": ("WITH", "WITHOUT"),
    "TIME": ("WITH", "WITHOUT"),
    "DOUBLE": ("PRECISION",),
    "INTERVAL": INTERVAL_FIELDS,
}


class TypeRules(Cursor):
    """The rules `type`, `rowField`, `typeParameter`."""

    def type_(self) -> None:
        if self.kind == "ROW" and self.ahead() == "(":
            self.index += 2
            self._listed(self._row_field)
        elif self.kind == "INTERVAL" and self.ahead() in INTERVAL_FIELDS:
            self.index += 2
            if self.optional("TO"):
                self.take_any(INTERVAL_FIELDS)
        elif self.kind in ("TIMESTAMP", "TIME"):
            self._moment()
        elif self.kind == "DOUBLE" and self.ahead() == "PRECISION":
            self.index += 2
        elif self.kind in ("ARRAY", "MAP") and self.ahead() == "<":
            self._legacy()
        elif self.is_name():
            self._known_type()
            if self.optional("("):
                self._listed(self._parameter)
        else:
            raise self.refuse("<type>")
        while self.optional("ARRAY"):
            if self.optional("["):
                self.take(INTEGER, "]")

    def _known_type(self) -> None:
        token = self.tokens[self.index]
        if token.text.strip('"').lower() not in TYPE_NAMES:
            raise QueryFailed(
                "TYPE_MISMATCH", f"Unknown type: {token.text}", place(self.text, token.start)
            )
        self.index += 1

    def _listed(self, part: Rule) -> None:
        """The rest of a list after its opening bracket."""
        part()
        while self.optional(","):
            part()
        self.take(")")

    def _parameter(self) -> None:
        if self.kind == INTEGER:
            self.index += 1
            return
        self.expect(INTEGER)
        self.type_()

    def _row_field(self) -> None:
        # A name and a type, or a type alone: the name is known by what follows it.
        if self.is_name() and self.ahead() not in ("(", ",", ")", "<") and not self._two_words():
            self.index += 1
        self.type_()

    def _two_words(self) -> bool:
        return self.ahead() in _SECOND_WORDS.get(self.kind, ())

    def _moment(self) -> None:
        self.index += 1
        if self.optional("("):
            self._listed(self._parameter)
        if self.kind in ("WITH", "WITHOUT") and self.ahead() == "TIME":
            self.index += 1
            self.take("TIME", "ZONE")

    def _legacy(self) -> None:
        several = self.kind == "MAP"
        self.index += 2
        self.type_()
        if several:
            self.take(",")
            self.type_()
        self.take(">")

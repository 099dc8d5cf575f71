"""What an expression says, as a small tree."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`` `a column` ``, or `` `:name` ``, an aggregate that withExpressions binds."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A text, a number, a truth value or NULL, with DataBrew's word for its type."""

    value: str
    kind: str


@dataclass(frozen=True)
class Unary:
    """``not`` or ``-``."""

    operator: str
    operand: "Node"


@dataclass(frozen=True)
class Binary:
    """Arithmetic, a comparison, ``and`` or ``or``."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """A function with its arguments; its name in lower case and where it stands."""

    name: str
    arguments: tuple["Node", ...]
    at: int


@dataclass(frozen=True)
class Test:
    """``[NOT] IN | LIKE | RLIKE | BETWEEN``, ``IS [NOT] NULL | TRUE | FALSE``."""

    operator: str
    operand: "Node"
    others: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Cast:
    """``CAST(x AS type)``."""

    operand: "Node"
    target: str


@dataclass(frozen=True)
class Case:
    """``CASE [operand] WHEN .. THEN .. [ELSE ..] END``; the first condition that is met counts."""

    branches: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node"


@dataclass(frozen=True)
class Aggregate:
    """``min(`c`)`` or ``count(distinct `c`)``: what withExpressions binds a name to."""

    function: str
    column: str
    distinct: bool = False


Node = Column | Literal | Unary | Binary | Call | Test | Cast | Case
NULL = Literal("", "null")

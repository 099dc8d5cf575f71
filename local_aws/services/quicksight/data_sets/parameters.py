"""Dataset parameters: values that custom SQL and expressions name.

https://docs.aws.amazon.com/quicksight/latest/user/dataset-parameters.html
``<<$name>>`` in custom SQL becomes a literal, ``${name}`` in an expression a constant. A parameter
in quotes would let its value end the quotes: it is refused.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.data_sets.dates import moment
from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.expressions import literal

Values = Mapping[str, list[Any]]
# What is not closed goes to the end: to look for its end from each place anew would take a day.
IN_SQL = re.compile(
    r"(?P<quoted>'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z))"
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|<<\$(?P<name>[^<>]*)>>",
    re.DOTALL,
)
IN_EXPRESSION = re.compile(
    r"(?P<quoted>'(?:[^'\\]|\\.)*(?:'|\\?\Z))|(?<!\$)(?P<column>\{[^{}]*\})"
    r"|\$\{(?P<name>[^{}]*)\}",
    re.DOTALL,
)
KINDS = {
    "StringDatasetParameter": str,
    "DecimalDatasetParameter": float,
    "IntegerDatasetParameter": int,
    "DateTimeDatasetParameter": dt.datetime,
}
ONE_VALUE = "SINGLE_VALUED"


class Parameters:
    """A data set's parameters with the values that count now."""

    def __init__(self, declared: list[dict[str, Any]], values: Values | None = None) -> None:
        self._values: dict[str, list[Any]] = {}
        for item in declared:
            kind, options = next(iter(item.items()))
            name = options["Name"]
            if name in self._values:
                raise InvalidParameter(f"The parameter {name} is declared twice")
            default = options.get("DefaultValues", {}).get("StaticValues", [])
            chosen = [_value(KINDS[kind], name, v) for v in (values or {}).get(name, default)]
            if options["ValueType"] == ONE_VALUE and len(chosen) > 1:
                raise InvalidParameter(f"The parameter {name} takes one value, not {len(chosen)}")
            self._values[name] = chosen

    def values(self, name: str) -> list[Any]:
        """What a parameter is now. Raises InvalidParameter."""
        if name not in self._values:
            raise InvalidParameter(f"The dataset parameter {name} is not declared")
        return self._values[name]

    def in_sql(self, text: str) -> str:
        """Custom SQL with the values in the parameters' places."""

        def replaced(found: re.Match[str]) -> str:
            if found["quoted"] and "<<$" in found["quoted"]:
                raise InvalidParameter(f"A parameter in quotes: {found['quoted']}")
            if found["name"] is None:
                return found[0]
            return ", ".join(map(_sql, self.values(found["name"]))) or "NULL"

        return IN_SQL.sub(replaced, text)

    def in_expression(self, text: str) -> str:
        """An expression with the values in the parameters' places."""

        def replaced(found: re.Match[str]) -> str:
            if found["name"] is None:
                return found[0]
            constants = [_constant(value) for value in self.values(found["name"])]
            return constants[0] if len(constants) == 1 else f"[{', '.join(constants)}]"

        return IN_EXPRESSION.sub(replaced, text)


def _value(kind: type, name: str, value: Any) -> Any:
    try:
        if kind is str and "\0" in str(value):
            raise ValueError("a text that SQL cannot hold")
        return moment(value) if kind is dt.datetime else kind(value)
    except (TypeError, ValueError):
        raise InvalidParameter(f"{value!r} is no value of the parameter {name}") from None


def _sql(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(' ', 'milliseconds')}'"
    return literal(value)


def _constant(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"parseDate('{value:%Y-%m-%d %H:%M:%S}', 'yyyy-MM-dd HH:mm:ss')"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value)

"""CategoryFilter: a list of values, or one that is matched in part.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CategoryFilter.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.services.quicksight.choices import NULL
from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.filters.context import (
    Condition,
    Context,
    text_literal,
    with_nulls,
)

MATCHES = {"CONTAINS": "contains", "STARTS_WITH": "starts_with", "ENDS_WITH": "ends_with"}


def category(context: Context) -> Condition:
    """The condition of a CategoryFilter. Raises Unsupported, WrongChoice."""
    kind, given = next(iter(context.options["Configuration"].items()))
    column, phase = context.column()
    return Condition(condition(context, kind, given, column), phase)


def condition(context: Context, kind: str, given: Mapping[str, Any], column: str) -> str | None:
    """What a CategoryFilterConfiguration says of a column; None where it says nothing."""
    chosen = context.choices()
    if chosen is not None:
        return None if context.everything else _chosen(kind, given, column, chosen)
    if given.get("SelectAllOptions") == "FILTER_ALL_VALUES":
        return _all(given, column)
    if given.get("NullOption") == "NULLS_ONLY":
        return f"({column} IS NULL)"
    values = _values(context, given)
    if values is None:
        return _all(given, column)
    return with_nulls(_matched(kind, given, column, values), column, given.get("NullOption"))


def _all(given: Mapping[str, Any], column: str) -> str | None:
    """Every value, which the empty one may not be."""
    return f"({column} IS NOT NULL)" if given.get("NullOption") == "NON_NULLS_ONLY" else None


def _values(context: Context, given: Mapping[str, Any]) -> Sequence[str] | None:
    if given.get("ParameterName"):
        found = context.parameter(given["ParameterName"])
        return None if found is None else [str(value) for value in found]
    values = given.get("CategoryValues") or [given[k] for k in ("CategoryValue",) if k in given]
    if not values:
        raise Unsupported(f"The CategoryFilter {context.id} without values",
                          "Use SelectAllOptions.")  # fmt: skip
    return list(values)


def _chosen(kind: str, given: Mapping[str, Any], column: str, values: Sequence[str]) -> str:
    """The reader's values in the place of the definition's; NUL stands for the empty value."""
    named = [value for value in values if value != NULL]
    found = _matched(kind, given, column, named)
    if len(named) == len(values):
        return f"({found})"
    if _negated(given):
        return f"({found} AND {column} IS NOT NULL)"
    return f"({found} OR {column} IS NULL)"


def _negated(given: Mapping[str, Any]) -> bool:
    return str(given.get("MatchOperator", "")).startswith("DOES_NOT")


def _matched(kind: str, given: Mapping[str, Any], column: str, values: Sequence[str]) -> str:
    text = f"CAST({column} AS VARCHAR)"
    operator = str(given.get("MatchOperator", "CONTAINS"))
    name = operator.removeprefix("DOES_NOT_").removesuffix("S") if _negated(given) else operator
    name = {"CONTAIN": "CONTAINS", "EQUAL": "EQUALS"}.get(name, name)
    # In a list, CONTAINS means that the list contains the value.
    partly = name in ("STARTS_WITH", "ENDS_WITH") or (
        name == "CONTAINS" and kind == "CustomFilterConfiguration"
    )
    literals = [text_literal(value) for value in values]
    if partly:
        found = " OR ".join(f"{MATCHES[name]}({text}, {value})" for value in literals) or "FALSE"
    else:
        found = f"{text} IN ({', '.join(literals)})" if literals else "FALSE"
    return f"NOT ({found})" if _negated(given) else f"({found})"

"""NumericEqualityFilter and NumericRangeFilter, over rows or over a visual's groups.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NumericEqualityFilter.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NumericRangeFilter.html
"""

from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.filters.context import Condition, Context, number, with_nulls

Number = float | int


def numeric_equality(context: Context) -> Condition:
    """One number, or every other. Raises Unsupported, WrongChoice."""
    column, phase = context.column()
    value = _value(context)
    if value is None:
        return Condition(None, phase)
    sign = "<>" if context.options["MatchOperator"] == "DOES_NOT_EQUAL" else "="
    return Condition(
        with_nulls(f"{column} {sign} {value!r}", column, context.options.get("NullOption")), phase
    )


def _value(context: Context) -> Number | None:
    if context.everything:
        return None
    chosen = context.choices(1)
    if chosen:
        return number(context, chosen[0])
    if context.options.get("ParameterName"):
        return _parameter(context, context.options["ParameterName"])
    if "Value" not in context.options:
        raise Unsupported(f"The NumericEqualityFilter {context.id} without a value")
    return number(context, context.options["Value"])


def numeric_range(context: Context) -> Condition:
    """Between two numbers, either of which may be missing. Raises Unsupported, WrongChoice."""
    column, phase = context.column()
    if context.everything:
        return Condition(None, phase)
    tests = [
        f"{column} {sign}{'=' if inclusive else ''} {bound!r}"
        for sign, bound, inclusive in _bounds(context)
        if bound is not None
    ]
    condition = " AND ".join(tests) or "TRUE"
    return Condition(with_nulls(condition, column, context.options.get("NullOption")), phase)


def _bounds(context: Context) -> tuple[tuple[str, Number | None, bool], ...]:
    """Sign, bound and whether it belongs; a reader's bounds always do, as a slider's ends."""
    options, chosen = context.options, context.choices(2)
    if chosen is not None:
        low, high = (number(context, text) if text else None for text in (*chosen, "", "")[:2])
        return (">", low, True), ("<", high, True)
    low, high = (
        _bound(context, options.get(f"Range{side}", {})) for side in ("Minimum", "Maximum")
    )
    return (
        (">", low, bool(options.get("IncludeMinimum"))),
        ("<", high, bool(options.get("IncludeMaximum"))),
    )


def _bound(context: Context, given: Mapping[str, Any]) -> Number | None:
    if "Parameter" in given:
        return _parameter(context, given["Parameter"])
    return number(context, given["StaticValue"]) if "StaticValue" in given else None


def _parameter(context: Context, name: str) -> Number | None:
    values = context.parameter(name)
    if not values:
        return None
    if len(values) > 1:
        raise Unsupported(f"The parameter {name} with several values in the filter {context.id}")
    return number(context, values[0])

"""A figure against another: KPIs and gauges.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ComparisonConfiguration.html
"""

from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.formats import number_format, number_text
from local_aws.services.quicksight.query import Value

Options = dict[str, Any]


def is_number(value: Value) -> bool:
    """Whether there is a figure to compare."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def compared(now: Any, before: Any, field: Field, chosen: Options) -> Options:
    """The change as text and its direction; nothing to tell where the other is zero."""
    method = chosen.get("ComparisonMethod", "PERCENT_DIFFERENCE")
    given = chosen.get("ComparisonFormat")
    if method == "DIFFERENCE":
        change, form = now - before, number_format(given or field.format)
    elif not before:
        return {}
    else:
        change = now / before - (0 if method == "PERCENT" else 1)
        form = number_format(given) if given else percentage(1)
    sign = "+" if change > 0 and method != "PERCENT" else ""
    direction = 0 if method == "PERCENT" else (change > 0) - (change < 0)
    return {"change": sign + number_text(change, form), "direction": direction}


def percentage(places: int) -> Options:
    """A percentage with so many decimals."""
    return {"kind": "Percentage", "DecimalPlacesConfiguration": {"DecimalPlaces": places}}

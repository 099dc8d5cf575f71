"""Rolling dates: a day that moves with the calendar, such as ``addDateTime(-1, 'DD', now())``.

AWS: an expression (https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RollingDateConfiguration.html).
Here: ``now``, ``truncDate`` and ``addDateTime`` of constants, which is what the console writes.
They are worked out here, not by DuckDB: a parameter has its value before there is a query. An
expression over a data set's columns is refused by name.
"""

import ast
import datetime as dt

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.errors import Unsupported

GRAINS = {
    "YYYY": "YEAR",
    "Q": "QUARTER",
    "MM": "MONTH",
    "WK": "WEEK",
    "DD": "DAY",
    "HH": "HOUR",
    "MI": "MINUTE",
    "SS": "SECOND",
    "MS": "MILLISECOND",
}  # fmt: skip


def rolling_date(
    expression: str, now: dt.datetime, week_start: int = periods.SUNDAY
) -> dt.datetime:
    """The moment that a rolling date is at ``now``. Raises Unsupported.

    >>> rolling_date("addDateTime(-1, 'MM', truncDate('MM', now()))", dt.datetime(2024, 3, 31, 9))
    datetime.datetime(2024, 2, 1, 0, 0)
    """
    try:
        # Calls, texts and numbers are written as Python writes them; nothing of it is run.
        tree = ast.parse(expression.strip(), mode="eval").body
        return _moment(tree, now, week_start)
    except (SyntaxError, ValueError, KeyError, OverflowError, RecursionError, MemoryError):
        raise Unsupported(f"The rolling date {expression[:200]!r}",
                          "Use now, truncDate and addDateTime.") from None  # fmt: skip


def _moment(node: ast.expr, now: dt.datetime, week_start: int) -> dt.datetime:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name.lower() == "now":
            return now
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(grain)), inner],
                      keywords=[]) if name.lower() == "truncdate":  # fmt: skip
            return periods.start(_moment(inner, now, week_start), GRAINS[grain.upper()], week_start)
        case ast.Call(func=ast.Name(id=name), args=[number, ast.Constant(value=str(grain)), inner],
                      keywords=[]) if name.lower() == "adddatetime":  # fmt: skip
            amount = ast.literal_eval(number)
            if type(amount) is not int:
                raise ValueError(amount)
            return periods.add(_moment(inner, now, week_start), amount, GRAINS[grain.upper()])
    raise ValueError(ast.dump(node))

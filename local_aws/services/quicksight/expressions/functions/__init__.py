"""The functions of the guide, a chapter a module: `FUNCTIONS` has them all by name.

https://docs.aws.amazon.com/quicksight/latest/user/functions-by-category.html
"""

from local_aws.services.quicksight.expressions.functions import (
    aggregates,
    conditional,
    conversion,
    dates,
    levels,
    numeric,
    periods,
    tables,
    text,
)
from local_aws.services.quicksight.expressions.signature import FUNCTIONS

__all__ = [
    "FUNCTIONS",
    "aggregates",
    "conditional",
    "conversion",
    "dates",
    "levels",
    "numeric",
    "periods",
    "tables",
    "text",
]

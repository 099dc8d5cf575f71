"""The functions of the guide, a chapter a module; `signature.FUNCTIONS` has them all by name.

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

CHAPTERS = (conditional, dates, numeric, text, conversion, aggregates, levels, tables, periods)
# Of the guide, but not evaluated here: by their names in small letters.
UNSUPPORTED: dict[str, str] = {
    name.lower(): name
    for name in (
        "periodToDatePercentile",
        "periodToDatePercentileCont",
        "periodToDatePercentileDisc",
    )
}

"""NestedFilter: the values of a column that some rows with something else have, or have not.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NestedFilter.html
"""

from dataclasses import replace

from local_aws.services.quicksight.filters.category import condition
from local_aws.services.quicksight.filters.context import Condition, Context


def nested(context: Context) -> Condition:
    """The rows whose value is in (or not in) the inner filter's set. Raises Unsupported."""
    column = context.dimension()
    inner = context.options["InnerFilter"]["CategoryInnerFilter"]
    kind, given = next(iter(inner["Configuration"].items()))
    within = replace(context, chosen=None)
    found = condition(within, kind, given, within.dimension(inner["Column"])) or "TRUE"
    values = f"SELECT {column} FROM data WHERE {column} IS NOT NULL AND {found}"  # noqa: S608
    negated = "" if context.options["IncludeInnerSet"] else "NOT "
    return Condition(f"({column} {negated}IN ({values}))")

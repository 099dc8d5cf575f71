"""A visual's figures: its fields and filters as one DuckDB query over its data set.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
Which values a dimension shows, in which order, is asked first (`Axis`); the figures then come by
those values, with what a limit leaves out gathered under "Other" from the rows themselves, so that
averages and distinct counts of it are right. A total is asked for at its own level, with fewer
dimensions: it is never the sum of what is shown.
"""

from local_aws.services.quicksight.query.axis import OTHER, Axis
from local_aws.services.quicksight.query.figures import MAX_CATEGORIES, Query, Sort
from local_aws.services.quicksight.query.values import Value, simple

__all__ = [
    "MAX_CATEGORIES",
    "OTHER",
    "Axis",
    "Query",
    "Sort",
    "Value",
    "simple",
]

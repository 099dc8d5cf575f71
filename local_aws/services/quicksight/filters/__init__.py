"""Filters: one module a kind, each a condition in SQL over one data set's relation ``data``.

AWS: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
Here: `groups` reads a definition's filter groups, `where` puts together those that reach a visual.
Filters of one group are alternatives, groups narrow each other
(https://docs.aws.amazon.com/quicksight/latest/user/add-a-compound-filter.html). Rows are filtered
first, then the top and bottom values are found among those left, then aggregated filters drop the
visual's groups (https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html).
"""

from local_aws.services.quicksight.filters.groups import Filter, FilterGroup, read_groups
from local_aws.services.quicksight.filters.where import Reading, Target, condition, where

__all__ = ["Filter", "FilterGroup", "Reading", "Target", "condition", "read_groups", "where"]

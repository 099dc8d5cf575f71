"""The types of values, and the levels at which values are worked out.

https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
"""

from enum import Enum, IntEnum


class Kind(Enum):
    """A value's type. QuickSight has no column of conditions; UNKNOWN fits anywhere."""

    STRING = "STRING"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    DATETIME = "DATETIME"
    GEOSPATIAL = "GEOSPATIAL"
    CONDITION = "CONDITION"
    NULL = "NULL"
    UNKNOWN = "UNKNOWN"


Kinds = frozenset[Kind]
STRING: Kinds = frozenset({Kind.STRING, Kind.GEOSPATIAL})
INTEGER: Kinds = frozenset({Kind.INTEGER})
NUMBER: Kinds = frozenset({Kind.INTEGER, Kind.DECIMAL})
DATETIME: Kinds = frozenset({Kind.DATETIME})
CONDITION: Kinds = frozenset({Kind.CONDITION})
ANY: Kinds = frozenset(Kind)
ORDERED: Kinds = NUMBER | STRING | DATETIME


class Level(IntEnum):
    """What one value stands for; of two levels the higher one holds for their combination."""

    CONSTANT = 0
    ROW = 1
    # A level-aware aggregation: one value for each of its own keys.
    FIXED = 2
    # SQL of aggregate functions over rows.
    AGGREGATE = 3
    # SQL over the columns of the aggregated rows.
    GROUPED = 4


class Stage(IntEnum):
    """When a slot of a query is worked out."""

    PRE_FILTER = 1
    PRE_AGG = 2
    FIXED = 3
    GROUP = 4
    NESTED = 5
    TABLE = 6

"""The aggregate functions of GROUP_BY, PIVOT and TRANSPOSE.

The guide names COUNT, SUM, COLLECT_LIST and UNAGGREGATED and leaves the others to the console,
which has the functions of the category *aggregate*: they go by those names here.
"""

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.sql import number

NUMERIC = {
    "AVERAGE": "avg({x}){rows}",
    "MEDIAN": "median({x}){rows}",
    "STANDARD_DEVIATION": "stddev_samp({x}){rows}",
    "SUM": "sum({x}){rows}",
    "VARIANCE": "var_samp({x}){rows}",
}
# ANY and FIRST take the first value that is there, LAST the last; MODE of two as frequent the
# smaller one, so that the same input gives the same answer.
ANY_TYPE = {
    "ANY": "any_value({x}){rows}",
    "COLLECT_LIST": "list({x}){there}",
    "COLLECT_SET": "list(DISTINCT {x} ORDER BY {x}){there}",
    "COUNT": "count({x}){rows}",
    "COUNT_DISTINCT": "count(DISTINCT {x}){rows}",
    "FIRST": "any_value({x}){rows}",
    "LAST": "list_last(list({x}){there})",
    "MAX": "max({x}){rows}",
    "MIN": "min({x}){rows}",
    "MODE": "mode({x} ORDER BY {x}){rows}",
}
SYNONYMS = {
    "AVG": "AVERAGE",
    "MEAN": "AVERAGE",
    "STDDEV": "STANDARD_DEVIATION",
    "UNAGGREGATED": "COLLECT_LIST",
    "VAR": "VARIANCE",
}


def aggregate(function: str, column: str, sql_type: str, only: str = "", over: str = "") -> str:
    """The function over a column as SQL: over the rows that meet ``only``, in a window or not.

    Sums and means are those of the column's numbers.
    """
    name = SYNONYMS.get(function.upper(), function.upper())
    value = column
    if name in NUMERIC:
        value = number(column, sql_type)
        value = value if name == "SUM" else f"CAST({value} AS DOUBLE)"
    elif name not in ANY_TYPE:
        raise InvalidStep(f"The aggregate function {function} is unknown")
    there = " AND ".join(filter(None, [only, f"{value} IS NOT NULL"]))
    return (NUMERIC | ANY_TYPE)[name].format(
        x=value, rows=_rows(only, over), there=_rows(there, over)
    )


def _rows(only: str, over: str) -> str:
    return (f" FILTER (WHERE {only})" if only else "") + (f" {over}" if over else "")

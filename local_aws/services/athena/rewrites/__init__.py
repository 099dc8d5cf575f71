"""From Trino's typed tree to DuckDB's SQL: one rule a file, in the order in which they are asked.

Each module names the kinds of node that it looks at (`NODES`) and gives their SQL, or None to leave
the node to the next. Every rule has its fixture, tests/fixtures/athena/<rule>.sql.
"""

from __future__ import annotations

from local_aws.services.athena.rewrites import (
    arithmetic,
    casts,
    comparisons,
    conditionals,
    constructors,
    date_patterns,
    decimals,
    division,
    functions,
    intervals,
    literals,
    membership,
    names,
    patterns,
    predicates,
    reduce,
    regular_expressions,
    sql_json,
    subqueries,
    subscripts,
    time_zones,
    windows,
)

REWRITES = (
    literals,
    names,
    intervals,
    decimals,
    division,
    arithmetic,
    comparisons,
    predicates,
    patterns,
    subqueries,
    conditionals,
    casts,
    time_zones,
    constructors,
    subscripts,
    windows,
    regular_expressions,
    date_patterns,
    reduce,
    membership,
    sql_json,
    functions,
)

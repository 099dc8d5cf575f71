"""The expressions of BOOLEAN_OPERATION and CASE_OPERATION: tokens, a tree, SQL.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.BOOLEAN_OPERATION.html
"""

from local_aws.services.databrew.engine.formula.compiler import (
    NOTHING,
    Scope,
    aligned,
    as_condition,
    common,
    compile_,
)
from local_aws.services.databrew.engine.formula.parser import aggregate, parse

__all__ = [
    "NOTHING",
    "Scope",
    "aggregate",
    "aligned",
    "as_condition",
    "common",
    "compile_",
    "parse",
]

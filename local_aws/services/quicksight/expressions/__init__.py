"""QuickSight's expression language: parsed, typed and compiled to DuckDB's SQL.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/working-with-calculated-fields.html
Here: a text becomes a tree (`parser`), the tree SQL with a type, a level and slots (`compiler`).
A slot is a column that an earlier stage of the visual's query adds; `query` puts the stages
together. The functions are those of `functions`; any other name is refused.
"""

from local_aws.services.quicksight.expressions.compiled import (
    Compiled,
    Slot,
    all_slots,
    combined,
    constant,
    grouped,
    literal,
    quote,
)
from local_aws.services.quicksight.expressions.compiler import compile_expression, compile_tree
from local_aws.services.quicksight.expressions.errors import ExpressionError
from local_aws.services.quicksight.expressions.functions import FUNCTIONS
from local_aws.services.quicksight.expressions.functions.aggregates import AGGREGATES, aggregated
from local_aws.services.quicksight.expressions.kinds import Kind, Level, Stage
from local_aws.services.quicksight.expressions.parser import parse
from local_aws.services.quicksight.expressions.scope import Dimension, Parameters, Scope
from local_aws.services.quicksight.expressions.tree import names

__all__ = [
    "AGGREGATES",
    "FUNCTIONS",
    "Compiled",
    "Dimension",
    "ExpressionError",
    "Kind",
    "Level",
    "Parameters",
    "Scope",
    "Slot",
    "Stage",
    "aggregated",
    "all_slots",
    "combined",
    "compile_expression",
    "compile_tree",
    "constant",
    "grouped",
    "literal",
    "names",
    "parse",
    "quote",
]

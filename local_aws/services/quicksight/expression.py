"""The names of `expressions` that are still imported from here."""

from local_aws.services.quicksight.expressions import (
    Compiled,
    ExpressionError,
    Parameters,
    compile_expression,
    literal,
    quote,
)

__all__ = ["Compiled", "ExpressionError", "Parameters", "compile_expression", "literal", "quote"]

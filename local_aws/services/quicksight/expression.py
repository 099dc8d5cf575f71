"""The names of `expressions` that are still imported from here."""

from local_aws.services.quicksight.expressions import (
    Compiled,
    ExpressionError,
    compile_expression,
    literal,
    quote,
)

__all__ = ["Compiled", "ExpressionError", "compile_expression", "literal", "quote"]

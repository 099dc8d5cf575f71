"""What is wrong with an expression, and where."""


class ExpressionError(Exception):
    """An expression that is wrong, or that is not evaluated here.

    ``position`` counts the expression's characters from 1; None where the whole is meant.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        self.message = message
        self.position = position
        super().__init__(message if position is None else f"{message} (position {position})")

"""Numeric functions: https://docs.aws.amazon.com/quicksight/latest/user/numeric-functions.html

Where mathematics has no result (the root or logarithm of a negative number), there is no value.
"""

from local_aws.services.quicksight.expressions.kinds import INTEGER, NUMBER, Kind
from local_aws.services.quicksight.expressions.signature import Text, same, scalar

CHAPTER = "numeric"


@scalar("abs", CHAPTER, NUMBER, gives=same)
def absolute(value: str) -> str:
    """Without its sign."""
    return f"abs({value})"


@scalar("ceil", CHAPTER, NUMBER, gives=Kind.INTEGER)
def ceil(value: str) -> str:
    """The next whole number upwards."""
    return f"CAST(ceil({value}) AS BIGINT)"


@scalar("floor", CHAPTER, NUMBER, gives=Kind.INTEGER)
def floor(value: str) -> str:
    """The next whole number downwards."""
    return f"CAST(floor({value}) AS BIGINT)"


@scalar("round", CHAPTER, NUMBER, Text(int), gives=Kind.DECIMAL, optional=1)
def round_to(value: str, scale: int = 0) -> str:
    """To the closest number of that many decimal places; halves go away from zero."""
    return f"round(CAST({value} AS DOUBLE), {scale})"


@scalar("decimalToInt", CHAPTER, NUMBER, gives=Kind.INTEGER)
def decimal_to_int(value: str) -> str:
    """Without its decimal places."""
    return f"CAST(trunc({value}) AS BIGINT)"


@scalar("intToDecimal", CHAPTER, INTEGER, gives=Kind.DECIMAL)
def int_to_decimal(value: str) -> str:
    """The same number as a decimal."""
    return f"CAST({value} AS DOUBLE)"


@scalar("mod", CHAPTER, NUMBER, NUMBER, gives=same)
def mod(value: str, modulus: str) -> str:
    """The remainder."""
    return f"({value} % {modulus})"


@scalar("exp", CHAPTER, NUMBER, gives=Kind.DECIMAL)
def exp(value: str) -> str:
    """e raised to it."""
    return f"exp({value})"


@scalar("ln", CHAPTER, NUMBER, gives=Kind.DECIMAL)
def ln(value: str) -> str:
    """The natural logarithm."""
    return f"ln(CASE WHEN {value} > 0 THEN {value} END)"


@scalar("log", CHAPTER, NUMBER, gives=Kind.DECIMAL)
def log(value: str) -> str:
    """The logarithm to the base 10."""
    return f"log10(CASE WHEN {value} > 0 THEN {value} END)"


@scalar("sqrt", CHAPTER, NUMBER, gives=Kind.DECIMAL)
def sqrt(value: str) -> str:
    """The square root."""
    return f"sqrt(CASE WHEN {value} >= 0 THEN {value} END)"

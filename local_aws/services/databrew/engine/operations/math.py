"""Mathematical functions: a new column of numbers. What is no number counts as missing.

TRY stands where whole numbers may grow too large for their type: the result is NULL then.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.math.html
"""

from decimal import Decimal, InvalidOperation

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    number_source,
    numbers,
    operation,
)
from local_aws.services.databrew.engine.sql import literal, number
from local_aws.services.databrew.engine.steps import Step

# Random whole numbers are drawn as doubles, which are exact to here.
LARGEST = 2**52


def _binary(frame: Frame, step: Step, template: str) -> Frame:
    """``sourceColumn1`` with ``sourceColumn2`` or ``value2``; ADD and others also take lists."""
    first, second = (number_source(frame, step, suffix) for suffix in ("1", "2"))
    return add(frame, step, template.format(first, second))


def _fold(frame: Frame, step: Step, symbol: str) -> Frame:
    if step.has("sourceColumns"):
        return add(frame, step, f"TRY({f' {symbol} '.join(numbers(frame, step))})")
    return _binary(frame, step, f"TRY({{}} {symbol} {{}})")


@operation("ADD")
def add_numbers(frame: Frame, step: Step) -> Frame:
    return _fold(frame, step, "+")


@operation("SUBTRACT")
def subtract(frame: Frame, step: Step) -> Frame:
    return _fold(frame, step, "-")


@operation("MULTIPLY")
def multiply(frame: Frame, step: Step) -> Frame:
    return _fold(frame, step, "*")


@operation("DIVIDE")
def divide(frame: Frame, step: Step) -> Frame:
    """By zero there is no value."""
    return _binary(frame, step, "({} / nullif({}, 0))")


@operation("MOD")
def mod(frame: Frame, step: Step) -> Frame:
    """The remainder, with the sign of the first; the page says "percent" of its sign %."""
    return _binary(frame, step, "({} % nullif({}, 0))")


@operation("POWER")
def power(frame: Frame, step: Step) -> Frame:
    """``sourceColumn`` or ``value`` to the power of ``exponent``; NULL where that is no number.

    A root of a negative number is none; 0 to a negative power is infinite and none either.
    """
    base = f"CAST({number_source(frame, step)} AS DOUBLE)"
    exponent = number(literal(step.text("exponent")), "VARCHAR")
    raised = f"power({base}, {exponent})"
    return add(frame, step, f"CASE WHEN isfinite({raised}) THEN {raised} END")


def _unary(frame: Frame, step: Step, template: str) -> Frame:
    return add(frame, step, template.replace("{}", number_source(frame, step)))


@operation("ABSOLUTE")
def absolute(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "TRY(abs({}))")


@operation("CEILING")
def ceiling(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "TRY_CAST(ceil({}) AS BIGINT)")


@operation("FLOOR")
def floor(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "TRY_CAST(floor({}) AS BIGINT)")


@operation("ROUND")
def round_half_up(frame: Frame, step: Step) -> Frame:
    """Half up, away from zero, as Spark's round."""
    places = step.integer(
        "decimalPlaces", step.integer("value", 0) if step.has("sourceColumn") else 0
    )
    return _unary(frame, step, f"round({{}}, {places})")


@operation("NEGATE")
def negate(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "TRY(-{})")


@operation("SIGN")
def sign(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "CAST(sign({}) AS INTEGER)")


@operation("SQUARE_ROOT")
def square_root(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "CASE WHEN {} >= 0 THEN sqrt({}) END")


@operation("EXPONENT")
def exponent(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "exp({})")


@operation("LN")
def natural_logarithm(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "CASE WHEN {} > 0 THEN ln({}) END")


@operation("LOG")
def logarithm(frame: Frame, step: Step) -> Frame:
    """To the base ``base``, 10 when there is none."""
    base = float(step.text("base", "10"))
    return _unary(frame, step, f"CASE WHEN {{}} > 0 THEN ln({{}}) / ln({base!r}) END")


@operation("DEGREES")
def degrees(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "degrees({})")


@operation("RADIANS")
def radians(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "radians({})")


@operation("PI")
def pi(frame: Frame, step: Step) -> Frame:
    return add(frame, step, "pi()")


@operation("RANDOM")
def random(frame: Frame, step: Step) -> Frame:
    """From 0 to below 1, another in every row and in every run."""
    return add(frame, step, "random()")


@operation("RANDOM_BETWEEN")
def random_between(frame: Frame, step: Step) -> Frame:
    return add(frame, step, between(step))


def between(step: Step) -> str:
    """A random number from ``lowerBound`` to ``upperBound``, both ends with it.

    Whole bounds give whole numbers, as the page's 1 to 100; others any number between them.
    """
    low, high = (_bound(step, name) for name in ("lowerBound", "upperBound"))
    if low > high:
        raise InvalidStep(f"{step.operation}: lowerBound {low} is above upperBound {high}")
    if low == low.to_integral_value() and high == high.to_integral_value():
        return f"CAST({int(low)} + floor(random() * {int(high) - int(low) + 1}) AS BIGINT)"
    return f"({float(low)!r} + random() * {float(high - low)!r})"


def _bound(step: Step, name: str) -> Decimal:
    try:
        bound = Decimal(step.text(name).strip())
    except InvalidOperation as error:
        raise InvalidStep(f"{step.operation}: {name} is no number") from error
    if not bound.is_finite() or abs(bound) >= LARGEST:
        raise InvalidStep(f"{step.operation}: {name} {bound} is out of range")
    return bound


@operation("IS_EVEN")
def is_even(frame: Frame, step: Step) -> Frame:
    return _parity(frame, step, 0)


@operation("IS_ODD")
def is_odd(frame: Frame, step: Step) -> Frame:
    return _parity(frame, step, 1)


def _parity(frame: Frame, step: Step, remainder: int) -> Frame:
    """True or false, or ``trueString`` and ``falseString``; a decimal is neither even nor odd."""
    value = number_source(frame, step)
    parities = "(1, -1)" if remainder else "(0, 0)"
    test = f"({value} % 2 IN {parities})"
    if not (step.has("trueString") or step.has("falseString")):
        return add(frame, step, test)
    true, false = (literal(step.text(f"{word}String", word)) for word in ("true", "false"))
    return add(frame, step, f"CASE WHEN {test} THEN {true} WHEN NOT {test} THEN {false} END")

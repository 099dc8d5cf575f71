"""Text functions: a new column made of ``sourceColumn`` or ``value``.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.text.html
"""

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.cleaning import PUNCTUATION, proper
from local_aws.services.databrew.engine.operations.registry import (
    add,
    number_source,
    operation,
    text_source,
)
from local_aws.services.databrew.engine.sql import literal
from local_aws.services.databrew.engine.steps import Step


def _unary(frame: Frame, step: Step, template: str) -> Frame:
    return add(frame, step, template.replace("{}", text_source(frame, step)))


@operation("LEN")
def length(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "length({})")


@operation("UPPER")
def upper(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "upper({})")


@operation("LOWER")
def lower(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, "lower({})")


@operation("PROPER")
def proper_case(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, proper("{}"))


@operation("TRIM")
def trim(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, r"regexp_replace({}, '^\s+|\s+$', '', 'g')")


@operation("REMOVE_WHITESPACE")
def remove_whitespace(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, r"regexp_replace({}, '\s', '', 'g')")


@operation("REMOVE_SYMBOLS")
def remove_symbols(frame: Frame, step: Step) -> Frame:
    """Everything but letters, numbers, accented or not, and white space."""
    return _unary(frame, step, f"regexp_replace({{}}, {literal(PUNCTUATION)}, '', 'g')")


@operation("LEFT")
def left(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, f"left({{}}, {step.integer('position')})")


@operation("RIGHT")
def right(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, f"right({{}}, {step.integer('position')})")


@operation("SUBSTRING")
def substring(frame: Frame, step: Step) -> Frame:
    """Positions count from 1; both ends belong to the result."""
    start, end = step.integer("startPosition"), step.integer("endPosition")
    return _unary(frame, step, f"substr({{}}, {start}, {end - start + 1})")


@operation("REPEAT_STRING")
def repeat_string(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, f"repeat({{}}, {step.integer('count')})")


@operation("STARTS_WITH")
def starts_with(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, f"starts_with({{}}, {literal(step.text('pattern'))})")


@operation("ENDS_WITH")
def ends_with(frame: Frame, step: Step) -> Frame:
    return _unary(frame, step, f"ends_with({{}}, {literal(step.text('pattern'))})")


@operation("CHAR")
def char(frame: Frame, step: Step) -> Frame:
    """The character of a code."""
    return add(frame, step, f"chr(TRY_CAST({number_source(frame, step)} AS INTEGER))")


@operation("UNICODE")
def unicode(frame: Frame, step: Step) -> Frame:
    """The code of the first character."""
    return _unary(frame, step, "unicode({})")


def _compare(frame: Frame, step: Step, symbol: str) -> Frame:
    first, second = (text_source(frame, step, suffix) for suffix in ("1", "2"))
    return add(frame, step, f"({first} {symbol} {second})")


@operation("EXACT")
def exact(frame: Frame, step: Step) -> Frame:
    return _compare(frame, step, "=")


@operation("STRING_GREATER_THAN")
def string_greater_than(frame: Frame, step: Step) -> Frame:
    return _compare(frame, step, ">")


@operation("STRING_GREATER_THAN_EQUAL")
def string_greater_than_equal(frame: Frame, step: Step) -> Frame:
    return _compare(frame, step, ">=")


@operation("STRING_LESS_THAN")
def string_less_than(frame: Frame, step: Step) -> Frame:
    return _compare(frame, step, "<")


@operation("STRING_LESS_THAN_EQUAL")
def string_less_than_equal(frame: Frame, step: Step) -> Frame:
    return _compare(frame, step, "<=")

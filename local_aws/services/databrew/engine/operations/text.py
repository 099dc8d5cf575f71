"""Text functions: a new column made of ``sourceColumn`` or ``value``.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.text.html
"""

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.cleaning import proper
from local_aws.services.databrew.engine.operations.registry import (
    add,
    number_source,
    operation,
    text_source,
    texts,
)
from local_aws.services.databrew.engine.sql import literal
from local_aws.services.databrew.engine.steps import Step

SYMBOLS = r"[^\pL\pM\pN\s]"


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
    return _unary(frame, step, f"regexp_replace({{}}, {literal(SYMBOLS)}, '', 'g')")


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
    """``pattern`` is a regular expression that must match at the start."""
    return _unary(
        frame, step, f"regexp_matches({{}}, {literal('^(?:' + step.text('pattern') + ')')})"
    )


@operation("ENDS_WITH")
def ends_with(frame: Frame, step: Step) -> Frame:
    """``pattern`` is a regular expression that must match at the end."""
    return _unary(
        frame, step, f"regexp_matches({{}}, {literal('(?:' + step.text('pattern') + ')$')})"
    )


@operation("FIND")
def find(frame: Frame, step: Step) -> Frame:
    """Where the first match begins, counted from 1; NULL when there is none.

    The page leaves open what "the result" is: this reads it as the place, as in a spreadsheet.
    """
    position, pattern = _search(step)
    rest = f"substr({text_source(frame, step)}, {position})"
    before = f"regexp_extract({rest}, {literal(f'(?s)^(.*?){pattern}')}, 1)"
    found = f"CASE WHEN regexp_matches({rest}, {literal(pattern)}) THEN length({before})"
    return add(frame, step, f"{found} + {position} END")


@operation("RIGHT_FIND")
def right_find(frame: Frame, step: Step) -> Frame:
    """The last match up to the ``position``-th character from the right; its place from the left.

    NULL when there is none.
    """
    position, pattern = _search(step)
    value = text_source(frame, step)
    rest = f"left({value}, greatest(length({value}) - {position - 1}, 0))"
    before = f"regexp_extract({rest}, {literal(f'(?s)^(.*){pattern}')}, 1)"
    found = f"CASE WHEN regexp_matches({rest}, {literal(pattern)}) THEN length({before})"
    return add(frame, step, f"{found} + 1 END")


def _search(step: Step) -> tuple[int, str]:
    """The place to begin at and the regular expression, which may not look at letter case."""
    position = step.integer("position", 1)
    if position < 1:
        raise InvalidStep(f"{step.operation}: position must be 1 or more, not {position}")
    return position, f"{'(?i:' if step.flag('ignoreCase') else '(?:'}{step.text('pattern')})"


@operation("MERGE_COLUMNS_AND_VALUES")
def merge_columns_and_values(frame: Frame, step: Step) -> Frame:
    """As MERGE: missing values leave no delimiter behind."""
    delimiter = literal(step.text("delimiter", ""))
    return add(frame, step, f"concat_ws({delimiter}, {', '.join(texts(frame, step))})")


@operation("CHAR")
def char(frame: Frame, step: Step) -> Frame:
    """The character of a code; NULL where there is none."""
    code = f"TRY_CAST({number_source(frame, step)} AS INTEGER)"
    return add(frame, step, f"CASE WHEN {code} BETWEEN 1 AND 1114111 THEN chr({code}) END")


@operation("UNICODE")
def unicode(frame: Frame, step: Step) -> Frame:
    """The code of the first character; NULL of an empty text."""
    return _unary(frame, step, "unicode(nullif({}, ''))")


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

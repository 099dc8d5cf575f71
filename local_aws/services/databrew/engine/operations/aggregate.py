"""Aggregate functions, over several columns of one row. Missing values do not count.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.aggregate.html
"""

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    numbers,
    operation,
    texts,
)
from local_aws.services.databrew.engine.operations.summary import add_settled, settles_ties
from local_aws.services.databrew.engine.steps import Step


def _doubles(frame: Frame, step: Step) -> str:
    return f"[{', '.join(f'CAST({value} AS DOUBLE)' for value in numbers(frame, step))}]"


def _over(frame: Frame, step: Step, function: str) -> Frame:
    return add(frame, step, f"list_aggregate({_doubles(frame, step)}, '{function}')")


def _spread(frame: Frame, step: Step, function: str) -> Frame:
    """NULL of numbers whose squares are too large."""
    return add(frame, step, f"TRY(list_aggregate({_doubles(frame, step)}, '{function}'))")


def _there(frame: Frame, step: Step) -> str:
    """The values as text: empty ones do not count."""
    return ", ".join(f"nullif({value}, '')" for value in texts(frame, step))


@operation("AVERAGE")
def average(frame: Frame, step: Step) -> Frame:
    return _over(frame, step, "avg")


@operation("SUM")
def total(frame: Frame, step: Step) -> Frame:
    return _over(frame, step, "sum")


@operation("MEDIAN")
def median(frame: Frame, step: Step) -> Frame:
    return _over(frame, step, "median")


@operation("MODE")
def mode(frame: Frame, step: Step) -> Frame:
    """The most common number; ``modeType`` settles a tie, NONE takes the first."""
    if not settles_ties(step):
        return _over(frame, step, "mode")
    return add_settled(frame, step, f"list_aggregate({_doubles(frame, step)}, 'histogram')")


@operation("STANDARD_DEVIATION")
def standard_deviation(frame: Frame, step: Step) -> Frame:
    return _spread(frame, step, "stddev_samp")


@operation("VARIANCE")
def variance(frame: Frame, step: Step) -> Frame:
    return _spread(frame, step, "var_samp")


@operation("MAX")
def greatest(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"greatest({', '.join(numbers(frame, step))})")


@operation("MIN")
def least(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"least({', '.join(numbers(frame, step))})")


@operation("KTH_LARGEST")
def kth_largest(frame: Frame, step: Step) -> Frame:
    """``value`` is k: 1 is the largest. NULL when there are fewer."""
    return _kth(frame, step, "list_filter({}, lambda x: x IS NOT NULL)")


@operation("KTH_LARGEST_UNIQUE")
def kth_largest_unique(frame: Frame, step: Step) -> Frame:
    """The same, where equal numbers count once."""
    return _kth(frame, step, "list_distinct({})")


def _kth(frame: Frame, step: Step, template: str) -> Frame:
    values = f"[{', '.join(numbers(frame, step))}]"
    return add(frame, step, f"list_reverse_sort({template.format(values)})[{kth(step)}]")


def kth(step: Step) -> int:
    """The step's k, from 1."""
    k = step.integer("value")
    if k < 1:
        raise InvalidStep(f"{step.operation}: value must be 1 or more, not {k}")
    return k


@operation("COUNT")
def count(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"list_aggregate([{_there(frame, step)}], 'count')")


@operation("COUNT_DISTINCT")
def count_distinct(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"len(list_distinct([{_there(frame, step)}]))")


@operation("ANY")
def any_value(frame: Frame, step: Step) -> Frame:
    """The first value that there is."""
    return add(frame, step, f"coalesce({_there(frame, step)})")

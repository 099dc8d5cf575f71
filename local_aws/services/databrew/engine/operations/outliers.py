"""Outliers by z-score, modified z-score or the distance from the quartiles.

The z-score divides by the unbiased standard deviation, as DataBrew's profile does; numbers too
large to square have no part in it. The modified one is ``0.6745 (x - median) / MAD``; where the
median absolute deviation is 0 nothing is an outlier. IQR finds what lies further than
``threshold`` times the interquartile range outside the first and third quartile. A column that is
no number is read as one.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.outliers.html
"""

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.quality import custom, empty
from local_aws.services.databrew.engine.operations.registry import add, operation, update
from local_aws.services.databrew.engine.operations.removal import remove
from local_aws.services.databrew.engine.operations.summary import MODE, beside, mode_beside
from local_aws.services.databrew.engine.sql import is_integer, literal, measurable, number
from local_aws.services.databrew.engine.steps import Step

# Each strategy's figures over the column and the distance that is held against the threshold.
FIGURES = {
    "Z_SCORE": {"__centre": "avg({})", "__spread": "stddev_samp({})"},
    "MODIFIED_Z_SCORE": {"__centre": "median({})", "__spread": "mad({})"},
    "IQR": {"__low": "quantile_cont({}, 0.25)", "__high": "quantile_cont({}, 0.75)"},
}
SCORES = {
    "Z_SCORE": "abs({} - __centre) / nullif(__spread, 0)",
    "MODIFIED_Z_SCORE": "0.6745 * abs({} - __centre) / nullif(__spread, 0)",
    "IQR": "greatest(__low - {}, {} - __high) / nullif(__high - __low, 0)",
}
REPLACEMENTS = {
    "REPLACE_WITH_AVERAGE": "avg({})",
    "REPLACE_WITH_MEDIAN": "median({})",
    "REPLACE_WITH_SUM": "sum({})",
    "REPLACE_WITH_MAX": "max({})",
}
# Replacements that look at the percentiles unless trimValue says otherwise.
TRIMMED = ("REPLACE_WITH_NULL", "REPLACE_WITH_MODE", "WINSORIZE_VALUES")


def _strategy(step: Step) -> str:
    strategy = step.text("outlierStrategy", "Z_SCORE").upper()
    if strategy not in FIGURES:
        raise InvalidStep(f"outlierStrategy {strategy} is none of {', '.join(FIGURES)}")
    return strategy


def _decimal(step: Step, name: str, default: str) -> float:
    try:
        return float(step.text(name, default))
    except ValueError as error:
        raise InvalidStep(f"{step.operation}: {name} is no number") from error


def _percentile(step: Step, name: str) -> float:
    if not step.has(name):
        raise InvalidStep(f"{step.operation} needs the parameter {name}")
    value = _decimal(step, name, "")
    if not 0 <= value <= 100:
        raise InvalidStep(f"{step.operation}: {name} {value} is outside 0 to 100")
    return value / 100


def _trims(step: Step) -> bool:
    """Whether only outliers beyond the percentiles count.

    A replacement that trims by default does so when its percentiles are there.
    """
    if step.has("trimValue"):
        return step.flag("trimValue")
    return step.text("replaceType", "") in TRIMMED and step.has("minValue") and step.has("maxValue")


def _figures(step: Step, value: str) -> dict[str, str]:
    strategy = _strategy(step)
    measured = measurable(value) if strategy == "Z_SCORE" else value
    figures = {name: sql.format(measured) for name, sql in FIGURES[strategy].items()}
    if _trims(step) or step.text("replaceType", "") == "WINSORIZE_VALUES":
        for name, parameter in (("__least", "minValue"), ("__most", "maxValue")):
            figures[name] = f"quantile_cont({value}, {_percentile(step, parameter)!r})"
    return figures


def _outlier(step: Step, value: str) -> str:
    score = SCORES[_strategy(step)].replace("{}", value)
    threshold = _decimal(step, "threshold", "3")
    found = f"coalesce({score} > {threshold!r}, false)"
    if _trims(step):
        return f"({found} AND ({value} < __least OR {value} > __most))"
    return found


def _value(frame: Frame, step: Step) -> str:
    return f"CAST({number(*frame.column(step.text('sourceColumn')))} AS DOUBLE)"


@operation("FLAG_OUTLIERS")
def flag_outliers(frame: Frame, step: Step) -> Frame:
    value, kept = _value(frame, step), frame.same()
    true, false = (literal(step.text(f"{w}String", w.capitalize())) for w in ("true", "false"))
    wide = beside(frame, _figures(step, value))
    flag = f"CASE WHEN {_outlier(step, value)} THEN {true} ELSE {false} END"
    return _narrow(add(wide, step, flag), kept, step)


@operation("REMOVE_OUTLIERS")
def remove_outliers(frame: Frame, step: Step) -> Frame:
    """DELETE_ROWS takes the rows away, CLEAR empties the values."""
    name, value, kept = step.text("sourceColumn"), _value(frame, step), frame.same()
    wide = beside(frame, _figures(step, value))
    kind = step.text("removeType", "DELETE_ROWS")
    if kind == "DELETE_ROWS":
        return remove(wide, step, _outlier(step, value)).select(kept)
    if kind != "CLEAR":
        raise InvalidStep(f"{step.operation}: removeType {kind} is neither DELETE_ROWS nor CLEAR")
    cleared = f"CASE WHEN {_outlier(step, value)} THEN NULL ELSE {frame.column(name)[0]} END"
    return update(wide, step, name, cleared).select(kept)


@operation("REPLACE_OUTLIERS")
def replace_outliers(frame: Frame, step: Step) -> Frame:
    """The figures that replace an outlier are of all values, the outliers with them."""
    name, value, kept = step.text("sourceColumn"), _value(frame, step), frame.same()
    column, sql_type = frame.column(name)
    wide, put = _replacement(frame, step, value, sql_type)
    wide = beside(wide, _figures(step, value))
    changed = f"CASE WHEN {_outlier(step, value)} THEN {put} ELSE {column} END"
    return update(wide, step, name, changed).select(kept)


def _replacement(frame: Frame, step: Step, value: str, sql_type: str) -> tuple[Frame, str]:
    kind = step.text("replaceType")
    if kind in REPLACEMENTS:
        frame = beside(frame, {"__put": REPLACEMENTS[kind].format(value)})
        return frame, _as_column("__put", sql_type)
    if kind == "REPLACE_WITH_MODE":
        return mode_beside(frame, step, value), _as_column(MODE, sql_type)
    return frame, _local(step, kind, value, sql_type)


def _local(step: Step, kind: str, value: str, sql_type: str) -> str:
    """A replacement that is no figure of the column of its own."""
    if kind == "REPLACE_WITH_CUSTOM":
        return _as_column(f"TRY_CAST({custom(step)} AS DOUBLE)", sql_type)
    if kind == "WINSORIZE_VALUES":
        return _as_column(f"least(greatest({value}, __least), __most)", sql_type)
    if kind == "REPLACE_WITH_EMPTY":
        return empty(sql_type)
    if kind != "REPLACE_WITH_NULL":
        raise InvalidStep(f"{step.operation}: replaceType {kind} is unknown")
    return "NULL"


def _as_column(expression: str, sql_type: str) -> str:
    """In the column's own type: whole numbers are rounded."""
    rounded = f"round({expression})" if is_integer(sql_type) else f"({expression})"
    return f"TRY_CAST({rounded} AS {sql_type})"


@operation("RESCALE_OUTLIERS_WITH_Z_SCORE")
def rescale_with_z_score(frame: Frame, step: Step) -> Frame:
    """Every value becomes its z-score, as the page has the column's mean 0 and its deviation 1.

    Which values are outliers then changes nothing: the strategy is checked, not used.
    """
    _strategy(step)
    _decimal(step, "threshold", "3")
    value, kept = _value(frame, step), frame.same()
    wide = beside(
        frame, {n: sql.format(measurable(value)) for n, sql in FIGURES["Z_SCORE"].items()}
    )
    scaled = f"(({value} - __centre) / nullif(__spread, 0))"
    return _narrow(add(wide, step, scaled), kept, step)


@operation("RESCALE_OUTLIERS_WITH_SKEW")
def rescale_with_skew(frame: Frame, step: Step) -> Frame:
    """The outliers are transformed, the other values stay; NULL where no real number results."""
    value, kept = _value(frame, step), frame.same()
    wide = beside(frame, _figures(step, value))
    scaled = f"CASE WHEN {_outlier(step, value)} THEN {_skewed(step, value)} ELSE {value} END"
    return _narrow(add(wide, step, scaled), kept, step)


def _skewed(step: Step, value: str) -> str:
    kind = step.text("skewFunction").upper()
    if kind == "SQUARE":
        return f"power({value}, 2)"
    if kind == "LOG":
        base = _decimal(step, "value", "2.718281828459045")
        if base <= 0 or base == 1:
            raise InvalidStep(f"{step.operation}: {base} is no base of a logarithm")
        return f"CASE WHEN {value} > 0 THEN ln({value}) / ln({base!r}) END"
    if kind != "ROOT":
        raise InvalidStep(f"{step.operation}: skewFunction {kind} is none of LOG, ROOT, SQUARE")
    power = _decimal(step, "value", "2")
    if power == 0:
        raise InvalidStep(f"{step.operation}: there is no root of the power 0")
    root = f"power(abs({value}), {1 / power!r})"
    if power % 2 == 1:
        return f"sign({value}) * {root}"
    return f"CASE WHEN {value} >= 0 THEN {root} END"


def _narrow(frame: Frame, kept: dict[str, str], step: Step) -> Frame:
    """Without the figures: the columns that there were and the new one."""
    column = frame.column(step.text("targetColumn"))[0]
    return frame.select({**kept, frame.resolve(step.text("targetColumn")): column})

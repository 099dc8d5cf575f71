"""Outliers by the z-score or the distance from the quartiles.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.outliers.html
"""

from local_aws.services.databrew.engine.errors import UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import operation, update
from local_aws.services.databrew.engine.sql import number
from local_aws.services.databrew.engine.steps import Step


@operation("REMOVE_OUTLIERS")
def remove_outliers(frame: Frame, step: Step) -> Frame:
    """DELETE_ROWS takes the rows away, CLEAR empties the values."""
    name = step.text("sourceColumn")
    value = number(*frame.column(name))
    names = frame.same()
    marked = frame.select({**names, "__outlier": f"coalesce({_outlier(step, value)}, false)"})
    if step.text("removeType", "DELETE_ROWS") == "DELETE_ROWS":
        return marked.where("NOT __outlier").select(names)
    cleared = f"CASE WHEN __outlier THEN NULL ELSE {frame.column(name)[0]} END"
    return update(marked, step, name, cleared).select(names)


def _outlier(step: Step, value: str) -> str:
    strategy, threshold = (
        step.text("outlierStrategy", "Z_SCORE"),
        float(step.text("threshold", "3")),
    )
    if strategy == "Z_SCORE":
        score = f"({value} - avg({value}) OVER ()) / nullif(stddev_samp({value}) OVER (), 0)"
        return f"(abs({score}) > {threshold!r})"
    if strategy == "IQR":
        low, high = (f"quantile_cont({value}, {q}) OVER ()" for q in (0.25, 0.75))
        reach = f"{threshold!r} * ({high} - {low})"
        return f"({value} < {low} - {reach} OR {value} > {high} + {reach})"
    raise UnsupportedOption(f"{step.operation} with outlierStrategy {strategy}")

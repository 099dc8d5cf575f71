"""Other functions.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.other.html
"""

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import add, operation
from local_aws.services.databrew.engine.sql import text
from local_aws.services.databrew.engine.steps import Step


@operation("COALESCE")
def coalesce(frame: Frame, step: Step) -> Frame:
    """The first value of the columns that is not NULL; text when their types differ."""
    columns = [frame.column(name) for name in step.sources()]
    if len({sql_type for _, sql_type in columns}) > 1:
        return add(frame, step, f"coalesce({', '.join(text(*column) for column in columns)})")
    return add(frame, step, f"coalesce({', '.join(column for column, _ in columns)})")

"""Whether a visual's fields fit its data set, before there is any data."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import duckdb

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.duck import connect
from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expressions import Compiled, ExpressionError, quote
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.preparation import SQL_TYPES
from local_aws.services.quicksight.query.stages import Selection, statement
from local_aws.services.quicksight.query.surroundings import dimensions_around

if TYPE_CHECKING:
    from local_aws.services.quicksight.definition import Visual


def bind(visual: "Visual", schema: Mapping[str, str], columns: Columns) -> str | None:
    """Type every field of a visual over no rows; what is wrong with the first, or None."""
    typed = columns.typed(visual.data_set or "", schema)
    with connect() as connection:
        empty = (f"NULL::{SQL_TYPES[kind]} AS {quote(name)}" for name, kind in schema.items())
        connection.execute(f"CREATE TEMP VIEW data AS SELECT {', '.join(empty)}")
        for field in visual.fields:
            try:
                sql = statement(_alone(visual, typed, field))
                connection.execute(f"DESCRIBE {sql}")
            except (ExpressionError, Unsupported, duckdb.Error) as error:
                first = str(error).splitlines()[0]
                return f"The field {field.column} of the visual {visual.id}: {first}"
    return None


def _alone(visual: "Visual", columns: Columns, field: Field) -> Selection:
    """One field in its visual: a dimension by itself, a measure by the visual's dimensions."""
    if not field.measure:
        return Selection([], [field.grouping(columns)], grouped=False)
    fields = [other for other in visual.fields if not other.measure]
    groups: list[Compiled] = [other.grouping(columns) for other in fields]
    around = dimensions_around(visual, columns, groups, fields)
    return Selection(groups, [field.measuring(columns, around)])

"""The dimensions of a visual, for what is worked out by them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from local_aws.services.quicksight.columns import Columns
from local_aws.services.quicksight.expressions import Compiled, Dimension
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query.stages import dimension_column

if TYPE_CHECKING:
    from local_aws.services.quicksight.definition import Visual


def dimensions_around(
    visual: "Visual", columns: Columns, groups: Sequence[Compiled], fields: Sequence[Field]
) -> tuple[Dimension, ...]:
    """With a column those that are asked for, without one the visual's others."""
    found = [
        Dimension(field.column, group.sql, dimension_column(n), field.granularity)
        for n, (group, field) in enumerate(zip(groups, fields, strict=True))
    ]
    named = {field.id for field in fields}
    for field in visual.fields:
        if not field.measure and field.id not in named:
            sql = field.grouping(columns).sql
            found.append(Dimension(field.column, sql, None, field.granularity))
    return tuple(found)

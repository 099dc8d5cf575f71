"""A measure's column as it is in the rows, for charts of distributions."""

from dataclasses import replace

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query import Query


def raw_sql(query: Query, field: Field) -> str:
    """The SQL of a row's value. Raises VisualRefused for what exists in aggregate only."""
    compiled = query.columns.compile(field.data_set, field.column)
    if compiled.aggregate:
        raise VisualRefused(f"A distribution of {field.column}, which is an aggregate")
    if compiled.slots:
        raise VisualRefused(f"A distribution of {field.column}, a level-aware calculation")
    return f"CAST({compiled.sql} AS DOUBLE)"


def measured(field: Field, sql: str) -> Field:
    """The field with another aggregate."""
    return replace(field, sql=sql, column="")

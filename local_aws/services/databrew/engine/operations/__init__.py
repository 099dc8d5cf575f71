"""The recipe operations, a module for each category of the developer guide.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

from local_aws.services.databrew.engine.operations import (
    aggregate,
    basic,
    cleaning,
    data_science,
    data_structure,
    date,
    logic,
    math,
    nested,
    other,
    outliers,
    quality,
    structure,
    text,
    window,
)
from local_aws.services.databrew.engine.operations.registry import REGISTRY, find

__all__ = [
    "REGISTRY",
    "aggregate",
    "basic",
    "cleaning",
    "data_science",
    "data_structure",
    "date",
    "find",
    "logic",
    "math",
    "nested",
    "other",
    "outliers",
    "quality",
    "structure",
    "text",
    "window",
]

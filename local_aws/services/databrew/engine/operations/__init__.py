"""The recipe operations, a module for each category of the developer guide.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

from local_aws.services.databrew.engine.operations import (
    advanced,
    aggregate,
    basic,
    cleaning,
    date,
    formatting,
    math,
    other,
    outliers,
    pii,
    quality,
    structure,
    text,
    web,
    window,
)
from local_aws.services.databrew.engine.operations.registry import REGISTRY, find

__all__ = [
    "REGISTRY",
    "advanced",
    "aggregate",
    "basic",
    "cleaning",
    "date",
    "find",
    "formatting",
    "math",
    "other",
    "outliers",
    "pii",
    "quality",
    "structure",
    "text",
    "web",
    "window",
]

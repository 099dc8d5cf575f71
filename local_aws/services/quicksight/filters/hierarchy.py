"""HierarchyFilter: branches of a tree of columns, kept or cut off.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_HierarchyFilter.html
"""

from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.filters.context import (
    Condition,
    Context,
    text_literal,
    with_nulls,
)


def hierarchy(context: Context) -> Condition:
    """The rows of the selected branches, or all others. Raises Unsupported."""
    tree = context.options.get("HierarchyTree")
    if not tree or context.everything:
        return Condition(None)
    found = _branch(context, tree)
    if context.options["MatchOperator"] == "EXCLUDE":
        found = f"NOT ({found})"
    column = context.dimension()
    return Condition(with_nulls(found, column, context.options.get("NullOption")))


def _branch(context: Context, node: Mapping[str, Any]) -> str:
    """A node's values; where it has children, a value with children is narrowed by them."""
    text = f"CAST({context.dimension(node['Column'])} AS VARCHAR)"
    below = {
        child["ParentValue"]: child for child in node.get("Children", []) if "ParentValue" in child
    }
    tests = []
    for value in dict.fromkeys([*node.get("HierarchyValues", []), *below]):
        test = f"{text} = {text_literal(value)}"
        tests.append(f"({test} AND {_branch(context, below[value])})" if value in below else test)
    return f"({' OR '.join(tests) or 'FALSE'})"

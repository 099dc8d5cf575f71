"""A narrative's text with the outputs of computations in it.

https://docs.aws.amazon.com/quicksight/latest/user/auto-narrative-computations.html
"""

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.page.charts.computations import Outputs
from local_aws.services.quicksight.page.rich_text import Element, Node, drawn, read

STEP = re.compile(r"([\w \-]+)((?:\[\d+\])*)")
COMPARED = re.compile(r"\s*(.+?)\s*(>=|<=|!=|<>|==|=|>|<)\s*(.+?)\s*")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
    "=": operator.eq, "==": operator.eq, "!=": operator.ne, "<>": operator.ne,
}  # fmt: skip


def narrated(text: str, outputs: Outputs) -> list[Node]:
    """The nodes of a narrative. Raises VisualRefused for what it names and nothing works out."""
    return list(_Narrator(outputs).below(read(text)))


class _Narrator:
    def __init__(self, names: Outputs) -> None:
        self.names = names

    def below(self, element: Element) -> Iterator[Node]:
        return drawn(element, self._replaced)

    def _replaced(self, element: Element) -> Iterator[Node] | None:
        if element.tag == "expression":
            return iter([_shown(self.value(element.text))])
        if element.tag == "if":
            return self._branch(element)
        if element.tag in ("for", "iteration"):
            return self._loop(element)
        if element.tag == "parameter":
            raise VisualRefused(f"The parameter {element.text} of a narrative")
        return None

    def _branch(self, element: Element) -> Iterator[Node]:
        condition = element.attributes.get("condition") or element.attributes.get("expression", "")
        if self.holds(condition):
            yield from self.below(element)

    def _loop(self, element: Element) -> Iterator[Node]:
        given = element.attributes.get("expression") or element.attributes.get("in", "")
        items = self.value(given)
        if not isinstance(items, list):
            raise VisualRefused(f"A narrative's loop over {given}, which is no list")
        name = element.attributes.get("name") or element.attributes.get("iterator") or "item"
        for item in items:
            yield from _Narrator(self.names | {name: item}).below(element)

    def holds(self, condition: str) -> bool:
        """Whether a comparison of outputs and constants holds."""
        match = COMPARED.fullmatch(condition)
        if match is None:
            return bool(self.value(condition))
        left, sign, right = match.groups()
        try:
            return COMPARISONS[sign](self._operand(left), self._operand(right))
        except TypeError:
            return False

    def _operand(self, text: str) -> Any:
        if text[:1] in "'\"" and text[-1:] == text[:1]:
            return text[1:-1]
        try:
            return float(text)
        except ValueError:
            found = self.value(text)
            return found.get("value") if isinstance(found, dict) else found

    def value(self, path: str) -> Any:
        """What stands at a path like ``Total.totalAggregate.formattedValue``."""
        found: Any = self.names
        for step in path.strip().split("."):
            match = STEP.fullmatch(step)
            if match is None or not isinstance(found, dict) or match[1] not in found:
                raise VisualRefused(f"The narrative's expression {path.strip()}")
            found = found[match[1]]
            for index in re.findall(r"\[(\d+)\]", match[2]):
                if not isinstance(found, list):
                    raise VisualRefused(f"The narrative's expression {path.strip()}")
                # An output for an item that is not there is empty, as on AWS a shorter list is.
                found = found[int(index)] if int(index) < len(found) else {}
        return found


def _shown(found: Any) -> str:
    if isinstance(found, dict):
        return str(found.get("formattedValue", found.get("name", "")))
    if isinstance(found, float) and found == int(found):
        return f"{int(found):,}"
    return f"{found:,}" if isinstance(found, int) else str(found)

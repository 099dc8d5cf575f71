"""docs/operate.md says of each alarm and each rule of the templates what it means, what to do."""

import re
from collections.abc import Iterator

import pytest

from tests.infra.resolved import INFRA, NAMES, raw

PAGE = (INFRA.parent / "docs" / "operate.md").read_text(encoding="utf-8")
NAMING = {"AWS::CloudWatch::Alarm": "AlarmName", "AWS::Events::Rule": "Name"}
ROWS = {
    name: cells
    for line in PAGE.splitlines()
    if line.startswith("| `") and len(cells := line.strip("| ").split(" | ")) == 4
    for name in re.findall("`([a-z-]+)`", cells[0])
}


def alarms() -> Iterator[tuple[str, str]]:
    """The stack and the name, without the prefix, of what sends to the topic."""
    for stack in NAMES:
        for resource in raw(stack)["Resources"].values():
            member = NAMING.get(resource["Type"])
            if member:
                name = str(resource["Properties"][member])
                yield stack, re.sub(r".*\$\{Env\}-([a-z-]+).*", r"\1", name)


@pytest.mark.parametrize(("stack", "name"), list(alarms()))
def test_an_alarm_is_explained(stack: str, name: str) -> None:
    assert name in ROWS, f"{name} of {stack}.yaml has no row in docs/operate.md"
    assert ROWS[name][1] == stack
    assert all(len(cell) > 10 for cell in ROWS[name][2:])


def test_no_alarm_is_explained_that_is_not_there() -> None:
    assert set(ROWS) == {name for _, name in alarms()}

"""Each visual over a small table: its definition and what the page draws, one fixture each.

A fixture under tests/fixtures/quicksight/visuals is {"why", "visual", "calculated", "expected"}:
`why` says what to look at, `visual` is the definition's, `calculated` its calculated fields.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.services.quicksight.page.charts import CHARTS
from local_aws.services.quicksight.page.charts.time_axis import periods
from local_aws.services.quicksight.page.routes import answer
from local_aws.services.quicksight.periods import add, start
from local_aws.wire.http import HttpRequest
from tests.local_aws.services.quicksight.fakes import QuickSight

FIXTURES = sorted((Path(__file__).parents[4] / "fixtures/quicksight/visuals").glob("*.json"))


def drawn(
    quicksight: QuickSight, item: dict[str, Any], calculated: dict[str, str], **more: Any
) -> Any:
    """What the page is given for a visual of a definition with ``more`` in it."""
    fields = [{"DataSetIdentifier": "sales", "Name": name, "Expression": text}
              for name, text in calculated.items()]  # fmt: skip
    quicksight.dashboard(item, CalculatedFields=fields, **more)
    name = next(iter(item.values()))["VisualId"]
    path = f"/quicksight/dashboards/board/sheets/one/visuals/{name}.json"
    return json.loads(answer(quicksight.platform, HttpRequest("GET", path, [], {})).body)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_visual_is_drawn(quicksight: QuickSight, path: Path) -> None:
    fixture = json.loads(path.read_text())
    quicksight.data_set()
    assert (
        drawn(quicksight, fixture["visual"], fixture.get("calculated", {})) == fixture["expected"]
    )


def test_every_kind_of_visual_has_a_fixture() -> None:
    kinds = {next(iter(json.loads(path.read_text())["visual"])) for path in FIXTURES}
    assert kinds == set(CHARTS)


@pytest.mark.parametrize("grain", ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"])
def test_the_periods_up_to_the_calendar_s_end(grain: str) -> None:
    last = start(dt.datetime(9999, 12, 31), grain)
    first = add(last, -2, grain)
    assert list(periods(first, last, grain)) == [first, add(first, 1, grain), last]

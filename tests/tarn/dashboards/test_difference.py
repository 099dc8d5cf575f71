"""What a deploy would change of a dashboard, told part by part."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.dashboards.difference import ADDED, CHANGED, REMOVED, Difference, difference
from tarn.deploy import changes_of
from tarn.deploy.quicksight import difference_of, read
from tests.tarn import ground
from tests.tarn.conftest import deploy_stages

STAGES = ("quicksight:data_sets", "quicksight:dashboards")
ROOT = Path(__file__).parent.parent.parent.parent
DASHBOARD = json.loads((ROOT / "dashboards" / "flights.json").read_text())["Definition"]
Definition = dict[str, Any]


@pytest.fixture
def changed() -> Definition:
    """The dashboard, to be changed."""
    return copy.deepcopy(DASHBOARD)


def first_visual(definition: Definition) -> dict[str, Any]:
    return dict(next(iter(definition["Sheets"][0]["Visuals"][0].values())))


def options(definition: Definition) -> Any:
    return next(iter(definition["Sheets"][0]["Visuals"][0].values()))


def test_the_same() -> None:
    assert difference(DASHBOARD, DASHBOARD, DASHBOARD) == []


def test_the_order_of_visuals_is_no_difference(changed: Definition) -> None:
    changed["Sheets"][0]["Visuals"].reverse()
    assert difference(DASHBOARD, changed, DASHBOARD) == []


def test_a_visual_that_is_new_and_one_that_goes(changed: Definition) -> None:
    options(changed)["VisualId"] = "another"
    found = {(part.what.split(" (")[1], part.kind) for part in difference(DASHBOARD, changed, {})}
    assert found == {("another)", ADDED), (f"{first_visual(DASHBOARD)['VisualId']})", REMOVED)}


def test_a_changed_option_is_told_with_both_values(changed: Definition) -> None:
    options(changed)["Title"]["Visibility"] = "HIDDEN"
    (part,) = difference(DASHBOARD, changed, DASHBOARD)
    assert part == Difference(part.what, CHANGED, ("Title.Visibility: VISIBLE → HIDDEN",))
    assert "'On-time arrivals'" in part.what


def test_what_aws_adds_by_itself_is_no_difference(changed: Definition) -> None:
    options(changed)["Actions"] = []
    assert difference(changed, DASHBOARD, DASHBOARD) == []


def test_an_option_that_is_no_longer_declared(changed: Definition) -> None:
    del options(changed)["Subtitle"]
    (part,) = difference(DASHBOARD, changed, DASHBOARD)
    assert part.detail[0].startswith("Subtitle: {")
    assert part.detail[0].endswith("→ nothing")


def test_before_and_after_a_deploy(
    lake: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "dashboards", tmp_path / "dashboards")
    path = tmp_path / "dashboards" / "flights.json"
    request = json.loads(path.read_text())
    request["DashboardId"] = lake.settings.lake  # the server is everybody's
    path.write_text(json.dumps(request))
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    own = Aws()
    assert {part.kind for part in difference_of(read(path, own), own)} == {ADDED}
    ground.data_source(own)
    deploy_stages(own, *STAGES)
    assert difference_of(read(path, own), own) == []
    request["Definition"]["Sheets"][0]["Name"] = "Punctuality"
    path.write_text(json.dumps(request))
    (part,) = difference_of(read(path, own), own)
    assert part == Difference("the sheet Punctuality", CHANGED, ("Name: On time → Punctuality",))
    (change,) = changes_of("quicksight:dashboards", own)
    assert (change.verb, change.detail) == ("update", ("the sheet Punctuality changed",))

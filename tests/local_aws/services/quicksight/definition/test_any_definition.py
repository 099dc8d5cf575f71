"""Whatever AWS's model takes is shown, or refused by name: never a crash, never silence."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.services.quicksight.choices import read_choices
from local_aws.services.quicksight.errors import InvalidParameter, QueryRefused
from local_aws.services.quicksight.page.payload import Board
from tests.local_aws.services.quicksight.definition.generated import Maker
from tests.local_aws.services.quicksight.fakes import QuickSight

STATES = {"ok", "empty", "failed", "refused"}
SEEDS = range(12)
QUERY = [("f.FilterId-1", "x"), ("f.FilterId-2", "1"), ("f.FilterId-2", "2024-01-01"),
         ("f.FilterId-3", "LAST:2:MONTH"), ("p.p1", "7"), ("p.p2", "[ALL]"),
         ("x.VisualId-1", "FieldId-1:north"), ("d.VisualId-1", "FieldId-1:north")]  # fmt: skip


def made(quicksight: QuickSight, seed: int) -> dict[str, Any] | None:
    definition = Maker(seed).definition()
    arn = quicksight.arn("dataset", "sales")
    definition["DataSetIdentifierDeclarations"] = [{"Identifier": "sales", "DataSetArn": arn}]
    try:
        quicksight.create_dashboard(DashboardId="board", Name="Board", Definition=definition)
    except InvalidParameter:
        return None
    return definition


def addresses(board: Board) -> Iterator[tuple[str, str]]:
    for sheet, _kind, options in board.definition.visual_items():
        yield sheet, options["VisualId"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_definition_made_by_chance(quicksight: QuickSight, seed: int) -> None:
    quicksight.data_set()
    if made(quicksight, seed) is None:
        return
    for query in ([], QUERY):
        board = Board(quicksight.api.store, "board", read_choices(query))
        outline = board.outline()
        json.dumps(outline, allow_nan=False)
        for sheet, visual in addresses(board):
            payload = board.figures(sheet, visual)
            json.dumps(payload, allow_nan=False)
            assert payload["state"] in STATES
            assert payload["state"] == "ok" or payload["message"]
        for control in (c for s in outline["sheets"] for c in s["controls"]):
            with contextlib.suppress(QueryRefused):
                board.offered(control["id"])

"""The page without a browser: what it answers, what it refuses, what it escapes."""

import json
from typing import Any

import pytest

from local_aws.services.quicksight.page.routes import SECURITY, answer, handle
from local_aws.wire.http import HttpRequest, HttpResponse
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    definition,
    dimension,
    measure,
    visual,
)

HOSTILE = "</script><img src=x onerror=alert(1)>"


def get(quicksight: QuickSight, path: str, query: Any = (), method: str = "GET") -> HttpResponse:
    request = HttpRequest(method, f"/quicksight{path}", list(query), {})
    return answer(quicksight.platform, request)


@pytest.fixture
def board(quicksight: QuickSight) -> QuickSight:
    quicksight.data_set()
    quicksight.dashboard(bars("b", measure("units")))
    return quicksight


def test_the_list_and_the_page(board: QuickSight) -> None:
    assert 'href="/quicksight/dashboards/board"' in get(board, "/dashboards").body.decode()
    page = get(board, "/dashboards/board")
    assert page.status == 200
    assert b"https://" not in page.body  # nothing from elsewhere
    assert b"http://" not in page.body


def test_the_outline_says_how_fresh_the_data_is(board: QuickSight) -> None:
    data = json.loads(get(board, "/dashboards/board.json").body)["data"]
    assert [(d["name"], d["rows"], d["state"]) for d in data] == [("Sales", 6, "ok")]


def test_a_failed_refresh_is_told_beside_the_old_rows(board: QuickSight) -> None:
    board.athena.database.execute("DROP TABLE lake.sales")
    board.create_ingestion(DataSetId="sales", IngestionId="one")
    board.wait("sales", "one")
    data = json.loads(get(board, "/dashboards/board.json").body)["data"][0]
    assert (data["state"], data["rows"]) == ("failed", 6)
    assert "SQL_TABLE_NOT_FOUND" in data["message"]


def test_figures_and_csv(board: QuickSight) -> None:
    found = json.loads(get(board, "/dashboards/board/sheets/one/visuals/b.json").body)
    assert found["state"] == "ok"
    csv = get(board, "/dashboards/board/sheets/one/visuals/b.csv")
    assert csv.body.decode() == "Region,Units\neast,1\nnorth,40\nsouth,25\n,4\n"
    assert csv.headers["content-disposition"] == 'attachment; filename="b.csv"'


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_only_reads(board: QuickSight, method: str) -> None:
    assert get(board, "/dashboards/board", method=method).status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/dashboards/other",
        "/dashboards/board/sheets/one/visuals/none.json",
        "/dashboards/board/sheets/none/visuals/b.csv",
        "/dashboards/board/controls/none.json",
        "/static/../routes.py",
        "/static/..%2froutes.py",
        "/static/none.js",
        "/elsewhere",
    ],
)
def test_what_is_not_there(board: QuickSight, path: str) -> None:
    assert get(board, path).status == 404


def test_plotly_comes_from_its_wheel_and_is_kept(board: QuickSight) -> None:
    first = get(board, "/plotly.min.js")
    assert len(first.body) > 1_000_000
    known = {"if-none-match": first.headers["etag"]}
    again = answer(board.platform, HttpRequest("GET", "/quicksight/plotly.min.js", [], known))
    assert (again.status, again.body) == (304, b"")


def test_hostile_names_stay_text(quicksight: QuickSight) -> None:
    quicksight.data_set(Name=HOSTILE)
    item = bars("b", measure("units"))
    item["BarChartVisual"]["Title"] = {"FormatText": {"PlainText": HOSTILE}}
    quicksight.create_dashboard(DashboardId="board", Name=HOSTILE, Definition={
        "DataSetIdentifierDeclarations": [
            {"Identifier": "sales", "DataSetArn": quicksight.arn("dataset", "sales")}],
        "Sheets": [{"SheetId": "one", "Name": HOSTILE, "Visuals": [item]}],
    })  # fmt: skip
    for path in ("/dashboards", "/dashboards/board"):
        page = get(quicksight, path).body.decode()
        assert "<img src=x" not in page
        assert "</script><" not in page


def test_hostile_values_are_no_markup_for_plotly(quicksight: QuickSight) -> None:
    quicksight.athena.database.execute(
        "UPDATE lake.sales SET region = '<a href=\"javascript:alert(1)\">x</a>'"
    )
    quicksight.data_set()
    wells = {"Rows": [dimension("region")], "Columns": [dimension("product")],
             "Values": [measure("units")]}  # fmt: skip
    heat = visual("HeatMapVisual", "h", {"HeatMapAggregatedFieldWells": wells})
    quicksight.dashboard(bars("b", measure("units")), heat)
    for name in ("b", "h"):
        body = get(quicksight, f"/dashboards/board/sheets/one/visuals/{name}.json").body.decode()
        figure = json.loads(body)["figure"]
        for trace in figure["data"]:
            trace.pop("meta")  # what a click stands for; the page takes it away before it draws
        assert "&lt;a href" in json.dumps(figure)
        assert "<a href" not in json.dumps(figure)


def test_a_failed_dashboard_says_what_is_wrong(quicksight: QuickSight) -> None:
    quicksight.dashboard(bars("b", measure("units")))
    outline = json.loads(get(quicksight, "/dashboards/board.json").body)
    assert "does not exist" in outline["errors"][0]
    figures = get(quicksight, "/dashboards/board/sheets/one/visuals/b.json")
    assert json.loads(figures.body)["state"] == "failed"


async def _head(quicksight: QuickSight) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": "HEAD", "raw_path": b"/quicksight/dashboards",
             "query_string": b"", "headers": []}  # fmt: skip
    await handle(quicksight.platform, scope, receive, send)
    return sent


def test_head_sends_the_security_headers_and_no_body(board: QuickSight) -> None:
    import asyncio

    start, body = asyncio.run(_head(board))
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert SECURITY.items() <= headers.items()
    assert int(headers["content-length"]) > 0
    assert body["body"] == b""


def test_a_theme_colours_the_page(quicksight: QuickSight) -> None:
    colours = {"Colors": ["#112233", "#445566"]}
    ui = {"PrimaryBackground": "#101820", "PrimaryForeground": "#F0F0F0", "Accent": "#00AA88"}
    made = quicksight.create_theme(
        ThemeId="night", Name="Night", BaseThemeId="MIDNIGHT",
        Configuration={"DataColorPalette": colours, "UIColorPalette": ui},
    )  # fmt: skip
    quicksight.data_set()
    document = definition(quicksight, bars("b", measure("units")))
    quicksight.create_dashboard(
        DashboardId="board", Name="Board", Definition=document, ThemeArn=made["Arn"]
    )
    theme = json.loads(get(quicksight, "/dashboards/board.json").body)["theme"]
    assert theme["palette"] == ["#112233", "#445566"]
    assert theme["variables"] == {"--card": "#101820", "--ink": "#F0F0F0", "--accent": "#00AA88"}


def layout(quicksight: QuickSight, configuration: dict[str, Any], **sheet: Any) -> Any:
    quicksight.data_set()
    layouts = [{"Configuration": configuration}]
    quicksight.dashboard(bars("b", measure("units")), sheet={"Layouts": layouts, **sheet})
    return json.loads(get(quicksight, "/dashboards/board.json").body)["sheets"][0]


def at(element: str, x: int, y: int, **more: Any) -> dict[str, Any]:
    return {"ElementId": element, "ElementType": "VISUAL", "XAxisLocation": f"{x}px",
            "YAxisLocation": f"{y}px", "Width": "300px", "Height": "200px"} | more  # fmt: skip


def test_a_free_form_sheet_is_a_canvas(quicksight: QuickSight) -> None:
    boxes = [{"SheetTextBoxId": "t", "Content": "<text-box>Hidden</text-box>"}]
    style = {"Visibility": "VISIBLE", "Color": "#FFF5E5FF"}
    elements = [at("b", 700, 40, BackgroundStyle=style), at("t", 0, 0, Visibility="HIDDEN")]
    found = layout(quicksight, {"FreeFormLayout": {"Elements": elements}}, TextBoxes=boxes)
    assert found["layout"] == {"kind": "free", "width": 1000.0, "height": 240.0}
    assert [item["id"] for item in found["items"]] == ["b"]
    place = found["items"][0]["place"]
    assert place == {"free": [700.0, 40.0, 300.0, 200.0], "style": {"--card-fill": "#FFF5E5"}}


def test_sections_follow_each_other(quicksight: QuickSight) -> None:
    boxes = [{"SheetTextBoxId": "t", "Content": "<text-box><b>Title</b></text-box>"}]
    header = {"SectionId": "h", "Style": {"Height": "100px"},
              "Layout": {"FreeFormLayout": {"Elements": [at("t", 0, 0)]}}}  # fmt: skip
    body = {"SectionId": "m", "Content": {"Layout": {"FreeFormLayout": {
        "Elements": [at("b", 0, 10)]}}}}  # fmt: skip
    sections = {"HeaderSections": [header], "BodySections": [body], "FooterSections": []}
    found = layout(quicksight, {"SectionBasedLayout": sections}, TextBoxes=boxes)
    assert [item["place"]["free"][1] for item in found["items"]] == [0.0, 110.0]
    assert found["items"][0]["nodes"] == [{"tag": "b", "children": ["Title"]}]


def test_the_data_of_a_chart_is_a_table(board: QuickSight) -> None:
    found = json.loads(get(board, "/dashboards/board/sheets/one/visuals/b/data.json").body)
    assert [column["label"] for column in found["table"]["columns"]] == ["Region", "Units"]
    assert found["table"]["rows"][1] == ["north", "40"]

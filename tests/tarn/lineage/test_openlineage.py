"""OpenLineage events: what the specification asks for, the same again, and never in the way."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tarn.aws import Aws
from tarn.contracts.load import load_contracts
from tarn.errors import Terminal
from tarn.lineage import openlineage
from tarn.settings import Settings
from tarn.steps.views import read_views
from tests.tarn.lineage import spec
from tests.tarn.page.lakes import record, year

SETTINGS = Settings()
MARCH = record(year("flights")[2], "aa")
AT = "2026-11-27T12:00:00+00:00"


def events() -> list[dict[str, Any]]:
    return [
        *openlineage.published(MARCH, SETTINGS),
        *openlineage.refreshed("worst_routes", "r", AT, SETTINGS),
    ]


def every_event() -> list[dict[str, Any]]:
    """Of every dataset and every view of the lake."""
    published = [record(partitions[0], "aa") for partitions in map(year, load_contracts(SETTINGS))]
    return [
        *(e for entry in published for e in openlineage.published(entry, SETTINGS)),
        *(
            e
            for view in read_views(SETTINGS)
            for e in openlineage.refreshed(view, "r", AT, SETTINGS)
        ),
    ]


VALIDATOR = Draft202012Validator(spec.RUN_EVENT, format_checker=FormatChecker())


def test_what_the_specification_asks_for() -> None:
    for event in every_event():
        assert [f"{e.json_path}: {e.message}" for e in VALIDATOR.iter_errors(event)] == []
        assert datetime.fromisoformat(event["eventTime"]).tzinfo
        assert event["job"]["namespace"] == "tarn-dev"
    kinds = [event["eventType"] for event in events()]
    assert kinds == ["START", "COMPLETE"] * 2
    assert len({event["run"]["runId"] for event in events()}) == 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("run.runId", "march"),
        ("job.name", ""),
        ("producer", "tarn"),
        ("eventType", "FINISHED"),
        ("inputs.0.namespace", "bucket"),
        ("outputs.0.facets.columnLineage._schemaURL", "https://openlineage.io/"),
        ("outputs.0.facets.columnLineage.fields.carrier.inputFields.0.field", None),
        ("outputs.0.facets.columnLineage.fields.carrier.inputFields", {}),
        ("outputs.0.facets.schema.fields.0.name", None),
        ("outputs.0.facets.other", {}),
        ("outputs.0.outputFacets.outputStatistics.rowCount", "many"),
    ],
)
def test_the_specification_refuses(path: str, value: Any) -> None:
    _, event = openlineage.published(MARCH, SETTINGS)
    *way, last = path.split(".")
    inner: Any = event
    for step in way:
        inner = inner[int(step) if step.isdigit() else step]
    inner[last] = value
    assert not VALIDATOR.is_valid(event)


def test_a_publish() -> None:
    _, event = openlineage.published(MARCH, SETTINGS)
    [output] = event["outputs"]
    assert event["inputs"] == [{"namespace": "s3://tarn-dev-raw", "name": "flights"}]
    assert output["name"] == "AwsDataCatalog.lake.flights"
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == MARCH["rows_published"]
    fields = output["facets"]["columnLineage"]["fields"]
    assert [source["field"] for source in fields["flight_date"]["inputFields"]] == [
        "day",
        "month",
        "year",
    ]
    names = [field["name"] for field in output["facets"]["schema"]["fields"]]
    assert set(fields) == set(names) - {"year", "month"}


def test_a_view_reads_what_a_publish_wrote() -> None:
    _, publish, _, view = events()
    written = {key: publish["outputs"][0][key] for key in ("namespace", "name")}
    assert written in view["inputs"]
    distance = view["outputs"][0]["facets"]["columnLineage"]["fields"]["distance"]
    assert distance["inputFields"] == [{**written, "field": "distance"}]


def test_a_folder_gets_each_event_once(tmp_path: Path) -> None:
    to = (tmp_path / "line age").as_uri()
    for _ in range(2):
        for event in events():
            openlineage.send(event, to)
    files = list((tmp_path / "line age").iterdir())
    written = [json.loads(file.read_text()) for file in files]
    assert len(written) == 4
    assert all(event in written for event in events())


@pytest.fixture
def endpoint() -> Iterator[Any]:
    """A server that keeps what is posted to it, and answers with `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            server.got.append((self.headers["Content-Type"], json.loads(self.rfile.read(length))))  # type: ignore[attr-defined]
            self.send_response(server.status)  # type: ignore[attr-defined]
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.status = [], 201  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def address(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_port}/api/v1/lineage"


def test_an_endpoint_gets_json(endpoint: Any) -> None:
    openlineage.tell_published(MARCH, Aws(Settings(lineage=address(endpoint))))
    openlineage.tell_refreshed(["worst_routes"], "r", AT, Aws(Settings(lineage=address(endpoint))))
    assert [kind for kind, _ in endpoint.got] == ["application/json"] * 4
    assert [event for _, event in endpoint.got] == events()


def test_what_goes_wrong_stops_nobody(endpoint: Any, caplog: pytest.LogCaptureFixture) -> None:
    endpoint.status = 500
    for to in (address(endpoint), "http://127.0.0.1:1/", "gopher://x", "file:///proc/nothing"):
        caplog.clear()
        openlineage.tell_published(MARCH, Aws(Settings(lineage=to)))
        assert f"not sent to {to}" in caplog.text
    caplog.clear()
    openlineage.tell_published({}, Aws(Settings(lineage=address(endpoint))))
    assert "not sent" in caplog.text


def test_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openlineage, "send", lambda *call: pytest.fail("it was sent"))
    openlineage.tell_published(MARCH, Aws(Settings()))


def test_an_address_of_another_kind() -> None:
    with pytest.raises(Terminal, match="TARN_LINEAGE is 'ftp://x'"):
        openlineage.send(events()[0], "ftp://x")

"""OpenLineage events: what the specification asks for, the same again, and never in the way."""

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.lineage import openlineage
from tarn.settings import Settings
from tests.tarn.page.lakes import record, year

SETTINGS = Settings()
MARCH = record(year("flights")[2], "aa")
AT = "2026-11-27T12:00:00+00:00"


def events() -> list[dict[str, Any]]:
    return [
        *openlineage.published(MARCH, SETTINGS),
        *openlineage.refreshed("worst_routes", "r", AT, SETTINGS),
    ]


def test_what_the_specification_asks_for() -> None:
    """https://openlineage.io/spec/2-0-2/OpenLineage.json"""
    for event in events():
        assert {"eventTime", "producer", "schemaURL", "run", "job", "eventType"} <= set(event)
        assert datetime.fromisoformat(event["eventTime"]).tzinfo
        uuid.UUID(event["run"]["runId"])
        assert event["job"]["namespace"] == "tarn-dev"
        for dataset in (*event["inputs"], *event["outputs"]):
            assert "://" in dataset["namespace"]
            assert dataset["name"]
            facets = {**dataset.get("facets", {}), **dataset.get("outputFacets", {})}
            for facet in facets.values():
                assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")
                assert facet["_producer"]
    kinds = [event["eventType"] for event in events()]
    assert kinds == ["START", "COMPLETE"] * 2
    assert len({event["run"]["runId"] for event in events()}) == 2


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

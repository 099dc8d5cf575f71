"""The lake's gauges on the wire, beside Airflow's own: StatsD by UDP, OpenTelemetry by HTTP.

A process sets Airflow's metrics up as its task runner does, publishes, and ends.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tarn.airflow.metrics import GAUGES

ROOT = Path(__file__).parent.parent.parent
RECORD = {
    "dataset": "flights",
    "rows_landed": 27004,
    "rows_published": 26990,
    "rows_quarantined": 14,
    "bytes_published": 567000,
    "cost_usd": 0.12,
}
PROGRAM = """
import json, sys
from airflow.sdk.configuration import conf
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics import stats_utils
from tarn.airflow.metrics import gauge_published
legacy = conf.getboolean("metrics", "legacy_names_on")
stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=legacy)
stats.incr("ti.start", tags={"dag_id": "flights", "task_id": "publish"})
gauge_published(json.loads(sys.argv[1]))
"""


def publish(home: Path, **settings: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
        "AIRFLOW_HOME": str(home),
        **settings,
    }
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, json.dumps(RECORD)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "were not set" not in run.stderr


@pytest.fixture
def datagrams() -> Iterator[Any]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        yield server


def received(server: socket.socket, until: str) -> list[str]:
    found: list[str] = []
    while not (found and found[-1].startswith(until)):
        found.append(server.recv(65536).decode())
    return found


def told(datagrams: socket.socket, folder: Path, **options: str) -> list[str]:
    """What StatsD is told of a publish, up to its last gauge."""
    publish(
        folder,
        AIRFLOW__METRICS__STATSD_ON="True",
        AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
        AIRFLOW__METRICS__STATSD_PORT=str(datagrams.getsockname()[1]),
        **options,
    )
    return received(datagrams, f"airflow.tarn.flights.{GAUGES[-1]}")


def test_statsd(datagrams: socket.socket, tmp_path: Path) -> None:
    found = told(datagrams, tmp_path)
    assert "airflow.ti.start.flights.publish:1|c" in found
    assert found[-len(GAUGES) :] == [
        f"airflow.tarn.flights.{name}:{RECORD[name]}|g" for name in GAUGES
    ]


def test_statsd_with_tags(datagrams: socket.socket, tmp_path: Path) -> None:
    found = told(datagrams, tmp_path, AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED="True")
    assert "airflow.tarn.flights.rows_published,dataset=flights:26990|g" in found


@pytest.fixture
def collector() -> Iterator[Any]:
    """An OTLP endpoint that keeps what is sent to it."""
    bodies: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            bodies.append((self.path, self.rfile.read(length)))
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], bodies
    server.shutdown()
    server.server_close()


def test_opentelemetry(collector: Any, tmp_path: Path) -> None:
    """What the lock installs is enough; all is sent as the process ends."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )

    port, bodies = collector
    publish(
        tmp_path,
        AIRFLOW__METRICS__OTEL_ON="True",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
    )
    points: dict[str, tuple[float, dict[str, str]]] = {}
    for path, body in bodies:
        assert path == "/v1/metrics"
        sent = ExportMetricsServiceRequest.FromString(body).resource_metrics
        for metric in (m for resource in sent for s in resource.scope_metrics for m in s.metrics):
            for point in (*metric.gauge.data_points, *metric.sum.data_points):
                tags = {item.key: item.value.string_value for item in point.attributes}
                points[metric.name] = (point.as_double or point.as_int, tags)
    flights = {"dataset": "flights"}
    for name in GAUGES:
        assert points[f"airflow.tarn.flights.{name}"] == (RECORD[name], flights)
    assert points["airflow.ti.start"] == (1, {"dag_id": "flights", "task_id": "publish"})

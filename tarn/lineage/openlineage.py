"""OpenLineage events: which data came from which, down to columns, to a folder or an endpoint.

Two events a run, START and COMPLETE, as the specification asks; their run's id is made of the
run's token, so that the same run sent again is the same run. Off unless TARN_LINEAGE is set.
https://openlineage.io/docs/spec/object-model · https://openlineage.io/docs/spec/naming
"""

from __future__ import annotations

import json
import logging
import os
import urllib.request
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract, load_contracts
from tarn.errors import Terminal
from tarn.lineage import columns
from tarn.settings import Settings
from tarn.steps.views import read_views, references

log = logging.getLogger(__name__)

PRODUCER = "urn:tarn"
SPEC = "https://openlineage.io/spec"
SECONDS = 10  # that an endpoint has to answer
Json = dict[str, Any]


def tell_published(record: Mapping[str, Any], aws: Aws) -> None:
    """Send the events of a publish; what goes wrong is logged and stops nobody."""
    _tell(aws.settings, lambda: published(record, aws.settings))


def tell_refreshed(views: Iterable[str], token: str, at: str, aws: Aws) -> None:
    """Send the events of views that show new data."""
    settings = aws.settings
    _tell(settings, lambda: [e for view in views for e in refreshed(view, token, at, settings)])


def _tell(settings: Settings, events: Any) -> None:
    if not settings.lineage:
        return
    try:
        for event in events():
            send(event, settings.lineage)
    except Exception:  # whatever it is, it must not fail the work that it tells of
        log.exception("The lineage was not sent to %s.", settings.lineage)


# -- events


def published(record: Mapping[str, Any], settings: Settings) -> list[Json]:
    """A partition's way from its raw file to the published table."""
    contract = load_contract(str(record["dataset"]), settings)
    recipe = json.loads((settings.root / "recipes" / f"{contract.name}.json").read_text())
    raw = {"namespace": f"s3://{settings.bucket('raw')}", "name": contract.name}
    made_of = {
        column: [{**raw, "field": source} for source in sources]
        for column, sources in columns.of_dataset(contract, recipe).items()
    }
    statistics = {"rowCount": record["rows_published"], "size": record["bytes_published"]}
    output = {
        **table(contract.name, settings),
        "facets": {
            "schema": _schema(contract),
            "columnLineage": _column_lineage(made_of),
        },
        "outputFacets": {
            "outputStatistics": _facet("OutputStatisticsOutputDatasetFacet", "1-0-2", statistics)
        },
    }
    run = {"runId": _run_id(settings, contract.name, str(record["token"]))}
    return _events(
        run, contract.name, [raw], [output], record["started_at"], record["finished_at"], settings
    )


def refreshed(view: str, token: str, at: str, settings: Settings) -> list[Json]:
    """A view's way from the tables that it reads."""
    sql = read_views(settings)
    tables = {name: _names(contract) for name, contract in load_contracts(settings).items()}
    reads = sorted(references(view, sql[view]))
    for other in set(reads) & sql.keys():
        tables[other] = list(columns.of_view(other, sql[other], tables))
    made_of = {
        column: [{**table(name, settings), "field": field} for name, field in sources]
        for column, sources in columns.of_view(view, sql[view], tables).items()
    }
    output = {
        **table(view, settings),
        "facets": {"columnLineage": _column_lineage(made_of)},
    }
    run = {"runId": _run_id(settings, view, token)}
    inputs = [table(name, settings) for name in reads]
    return _events(run, f"lake_views.{view}", inputs, [output], at, at, settings)


def table(name: str, settings: Settings) -> Json:
    """A table or view as OpenLineage names Athena's."""
    return {
        "namespace": f"awsathena://athena.{settings.region}.amazonaws.com",
        "name": f"AwsDataCatalog.{settings.database}.{name}",
    }


def _events(
    run: Json,
    job: str,
    inputs: list[Json],
    outputs: list[Json],
    started: str,
    ended: str,
    settings: Settings,
) -> list[Json]:
    event = {
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": run,
        "job": {"namespace": settings.prefix, "name": job},
        "inputs": inputs,
        "outputs": outputs,
    }
    return [
        {**event, "eventType": "START", "eventTime": started},
        {**event, "eventType": "COMPLETE", "eventTime": ended},
    ]


def _run_id(settings: Settings, job: str, token: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{PRODUCER}/{settings.prefix}/{job}/{token}"))


def _schema(contract: Contract) -> Json:
    found = (*contract.columns, *contract.partition_columns)
    fields = [{"name": c.name, "type": c.type, "description": c.description} for c in found]
    return _facet("SchemaDatasetFacet", "1-1-1", {"fields": fields})


def _column_lineage(made_of: Mapping[str, list[Json]]) -> Json:
    fields = {column: {"inputFields": sources} for column, sources in made_of.items()}
    return _facet("ColumnLineageDatasetFacet", "1-0-1", {"fields": fields})


def _facet(name: str, version: str, content: Json) -> Json:
    url = f"{SPEC}/facets/{version}/{name}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": url, **content}


def _names(contract: Contract) -> list[str]:
    return [column.name for column in (*contract.columns, *contract.partition_columns)]


# -- where they go


def send(event: Json, to: str) -> None:
    """Write an event into a folder (file:///…), or post it to an endpoint (http, https)."""
    address = urlsplit(to)
    body = json.dumps(event, sort_keys=True).encode()
    if address.scheme == "file":
        _write(event, body, Path(unquote(address.path)))
    elif address.scheme in ("http", "https"):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(to, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=SECONDS):
            pass
    else:
        raise Terminal(f"TARN_LINEAGE is {to!r}: give file:///folder, http:// or https://.")


def _write(event: Json, body: bytes, folder: Path) -> None:
    """One file an event; the same event again is the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{event['job']['name']}-{event['run']['runId']}-{event['eventType']}.json"
    scratch = folder / f".{name}.{os.getpid()}"
    scratch.write_bytes(body + b"\n")
    scratch.replace(folder / name)

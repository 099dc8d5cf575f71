"""What OpenLineage 2-0-2 asks of an event, as JSON schema in our own words.

https://openlineage.io/spec/2-0-2/OpenLineage.json, and of the facets that tarn/lineage sends
https://openlineage.io/docs/spec/facets/: column lineage, schema, output statistics.
"""

from typing import Any

TEXT = {"type": "string", "minLength": 1}
URI = {"type": "string", "pattern": r"^[a-z][a-z0-9+.-]*:\S+$"}
COUNT = {"type": "integer", "minimum": 0}


def thing(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object that has these, and may have those; anything else is let be."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
    }


def each(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def facet(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """A facet names who made it, and the definition in a released version that it follows."""
    address = rf"^https://openlineage\.io/spec/facets/\d+-\d+-\d+/{name}\.json#/\$defs/{name}$"
    head = thing({"_producer": URI, "_schemaURL": {"type": "string", "pattern": address}})
    return {"allOf": [head, content]}


SOURCE = thing({"namespace": TEXT, "name": TEXT, "field": TEXT})
LINEAGE = {"type": "object", "additionalProperties": thing({"inputFields": each(SOURCE)})}
FIELD = thing({"name": TEXT}, type=TEXT, description={"type": "string"})
FACETS = {
    "schema": facet("SchemaDatasetFacet", thing({}, fields=each(FIELD))),
    "columnLineage": facet("ColumnLineageDatasetFacet", thing({"fields": LINEAGE})),
}
STATISTICS = facet("OutputStatisticsOutputDatasetFacet", thing({"rowCount": COUNT}, size=COUNT))


def known(facets: dict[str, Any]) -> dict[str, Any]:
    """Facets of which each is one that this file knows: another has to be written down here."""
    return {"type": "object", "properties": facets, "additionalProperties": False}


INPUT = thing({"namespace": URI, "name": TEXT}, facets=known(FACETS))
OUTPUT = thing(
    {"namespace": URI, "name": TEXT},
    facets=known(FACETS),
    outputFacets=known({"outputStatistics": STATISTICS}),
)
RUN_EVENT = thing(
    {
        "eventTime": TEXT,  # RFC 3339: jsonschema alone does not check it
        "producer": URI,
        "schemaURL": {
            "const": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
        },
        "run": thing({"runId": {"type": "string", "format": "uuid"}}),
        "job": thing({"namespace": TEXT, "name": TEXT}),
    },
    eventType={"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
    inputs=each(INPUT),
    outputs=each(OUTPUT),
)

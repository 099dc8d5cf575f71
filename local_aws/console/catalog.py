"""The Glue catalog: databases, tables, columns, partitions, views with their SQL."""

import re
from typing import Any

from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake, every
from local_aws.errors import ServiceError
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.views import decode_view
from local_aws.services.glue.documents import of_ready
from local_aws.services.s3.model import parse_uri

PAGE = 100
PARTITIONS = 50


def databases(lake: Lake, _ask: Ask) -> Answer:
    """All databases, and how many tables each has."""
    counts = lake.glue.catalog.table_counts()
    found = [(one, counts.get(one["Name"], 0)) for one in all_databases(lake)]
    return page("databases.html", databases=found)


def all_databases(lake: Lake) -> list[dict[str, Any]]:
    """As GetDatabases lists them."""
    return list(every(lake.glue.get_databases, "DatabaseList"))


def database(lake: Lake, ask: Ask) -> Answer:
    """A database's tables, by name; `q` is a part of the name."""
    name, q = ask.get("name"), ask.get("q")
    request: dict[str, Any] = {"DatabaseName": name, "MaxResults": PAGE}
    if q:
        request["Expression"] = f".*{re.escape(q)}.*"
    if ask.get("after"):
        request["NextToken"] = ask.get("after")
    answer = lake.glue.get_tables(request)
    return page(
        "database.html",
        database=lake.glue.get_database({"Name": name})["Database"],
        total=lake.glue.catalog.table_counts().get(name.lower(), 0),
        tables=answer["TableList"],
        following=answer.get("NextToken"),
        after=ask.get("after"),
        q=q,
    )


def table(lake: Lake, ask: Ask) -> Answer:
    """Columns, where the data lies, and partitions; `q` is Glue's partition expression."""
    request = {"DatabaseName": ask.get("database"), "Name": ask.get("name")}
    found = lake.glue.get_table(request)["Table"]
    storage = found.get("StorageDescriptor", {})
    return page(
        "table.html",
        table=found,
        storage=storage,
        place=place_of(storage.get("Location")),
        view_sql=_view_sql(found),
        q=ask.get("q"),
        after=ask.get("after"),
        **_partitions(lake, ask, found),
    )


def _partitions(lake: Lake, ask: Ask, table: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "DatabaseName": table["DatabaseName"],
        "TableName": table["Name"],
        "MaxResults": PARTITIONS,
    }
    given = {"Expression": ask.get("q"), "NextToken": ask.get("after")}
    request |= {name: value for name, value in given.items() if value}
    try:
        answer = lake.glue.get_partitions(request)
    except ServiceError as error:
        return {"partitions": [], "following": None, "refused": error.message}
    partitions = [
        (one, place_of(one.get("StorageDescriptor", {}).get("Location")))
        for one in map(of_ready, answer["Partitions"])
    ]
    return {"partitions": partitions, "following": answer.get("NextToken"), "refused": None}


def place_of(location: str | None) -> tuple[str, str] | None:
    """Bucket and folder of an s3:// address, for a link to it."""
    try:
        bucket, key = parse_uri(location or "")
    except ServiceError:
        return None
    return bucket, key if not key or key.endswith("/") else f"{key}/"


def _view_sql(table: dict[str, Any]) -> str | None:
    if table.get("TableType") != "VIRTUAL_VIEW":
        return None
    try:
        return decode_view(table).sql
    except QueryFailed:
        return str(table.get("ViewOriginalText", ""))

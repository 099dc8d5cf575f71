"""SearchTables' matching.

AWS (https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html) splits what a key holds
at punctuation into words and compares each with the filter's value; text in quotes must be a value
as a whole; times are compared by Comparator. So do we. What AWS leaves unsaid: words are compared
without case, and SearchText looks where the console's search does, in names, descriptions, columns,
parameters and locations.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException

MEMBERS = {
    member.lower(): member
    for member in ("Name", "DatabaseName", "Description", "Owner", "TableType", "CatalogId")
}
TIMES = {
    member.lower(): member
    for member in ("CreateTime", "UpdateTime", "LastAccessTime", "LastAnalyzedTime")
}
COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "EQUALS": lambda left, right: left == right,
    "GREATER_THAN": lambda left, right: left > right,
    "LESS_THAN": lambda left, right: left < right,
    "GREATER_THAN_EQUALS": lambda left, right: left >= right,
    "LESS_THAN_EQUALS": lambda left, right: left <= right,
}
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def fits(table: Document, text: str | None, filters: list[Document]) -> bool:
    """Whether the table has the text somewhere and satisfies all filters."""
    found = text is None or any(_has(value, text) for value in _texts(table))
    return found and all(_satisfies(table, one) for one in filters)


def order(criterion: Document) -> Callable[[Document], Any]:
    """A sort key by one of a table's fields; tables without it come first."""
    name = criterion.get("FieldName", "Name").lower()
    member = (MEMBERS | TIMES).get(name)
    if member is None:
        raise InvalidInputException(f"Tables cannot be sorted by {criterion.get('FieldName')}")
    missing: Any = datetime.min.replace(tzinfo=UTC) if name in TIMES else ""
    return lambda table: table.get(member) or missing


def _satisfies(table: Document, wanted: Document) -> bool:
    key, value = wanted.get("Key", ""), wanted.get("Value", "")
    if key.lower() in TIMES:
        there, compare = table.get(TIMES[key.lower()]), COMPARE[wanted.get("Comparator", "EQUALS")]
        return there is not None and compare(there, _time(value))
    if key.lower() in MEMBERS:
        return _has(table.get(MEMBERS[key.lower()], ""), value)
    return _has(table.get("Parameters", {}).get(key, ""), value)


def _has(there: str, wanted: str) -> bool:
    if len(wanted) > 1 and wanted[0] == wanted[-1] == '"':
        return there.lower() == wanted[1:-1].lower()
    words = set(_BETWEEN_WORDS.split(there.lower()))
    return wanted.lower() == there.lower() or set(_BETWEEN_WORDS.split(wanted.lower())) <= words


def _texts(table: Document) -> Iterator[str]:
    storage = table.get("StorageDescriptor", {})
    yield from (
        table[member] for member in ("Name", "DatabaseName", "Description") if member in table
    )
    yield storage.get("Location", "")
    for column in (*storage.get("Columns", []), *table.get("PartitionKeys", [])):
        yield from (column["Name"], column.get("Comment", ""))
    for name, value in table.get("Parameters", {}).items():
        yield from (name, value)


def _time(text: str) -> datetime:
    """Seconds since 1970, or ISO 8601."""
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInputException(f"{text!r} is not a time to filter tables by") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""What the catalog's stores share: their database, and how names and bodies are kept."""

from typing import Any

from local_aws.database import Database
from local_aws.services.glue.documents import Document, load
from local_aws.services.glue.errors import InvalidInputException

# What a storage descriptor holds on AWS when nobody said otherwise.
STORAGE_DEFAULTS: Document = {
    "Compressed": False,
    "NumberOfBuckets": 0,
    "StoredAsSubDirectories": False,
}


class Store:
    """A part of the catalog; its tables are in schema.py."""

    account_id: str
    db: Database


def folded(name: str) -> str:
    """The name as the catalog keeps it."""
    if not name.strip():
        raise InvalidInputException("Name cannot be empty.")
    return name.lower()


def stored(body: Document) -> Document:
    """The body with its storage descriptor complete, where it has one."""
    if "StorageDescriptor" not in body:
        return body
    return {**body, "StorageDescriptor": {**STORAGE_DEFAULTS, **body["StorageDescriptor"]}}


def document(row: dict[str, Any]) -> Document:
    """The structure in a row."""
    body: Document = load(row["body"])
    return body


def versioned(row: dict[str, Any]) -> Document:
    """The table in a row."""
    return document(row) | {"VersionId": str(row["version"])}

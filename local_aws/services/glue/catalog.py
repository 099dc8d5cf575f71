"""The Data Catalog: databases, tables with their versions, partitions.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html): names are
folded to lower case; an update replaces the whole definition and keeps the old one as a version;
deleting a database deletes what is in it; nothing checks that a location exists. So do we.

Other services use this class through `platform.glue`: dictionaries in AWS's own shape.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from local_aws.services.glue.documents import Document, dump, load, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.services.glue.expressions import compile_expression

if TYPE_CHECKING:
    from local_aws.context import Platform

SCHEMA = """
CREATE TABLE IF NOT EXISTS databases (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (
    database TEXT NOT NULL REFERENCES databases ON DELETE CASCADE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS table_versions (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, version),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partitions (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, key),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
"""

# What a storage descriptor holds on AWS when nobody said otherwise.
STORAGE_DEFAULTS: Document = {
    "Compressed": False,
    "NumberOfBuckets": 0,
    "StoredAsSubDirectories": False,
}

# Without Lake Formation everyone whom IAM lets in has every right to a new table.
DATABASE_DEFAULTS: Document = {
    "CreateTableDefaultPermissions": [
        {
            "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
            "Permissions": ["ALL"],
        }
    ]
}


class Catalog:
    """The catalog of the one account that we have."""

    def __init__(self, platform: "Platform") -> None:
        self.account_id = platform.account_id
        self.db = platform.db("glue")
        self.db.script(SCHEMA)

    # Databases

    def create_database(self, database_input: Document) -> None:
        """Raises AlreadyExistsException."""
        name = _folded(database_input["Name"])
        facts = {"Name": name, "CreateTime": now(), "CatalogId": self.account_id}
        body = {**DATABASE_DEFAULTS, **database_input, **facts}
        sql = "INSERT OR IGNORE INTO databases VALUES (?, ?)"
        if not self.db.execute(sql, (name, dump(body))):
            raise AlreadyExistsException(f"Database {name} already exists.")

    def get_database(self, name: str) -> Document:
        """Raises EntityNotFoundException."""
        row = self.db.one("SELECT body FROM databases WHERE name = ?", (name.lower(),))
        if row is None:
            raise EntityNotFoundException(f"Database {name} not found.")
        return _document(row)

    def get_databases(self) -> list[Document]:
        """All databases, by name."""
        return _documents(self.db.all("SELECT body FROM databases ORDER BY name"))

    def table_counts(self) -> dict[str, int]:
        """How many tables each database that has any has."""
        rows = self.db.all("SELECT database, count(*) AS n FROM tables GROUP BY database")
        return {row["database"]: row["n"] for row in rows}

    def update_database(self, name: str, database_input: Document) -> None:
        """Replace the definition. A database cannot be renamed."""
        with self.db.transaction():
            old = self.get_database(name)
            if _folded(database_input["Name"]) != old["Name"]:
                raise InvalidInputException(f"Database {name} cannot be renamed.")
            kept = {k: old[k] for k in ("Name", "CreateTime", "CatalogId")}
            body = {**DATABASE_DEFAULTS, **database_input, **kept}
            sql = "UPDATE databases SET body = ? WHERE name = ?"
            self.db.execute(sql, (dump(body), old["Name"]))

    def delete_database(self, name: str) -> None:
        """Delete it with its tables and their partitions."""
        if not self.db.execute("DELETE FROM databases WHERE name = ?", (name.lower(),)):
            raise EntityNotFoundException(f"Database {name} not found.")

    # Tables

    def create_table(
        self, database: str, table_input: Document, created_by: str | None = None
    ) -> None:
        """Raises AlreadyExistsException; EntityNotFoundException when there is no database."""
        moment = now()
        made = {
            "CreateTime": moment,
            "UpdateTime": moment,
            "CreatedBy": created_by or f"arn:aws:iam::{self.account_id}:user/local",
        }
        with self.db.transaction():
            owner = self.get_database(database)["Name"]
            body = self._table(owner, table_input) | made
            sql = "INSERT OR IGNORE INTO tables VALUES (?, ?, 0, ?)"
            if not self.db.execute(sql, (owner, body["Name"], dump(body))):
                raise AlreadyExistsException(f"Table {body['Name']} already exists.")

    def get_table(self, database: str, name: str) -> Document:
        """Raises EntityNotFoundException, naming the database or the table."""
        sql = "SELECT version, body FROM tables WHERE database = ? AND name = ?"
        row = self.db.one(sql, (database.lower(), name.lower()))
        if row is None:
            self.get_database(database)
            raise EntityNotFoundException(f"Table {name} not found.")
        return _versioned(row)

    def get_tables(self, database: str) -> list[Document]:
        """The database's tables and views, by name."""
        owner = self.get_database(database)["Name"]
        sql = "SELECT version, body FROM tables WHERE database = ? ORDER BY name"
        return [_versioned(row) for row in self.db.all(sql, (owner,))]

    def update_table(
        self,
        database: str,
        table_input: Document,
        *,
        skip_archive: bool = False,
        version_id: str | None = None,
    ) -> None:
        """Replace the definition; the old one stays as a version unless `skip_archive`.

        With `version_id` the update only happens when that is still the table's version.
        """
        with self.db.transaction():
            old = self.get_table(database, table_input["Name"])
            version = int(old.pop("VersionId"))
            if version_id is not None and version_id != str(version):
                raise ConcurrentModificationException(
                    f"Update table failed due to concurrent modifications: "
                    f"{old['Name']} is at version {version}, not {version_id}."
                )
            where = (old["DatabaseName"], old["Name"])
            if not skip_archive:
                sql = "INSERT INTO table_versions VALUES (?, ?, ?, ?)"
                self.db.execute(sql, (*where, version, dump(old)))
            kept = {k: old[k] for k in ("CreateTime", "CreatedBy")} | {"UpdateTime": now()}
            body = self._table(old["DatabaseName"], table_input) | kept
            sql = "UPDATE tables SET version = ?, body = ? WHERE database = ? AND name = ?"
            self.db.execute(sql, (version + 1, dump(body), *where))

    def delete_table(self, database: str, name: str) -> None:
        """Delete it with its versions and partitions; the data stays where it is."""
        sql = "DELETE FROM tables WHERE database = ? AND name = ?"
        if not self.db.execute(sql, (database.lower(), name.lower())):
            self.get_database(database)
            raise EntityNotFoundException(f"Table {name} not found.")

    def get_table_versions(self, database: str, name: str) -> list[Document]:
        """The present table and its archived versions, the newest first."""
        present = self.get_table(database, name)
        sql = (
            "SELECT version, body FROM table_versions WHERE database = ? AND name = ?"
            " ORDER BY version DESC"
        )
        rows = self.db.all(sql, (present["DatabaseName"], present["Name"]))
        return [present, *(_versioned(row) for row in rows)]

    def delete_table_version(self, database: str, name: str, version_id: str) -> None:
        """Delete an archived version. The present one cannot go."""
        table = self.get_table(database, name)
        if table["VersionId"] == version_id:
            raise InvalidInputException(f"Version {version_id} is the table's present version.")
        sql = "DELETE FROM table_versions WHERE database = ? AND name = ? AND version = ?"
        where = (table["DatabaseName"], table["Name"], version_id)
        if not self.db.execute(sql, where):
            raise EntityNotFoundException(f"Version {version_id} of table {name} not found.")

    def _table(self, database: str, table_input: Document) -> Document:
        name = _folded(table_input["Name"])
        facts = {
            "Name": name,
            "DatabaseName": database,
            "CatalogId": self.account_id,
            "IsRegisteredWithLakeFormation": False,
        }
        return _stored({"Retention": 0, **table_input, **facts})

    # Partitions

    def create_partition(self, database: str, table: str, partition_input: Document) -> None:
        """Raises AlreadyExistsException; InvalidInputException when the values do not fit."""
        self.create_partitions(database, table, [partition_input])

    def create_partitions(
        self, database: str, table: str, partition_inputs: Iterable[Document]
    ) -> None:
        """All of them in one transaction, or none."""
        with self.db.transaction():
            owner = self.get_table(database, table)
            for partition_input in partition_inputs:
                self._insert_partition(owner, partition_input)

    def get_partition(self, database: str, table: str, values: Sequence[str]) -> Document:
        """Raises EntityNotFoundException."""
        sql = "SELECT body FROM partitions WHERE database = ? AND name = ? AND key = ?"
        row = self.db.one(sql, (database.lower(), table.lower(), _key(values)))
        if row is None:
            self.get_table(database, table)
            raise EntityNotFoundException(f"Cannot find partition {list(values)} of {table}.")
        return _document(row)

    def get_partitions(
        self, database: str, table: str, expression: str | None = None
    ) -> list[Document]:
        """The table's partitions that fit the expression (see expressions.py), by value."""
        owner = self.get_table(database, table)
        fits = compile_expression(expression, owner.get("PartitionKeys", []))
        sql = "SELECT key, body FROM partitions WHERE database = ? AND name = ? ORDER BY key"
        rows = self.db.all(sql, (owner["DatabaseName"], owner["Name"]))
        return [_document(row) for row in rows if fits(load(row["key"]))]

    def update_partition(
        self, database: str, table: str, values: Sequence[str], partition_input: Document
    ) -> None:
        """Replace a partition's definition; with other values in it, move the partition there."""
        with self.db.transaction():
            owner = self.get_table(database, table)
            old = self.get_partition(database, table, values)
            self.delete_partition(database, table, values)
            wanted = {"Values": list(values)} | partition_input
            self._insert_partition(owner, wanted, {"CreationTime": old["CreationTime"]})

    def delete_partition(self, database: str, table: str, values: Sequence[str]) -> None:
        """Raises EntityNotFoundException."""
        sql = "DELETE FROM partitions WHERE database = ? AND name = ? AND key = ?"
        if not self.db.execute(sql, (database.lower(), table.lower(), _key(values))):
            self.get_partition(database, table, values)

    def _insert_partition(
        self, table: Document, partition_input: Document, kept: Document | None = None
    ) -> None:
        values = _values(table, partition_input)
        owner = {"DatabaseName": table["DatabaseName"], "TableName": table["Name"]}
        facts = {"Values": values, **owner, "CatalogId": self.account_id, **(kept or {})}
        body = _stored({"CreationTime": now(), **partition_input, **facts})
        sql = "INSERT OR IGNORE INTO partitions VALUES (?, ?, ?, ?)"
        if not self.db.execute(sql, (*owner.values(), _key(values), dump(body))):
            raise AlreadyExistsException(f"Partition {values} already exists.")


def _folded(name: str) -> str:
    if not name.strip():
        raise InvalidInputException("Name cannot be empty.")
    return name.lower()


def _key(values: Sequence[str]) -> str:
    return dump(list(values))


def _values(table: Document, partition_input: Document) -> list[str]:
    values: list[str] = list(partition_input.get("Values", []))
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if len(values) != len(keys):
        raise InvalidInputException(
            "The number of partition keys do not match the number of partition values: "
            f"keys {keys}, values {values}"
        )
    if "" in values:
        raise InvalidInputException(f"Partition values cannot be empty: {values}")
    return values


def _stored(body: Document) -> Document:
    """The body with its storage descriptor complete, where it has one."""
    if "StorageDescriptor" not in body:
        return body
    return {**body, "StorageDescriptor": {**STORAGE_DEFAULTS, **body["StorageDescriptor"]}}


def _document(row: dict[str, Any]) -> Document:
    body: Document = load(row["body"])
    return body


def _documents(rows: Iterable[dict[str, Any]]) -> list[Document]:
    return [_document(row) for row in rows]


def _versioned(row: dict[str, Any]) -> Document:
    return _document(row) | {"VersionId": str(row["version"])}

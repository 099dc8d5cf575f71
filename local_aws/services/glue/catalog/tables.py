"""Tables as they are now. What they were before: versions.py."""

from local_aws.services.glue.catalog.databases import Databases
from local_aws.services.glue.catalog.entries import folded, stored, versioned
from local_aws.services.glue.documents import Document, dump, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
)


class Tables(Databases):
    """The catalog's part about tables and views."""

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
        return versioned(row)

    def get_tables(self, database: str) -> list[Document]:
        """The database's tables and views, by name."""
        owner = self.get_database(database)["Name"]
        sql = "SELECT version, body FROM tables WHERE database = ? ORDER BY name"
        return [versioned(row) for row in self.db.all(sql, (owner,))]

    def all_tables(self) -> list[Document]:
        """Every table, by its database and name."""
        sql = "SELECT version, body FROM tables ORDER BY database, name"
        return [versioned(row) for row in self.db.all(sql)]

    def table_names(self, database: str) -> list[str]:
        """The names alone: what a listing is chosen from."""
        owner = self.get_database(database)["Name"]
        sql = "SELECT name FROM tables WHERE database = ? ORDER BY name"
        return [row["name"] for row in self.db.all(sql, (owner,))]

    def tables_named(self, database: str, names: list[str]) -> list[Document]:
        """Those of the tables that are still there, by name."""
        sql = (
            "SELECT version, body FROM tables WHERE database = ?"
            " AND name IN (SELECT value FROM json_each(?)) ORDER BY name"
        )
        return [versioned(row) for row in self.db.all(sql, (database.lower(), dump(names)))]

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

    def _table(self, database: str, table_input: Document) -> Document:
        facts = {
            "Name": folded(table_input["Name"]),
            "DatabaseName": database,
            "CatalogId": self.account_id,
            "IsRegisteredWithLakeFormation": False,
        }
        return stored({"Retention": 0, **table_input, **facts})

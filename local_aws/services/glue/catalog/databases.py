"""Databases."""

from local_aws.services.glue.catalog.entries import Store, document, folded
from local_aws.services.glue.documents import Document, dump, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)

# Without Lake Formation everyone whom IAM lets in has every right to a new table.
DATABASE_DEFAULTS: Document = {
    "CreateTableDefaultPermissions": [
        {
            "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
            "Permissions": ["ALL"],
        }
    ]
}


class Databases(Store):
    """The catalog's part about databases."""

    def create_database(self, database_input: Document) -> None:
        """Raises AlreadyExistsException."""
        name = folded(database_input["Name"])
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
        return document(row)

    def get_databases(self) -> list[Document]:
        """All databases, by name."""
        return [document(row) for row in self.db.all("SELECT body FROM databases ORDER BY name")]

    def table_counts(self) -> dict[str, int]:
        """How many tables each database that has any has."""
        rows = self.db.all("SELECT database, count(*) AS n FROM tables GROUP BY database")
        return {row["database"]: row["n"] for row in rows}

    def update_database(self, name: str, database_input: Document) -> None:
        """Replace the definition. A database cannot be renamed."""
        with self.db.transaction():
            old = self.get_database(name)
            if folded(database_input["Name"]) != old["Name"]:
                raise InvalidInputException(f"Database {name} cannot be renamed.")
            kept = {k: old[k] for k in ("Name", "CreateTime", "CatalogId")}
            body = {**DATABASE_DEFAULTS, **database_input, **kept}
            sql = "UPDATE databases SET body = ? WHERE name = ?"
            self.db.execute(sql, (dump(body), old["Name"]))

    def delete_database(self, name: str) -> None:
        """Delete it with its tables, their partitions, and its functions."""
        if not self.db.execute("DELETE FROM databases WHERE name = ?", (name.lower(),)):
            raise EntityNotFoundException(f"Database {name} not found.")

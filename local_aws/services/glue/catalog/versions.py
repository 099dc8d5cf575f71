"""What tables were before their updates."""

from local_aws.services.glue.catalog.entries import versioned
from local_aws.services.glue.catalog.tables import Tables
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException


class Versions(Tables):
    """The catalog's part about versions of tables."""

    def get_table_version(self, database: str, name: str, version_id: str | None) -> Document:
        """One version, by default the present one."""
        present = self.get_table(database, name)
        if version_id in (None, present["VersionId"]):
            return present
        sql = (
            "SELECT version, body FROM table_versions"
            " WHERE database = ? AND name = ? AND version = ?"
        )
        row = self.db.one(sql, (present["DatabaseName"], present["Name"], version_id))
        if row is None:
            raise EntityNotFoundException(f"Version {version_id} of table {name} not found.")
        return versioned(row)

    def get_table_versions(
        self, database: str, name: str, *, below: int | None = None, limit: int = -1
    ) -> list[Document]:
        """The present table and its archived versions, the newest first.

        `below` begins after that version; `limit` ends a page.
        """
        present = self.get_table(database, name)
        number = int(present["VersionId"])
        first = [present] if below is None or number < below else []
        sql = (
            "SELECT version, body FROM table_versions"
            " WHERE database = ? AND name = ? AND version < ? ORDER BY version DESC LIMIT ?"
        )
        start = number if below is None else min(number, below)
        where = (present["DatabaseName"], present["Name"], start, limit)
        found = [*first, *(versioned(row) for row in self.db.all(sql, where))]
        return found if limit < 0 else found[:limit]

    def delete_table_version(self, database: str, name: str, version_id: str) -> None:
        """Delete an archived version. The present one cannot go."""
        table = self.get_table(database, name)
        if table["VersionId"] == version_id:
            raise InvalidInputException(f"Version {version_id} is the table's present version.")
        sql = "DELETE FROM table_versions WHERE database = ? AND name = ? AND version = ?"
        where = (table["DatabaseName"], table["Name"], version_id)
        if not self.db.execute(sql, where):
            raise EntityNotFoundException(f"Version {version_id} of table {name} not found.")

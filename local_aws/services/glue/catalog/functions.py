"""User-defined functions: names of Java classes that Hive and Spark load. Nothing runs them here.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-functions.html
"""

from local_aws.services.glue.catalog.databases import Databases
from local_aws.services.glue.catalog.entries import document, folded
from local_aws.services.glue.documents import Document, dump, now
from local_aws.services.glue.errors import AlreadyExistsException, EntityNotFoundException


class Functions:
    """The functions of each database."""

    def __init__(self, catalog: Databases) -> None:
        self.catalog = catalog
        self.db = catalog.db

    def create(self, database: str, given: Document) -> None:
        """Raises AlreadyExistsException; EntityNotFoundException when there is no database."""
        with self.db.transaction():
            owner = self.catalog.get_database(database)["Name"]
            body = self._body(owner, given) | {"CreateTime": now()}
            sql = "INSERT OR IGNORE INTO functions VALUES (?, ?, ?)"
            if not self.db.execute(sql, (owner, body["FunctionName"], dump(body))):
                raise AlreadyExistsException(f"Function {body['FunctionName']} already exists.")

    def get(self, database: str, name: str) -> Document:
        """Raises EntityNotFoundException, naming the database or the function."""
        sql = "SELECT body FROM functions WHERE database = ? AND name = ?"
        row = self.db.one(sql, (database.lower(), name.lower()))
        if row is None:
            self.catalog.get_database(database)
            raise EntityNotFoundException(f"Function {name} not found.")
        return document(row)

    def all(self, database: str | None) -> list[Document]:
        """Every function, of one database or of all, by database and name."""
        if database is None:
            return [
                document(row)
                for row in self.db.all("SELECT body FROM functions ORDER BY database, name")
            ]
        owner = self.catalog.get_database(database)["Name"]
        sql = "SELECT body FROM functions WHERE database = ? ORDER BY name"
        return [document(row) for row in self.db.all(sql, (owner,))]

    def update(self, database: str, name: str, given: Document) -> None:
        """Replace the definition; with another name in it, rename the function."""
        with self.db.transaction():
            old = self.get(database, name)
            given = {"FunctionName": old["FunctionName"], **given}
            body = self._body(old["DatabaseName"], given) | {"CreateTime": old["CreateTime"]}
            sql = (
                "UPDATE OR IGNORE functions SET name = ?, body = ? WHERE database = ? AND name = ?"
            )
            where = (old["DatabaseName"], old["FunctionName"])
            if not self.db.execute(sql, (body["FunctionName"], dump(body), *where)):
                raise AlreadyExistsException(f"Function {body['FunctionName']} already exists.")

    def delete(self, database: str, name: str) -> None:
        """Raises EntityNotFoundException."""
        sql = "DELETE FROM functions WHERE database = ? AND name = ?"
        if not self.db.execute(sql, (database.lower(), name.lower())):
            self.get(database, name)

    def _body(self, database: str, given: Document) -> Document:
        facts = {"DatabaseName": database, "CatalogId": self.catalog.account_id}
        return {**given, "FunctionName": folded(given.get("FunctionName", "")), **facts}

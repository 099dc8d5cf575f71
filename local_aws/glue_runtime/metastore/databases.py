"""The metastore's calls about databases."""

import re
from typing import Any

from .documents import Documents
from .protocol import hive
from .storage import Storage


class Databases:
    """One method a call."""

    glue: Any
    storage: Storage
    documents: Documents

    def create_database(self, database: Any) -> None:
        if database.locationUri:
            self.storage.make_folder(database.locationUri)
        self.glue.create_database(DatabaseInput=self.documents.database_input(database))

    def get_database(self, name: str) -> Any:
        return self.documents.database(self.glue.get_database(Name=name)["Database"])

    def get_all_databases(self) -> list[str]:
        pages = self.glue.get_paginator("get_databases").paginate()
        return [database["Name"] for page in pages for database in page["DatabaseList"]]

    def get_databases(self, pattern: str) -> list[str]:
        fits = name_pattern(pattern).fullmatch
        return [name for name in self.get_all_databases() if fits(name)]

    def alter_database(self, dbname: str, db: Any) -> None:
        self.glue.update_database(Name=dbname, DatabaseInput=self.documents.database_input(db))

    def drop_database(self, name: str, deleteData: bool, cascade: bool) -> None:
        database = self.glue.get_database(Name=name)["Database"]
        tables = self.glue.get_tables(DatabaseName=name, MaxResults=1)["TableList"]
        if tables and not cascade:
            raise hive.InvalidOperationException(message=f"Database {name} is not empty.")
        location = database.get("LocationUri")
        if deleteData and location:
            self.storage.check(location)
        self.glue.delete_database(Name=name)
        if deleteData and location:
            self.storage.delete(location)


def name_pattern(pattern: str) -> re.Pattern[str]:
    """Hive's: alternatives by ``|``, and ``*`` for anything."""
    wild = re.sub(r"(?<!\.)\*", ".*", pattern)
    return re.compile(f"(?:{wild})", re.IGNORECASE)

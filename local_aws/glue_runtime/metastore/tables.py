"""The metastore's calls about tables and views."""

import time
from typing import Any

from .databases import name_pattern
from .documents import Document, Documents
from .protocol import hive
from .storage import Storage

DDL_TIME = "transient_lastDdlTime"


class Tables:
    """One method a call."""

    glue: Any
    storage: Storage
    documents: Documents

    def create_table_with_environment_context(self, tbl: Any, environment_context: Any) -> None:
        """Spark leaves it to the metastore where a managed table lies: in its database's folder."""
        if not tbl.sd.location and tbl.tableType != "VIRTUAL_VIEW":
            tbl.sd.location = f"{self._database_location(tbl.dbName)}/{tbl.tableName.lower()}"
        if tbl.sd.location:
            self.storage.make_folder(tbl.sd.location)
        tbl.parameters = {**(tbl.parameters or {}), DDL_TIME: str(int(time.time()))}
        self.glue.create_table(DatabaseName=tbl.dbName, TableInput=self.documents.table_input(tbl))

    def drop_table_with_environment_context(
        self,
        dbname: str,
        name: str,
        deleteData: bool,
        environment_context: Any,
    ) -> None:
        """A managed table goes with its files, wherever its partitions lie."""
        table = self._table(dbname, name)
        locations = self._owned_locations(table) if deleteData else []
        for location in locations:
            self.storage.check(location)
        self.glue.delete_table(DatabaseName=dbname, Name=name)
        for location in locations:
            self.storage.delete(location)

    def get_tables(self, db_name: str, pattern: str) -> list[str]:
        fits = name_pattern(pattern).fullmatch
        return [table["Name"] for table in self._tables(db_name) if fits(table["Name"])]

    def get_tables_by_type(self, db_name: str, pattern: str, tableType: str) -> list[str]:
        fits = name_pattern(pattern).fullmatch
        return [
            table["Name"]
            for table in self._tables(db_name)
            if fits(table["Name"]) and table.get("TableType") == tableType
        ]

    def get_all_tables(self, db_name: str) -> list[str]:
        return [table["Name"] for table in self._tables(db_name)]

    def get_table(self, dbname: str, tbl_name: str) -> Any:
        return self.documents.table(self._table(dbname, tbl_name))

    def get_table_objects_by_name(self, dbname: str, tbl_names: list[str]) -> list[Any]:
        """Those that exist."""
        found = []
        for name in dict.fromkeys(tbl_names):
            try:
                found.append(self.get_table(dbname, name))
            except self.glue.exceptions.EntityNotFoundException:
                continue
        return found

    def alter_table_with_environment_context(
        self, dbname: str, tbl_name: str, new_tbl: Any, environment_context: Any
    ) -> None:
        """What AWS's client refuses is refused here: to rename, and to change partitions along."""
        properties = (environment_context and environment_context.properties) or {}
        if properties.get("CASCADE") == "true":
            raise _not_supported("Cascade for alter_table")
        if tbl_name.lower() != new_tbl.tableName.lower():
            raise _not_supported("Table rename")
        new_tbl.parameters = dict(new_tbl.parameters or {})
        external = new_tbl.parameters.get("EXTERNAL", "").lower() == "true"
        if new_tbl.tableType in ("MANAGED_TABLE", "EXTERNAL_TABLE"):
            new_tbl.tableType = "EXTERNAL_TABLE" if external else "MANAGED_TABLE"
        document = self.documents.table_input(new_tbl)
        self._count_files(document)
        self.glue.update_table(DatabaseName=dbname, TableInput=document)

    def _database_location(self, name: str) -> str:
        location = self.glue.get_database(Name=name)["Database"].get("LocationUri")
        if not location:
            raise hive.InvalidObjectException(message=f"Database {name} has no location")
        return self.storage.present(location).rstrip("/")

    def _count_files(self, table: Document) -> None:
        """Hive's quick statistics, which Spark's planner reads."""
        parameters = table["Parameters"]
        if parameters.pop("DO_NOT_UPDATE_STATS", "").lower() == "true":
            return
        location = table["StorageDescriptor"].get("Location")
        if table["PartitionKeys"] or table["TableType"] == "VIRTUAL_VIEW" or not location:
            return
        counted = self.storage.size(location)
        if counted:
            parameters.update(numFiles=str(counted[0]), totalSize=str(counted[1]))
            parameters.pop("COLUMN_STATS_ACCURATE", None)

    def _owned_locations(self, table: Document) -> list[str]:
        if is_external(table) or table.get("TableType") == "VIRTUAL_VIEW":
            return []
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=table["DatabaseName"],
            TableName=table["Name"],
            ExcludeColumnSchema=True,
        )
        own = (table.get("StorageDescriptor") or {}).get("Location")
        places = [
            partition["StorageDescriptor"].get("Location")
            for page in pages
            for partition in page["Partitions"]
        ]
        outside = [place for place in places if place and not place.startswith(f"{own}/")]
        return [place for place in (own, *outside) if place]

    def _table(self, database: str, name: str) -> Document:
        table: Document = self.glue.get_table(DatabaseName=database, Name=name)["Table"]
        return table

    def _tables(self, database: str) -> list[Document]:
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=database)
        return [table for page in pages for table in page["TableList"]]


def is_external(table: Document) -> bool:
    """Whether its files are somebody else's: a drop leaves them."""
    said = (table.get("Parameters") or {}).get("EXTERNAL")
    if said is not None:
        return str(said).lower() == "true"
    return table.get("TableType") == "EXTERNAL_TABLE"


def _not_supported(what: str) -> Exception:
    error: Exception = hive.InvalidOperationException(message=f"{what} is not supported")
    return error

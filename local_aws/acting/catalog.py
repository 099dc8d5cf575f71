"""Glue's catalog as an actor may use it.

Each method asks for the action that AWS's engines call at that point; partitions are made in
batches there, so that making one is glue:BatchCreatePartition. Crawlers look them up in batches too
(their denials name glue:BatchGetPartition).
"""

from collections.abc import Sequence
from typing import Any

from local_aws.access import resources
from local_aws.access.resources import Arns
from local_aws.acting.actor import Actor
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.catalog.policies import ResourcePolicies
from local_aws.services.glue.documents import Document

CRAWLS = "/AWS-Crawler"
"""How the ARN of a crawler's session ends."""


class GuardedCatalog(Catalog):
    """The methods of the catalog that engines use; `CLOSED` are the others."""

    def __init__(self, catalog: Catalog, actor: Actor, account: str) -> None:
        self.account_id, self.db = account, catalog.db
        self._catalog = catalog
        self._actor = actor
        self._arns = Arns(account, actor.region)

    # Databases.

    def get_database(self, name: str) -> Document:
        self.require("GetDatabase", Name=name)
        return self._catalog.get_database(name)

    def get_databases(self) -> list[Document]:
        self.require("GetDatabases")
        return self._catalog.get_databases()

    def create_database(self, database_input: Document) -> None:
        self.require("CreateDatabase", DatabaseInput=database_input)
        self._catalog.create_database(database_input)

    def update_database(self, name: str, database_input: Document) -> None:
        self.require("UpdateDatabase", Name=name)
        self._catalog.update_database(name, database_input)

    def delete_database(self, name: str) -> None:
        self.require("DeleteDatabase", Name=name)
        self._catalog.delete_database(name)

    # Tables.

    def get_table(self, database: str, name: str) -> Document:
        self.require("GetTable", DatabaseName=database, Name=name)
        return self._catalog.get_table(database, name)

    def get_tables(self, database: str) -> list[Document]:
        self.require("GetTables", DatabaseName=database)
        return self._catalog.get_tables(database)

    def create_table(self, database: str, table_input: Document, *rest: Any, **named: Any) -> None:
        self.require("CreateTable", DatabaseName=database, TableInput=table_input)
        self._catalog.create_table(database, table_input, *rest, **named)

    def update_table(self, database: str, table_input: Document, *rest: Any, **named: Any) -> None:
        self.require("UpdateTable", DatabaseName=database, TableInput=table_input)
        self._catalog.update_table(database, table_input, *rest, **named)

    def delete_table(self, database: str, name: str) -> None:
        self.require("DeleteTable", DatabaseName=database, Name=name)
        self._catalog.delete_table(database, name)

    # Partitions.

    def get_partition(self, database: str, table: str, values: Sequence[str]) -> Document:
        self.require("GetPartition", DatabaseName=database, TableName=table)
        return self._catalog.get_partition(database, table, values)

    def get_partitions(self, database: str, table: str, *rest: Any, **named: Any) -> Any:
        batches = self._actor.principal.arn.endswith(CRAWLS)
        operation = "BatchGetPartition" if batches else "GetPartitions"
        self.require(operation, DatabaseName=database, TableName=table)
        return self._catalog.get_partitions(database, table, *rest, **named)

    def create_partition(self, database: str, table: str, partition_input: Document) -> None:
        self.require("BatchCreatePartition", DatabaseName=database, TableName=table)
        self._catalog.create_partition(database, table, partition_input)

    def create_partitions(self, database: str, table: str, *rest: Any, **named: Any) -> Any:
        self.require("BatchCreatePartition", DatabaseName=database, TableName=table)
        return self._catalog.create_partitions(database, table, *rest, **named)

    def update_partition(self, database: str, table: str, *rest: Any, **named: Any) -> Any:
        self.require("UpdatePartition", DatabaseName=database, TableName=table)
        return self._catalog.update_partition(database, table, *rest, **named)

    def delete_partition(self, database: str, table: str, values: Sequence[str]) -> None:
        self.require("DeletePartition", DatabaseName=database, TableName=table)
        self._catalog.delete_partition(database, table, values)

    # The question.

    def require(self, operation: str, **parameters: Any) -> None:
        policies, catalog = ResourcePolicies(self._catalog.db), self._arns.of("glue", "catalog")
        for action, resource in resources.needs("glue", operation, parameters, self._arns):
            self._actor.require(action, resource, policies.of_part(resource, catalog))


CLOSED = (
    "all_tables",
    "batch_get_partitions",
    "delete_table_version",
    "get_table_version",
    "get_table_versions",
    "insert_partition",
    "partitions_page",
    "table_counts",
    "table_names",
    "tables_named",
)


def _closed(name: str) -> Any:
    def refuse(*_: Any, **__: Any) -> None:
        raise NotImplementedError(f"Nobody decides on {name} for engines")

    return refuse


for _name in CLOSED:
    setattr(GuardedCatalog, _name, _closed(_name))

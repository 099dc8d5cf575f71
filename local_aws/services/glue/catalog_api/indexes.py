"""Partition indexes' operations."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog.indexes import PartitionIndexes
from local_aws.services.glue.catalog_api.requests import CatalogPart


class IndexesApi(CatalogPart):
    def create_partition_index(self, request: Request) -> Response:
        PartitionIndexes(self.catalog).create(self._table(request), request["PartitionIndex"])
        return {}

    def get_partition_indexes(self, request: Request) -> Response:
        """All of them: there are three at most."""
        found = PartitionIndexes(self.catalog).all(self._table(request))
        return {"PartitionIndexDescriptorList": found}

    def delete_partition_index(self, request: Request) -> Response:
        PartitionIndexes(self.catalog).delete(self._table(request), request["IndexName"])
        return {}

"""Partitions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html."""

import zlib
from collections.abc import Callable

from local_aws.context import Request, Response
from local_aws.services.glue.catalog_api.requests import CatalogPart, table_of
from local_aws.services.glue.documents import Document, load, ready
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.paging import opened, sealed

PAGE = 1000


class PartitionsApi(CatalogPart):
    def create_partition(self, request: Request) -> Response:
        self._check(request)
        self.catalog.create_partition(*table_of(request), request["PartitionInput"])
        return {}

    def batch_create_partition(self, request: Request) -> Response:
        table = self._table(request)
        errors = self._each(
            request["PartitionInputList"],
            lambda given: self.catalog.insert_partition(table, given),
            lambda given: {"PartitionValues": given.get("Values", [])},
        )
        return {"Errors": errors}

    def get_partition(self, request: Request) -> Response:
        self._check(request)
        values = request["PartitionValues"]
        return {"Partition": self.catalog.get_partition(*table_of(request), values)}

    def batch_get_partition(self, request: Request) -> Response:
        """Partitions that do not exist are left out, as on AWS."""
        self._table(request)
        wanted = [entry["Values"] for entry in request["PartitionsToGet"]]
        found = self.catalog.batch_get_partitions(*table_of(request), wanted)
        return {"Partitions": found, "UnprocessedKeys": []}

    def get_partitions(self, request: Request) -> Response:
        self._check(request)
        token = request.get("NextToken")
        chosen, last = self.catalog.partitions_page(
            *table_of(request),
            request.get("Expression"),
            after=opened(token) if token else "",
            limit=request.get("MaxResults", PAGE),
            chosen=_segment(request),
        )
        shown = _without_columns if request.get("ExcludeColumnSchema") else ready
        return {
            "Partitions": [shown(body) for body in chosen],
            **({"NextToken": sealed(last)} if last else {}),
        }

    def update_partition(self, request: Request) -> Response:
        self._check(request)
        values, given = request["PartitionValueList"], request["PartitionInput"]
        self.catalog.update_partition(*table_of(request), values, given)
        return {}

    def batch_update_partition(self, request: Request) -> Response:
        self._table(request)
        errors = self._each(
            request["Entries"],
            lambda entry: self.catalog.update_partition(
                *table_of(request), entry["PartitionValueList"], entry["PartitionInput"]
            ),
            lambda entry: {"PartitionValueList": entry["PartitionValueList"]},
        )
        return {"Errors": errors}

    def delete_partition(self, request: Request) -> Response:
        self._check(request)
        self.catalog.delete_partition(*table_of(request), request["PartitionValues"])
        return {}

    def batch_delete_partition(self, request: Request) -> Response:
        self._table(request)
        errors = self._each(
            request["PartitionsToDelete"],
            lambda entry: self.catalog.delete_partition(*table_of(request), entry["Values"]),
            lambda entry: {"PartitionValues": entry["Values"]},
        )
        return {"Errors": errors}


def _segment(request: Request) -> Callable[[str], bool] | None:
    """The part of the partitions that one of several parallel readers asked for, by key."""
    segment = request.get("Segment")
    if segment is None:
        return None
    number, total = segment["SegmentNumber"], segment["TotalSegments"]
    if number >= total:
        raise InvalidInputException(f"SegmentNumber {number} is not below TotalSegments {total}")
    return lambda key: zlib.crc32(key.encode()) % total == number


def _without_columns(body: str) -> Document:
    partition = load(body)
    storage = dict(partition.get("StorageDescriptor", {}))
    storage.pop("Columns", None)
    return {**partition, "StorageDescriptor": storage}

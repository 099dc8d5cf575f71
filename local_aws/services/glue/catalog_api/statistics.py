"""Column statistics' operations. A column that fails is an entry in Errors, not a failure."""

from collections.abc import Callable, Iterable
from typing import Any

from local_aws.context import Request, Response
from local_aws.errors import ServiceError
from local_aws.services.glue.catalog.partitions import partition_key
from local_aws.services.glue.catalog.statistics import ColumnStatistics, Owner
from local_aws.services.glue.catalog_api.requests import CatalogPart, detail, table_of
from local_aws.services.glue.documents import Document


class StatisticsApi(CatalogPart):
    def update_column_statistics_for_table(self, request: Request) -> Response:
        return self._update(self._table_owner(request), request)

    def update_column_statistics_for_partition(self, request: Request) -> Response:
        return self._update(self._partition_owner(request), request)

    def get_column_statistics_for_table(self, request: Request) -> Response:
        return self._get(self._table_owner(request), request)

    def get_column_statistics_for_partition(self, request: Request) -> Response:
        return self._get(self._partition_owner(request), request)

    def delete_column_statistics_for_table(self, request: Request) -> Response:
        return self._delete(self._table_owner(request), request)

    def delete_column_statistics_for_partition(self, request: Request) -> Response:
        return self._delete(self._partition_owner(request), request)

    def _table_owner(self, request: Request) -> Owner:
        return Owner(self._table(request))

    def _partition_owner(self, request: Request) -> Owner:
        table, values = self._table(request), request["PartitionValues"]
        self.catalog.get_partition(*table_of(request), values)
        return Owner(table, partition_key(values))

    def _update(self, owner: Owner, request: Request) -> Response:
        statistics = ColumnStatistics(self.catalog)
        with self.catalog.db.transaction():
            errors = _failures(
                request["ColumnStatisticsList"],
                lambda given: statistics.put(owner, given),
                lambda given: {"ColumnStatistics": given},
            )
        return {"Errors": errors}

    def _get(self, owner: Owner, request: Request) -> Response:
        statistics, found = ColumnStatistics(self.catalog), []
        errors = _failures(
            request["ColumnNames"],
            lambda column: found.append(statistics.get(owner, column)),
            lambda column: {"ColumnName": column},
        )
        return {"ColumnStatisticsList": found, "Errors": errors}

    def _delete(self, owner: Owner, request: Request) -> Response:
        ColumnStatistics(self.catalog).delete(owner, request["ColumnName"])
        return {}


def _failures(
    items: Iterable[Any], act: Callable[[Any], None], label: Callable[[Any], Document]
) -> list[Document]:
    errors = []
    for item in items:
        try:
            act(item)
        except ServiceError as error:
            errors.append({**label(item), "Error": detail(error)})
    return errors

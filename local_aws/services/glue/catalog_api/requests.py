"""What the catalog's operations share: what every request is checked for, and batches."""

from collections.abc import Callable, Iterable
from typing import Any

from local_aws.context import Platform, Request
from local_aws.errors import ServiceError
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import (
    EntityNotFoundException,
    InvalidInputException,
    unsupported,
)
from local_aws.services.glue.tags import Tags

# Members that would change what an operation means: refused rather than left out of account.
UNSUPPORTED = (
    "TransactionId",
    "QueryAsOfTime",
    "OpenTableFormatInput",
    "UpdateOpenTableFormatInput",
    "ViewUpdateAction",
)
UNSUPPORTED_INPUTS = (
    "TargetTable",
    "FederatedTable",
    "ViewDefinition",
    "TargetDatabase",
    "FederatedDatabase",
)


class CatalogPart:
    """One kind of thing's operations."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.catalog: Catalog = platform.glue
        self.catalog_tags = Tags(platform)

    def _check(self, request: Request) -> None:
        """Refuse other accounts' catalogs and members that we would have to ignore."""
        catalog_id = request.get("CatalogId", self.catalog.account_id)
        if catalog_id != self.catalog.account_id:
            raise EntityNotFoundException(f"Catalog {catalog_id} not found.")
        for member in UNSUPPORTED:
            if request.get(member):
                raise unsupported(f"Glue's {member}")

    def _input(self, request: Request, member: str) -> Document:
        """The definition that the request brings."""
        self._check(request)
        given: Document | None = request.get(member)
        if not given:
            raise InvalidInputException(f"{member} is required.")
        for name in UNSUPPORTED_INPUTS:
            if given.get(name):
                raise unsupported(f"{member}.{name}")
        return given

    def _table(self, request: Request) -> Document:
        """The table that the request names."""
        self._check(request)
        return self.catalog.get_table(*table_of(request))

    def _each(
        self, items: Iterable[Any], act: Callable[[Any], None], label: Callable[[Any], Document]
    ) -> list[Document]:
        """Do it for each, all in one transaction: a kill leaves none of it or all.

        What failed, in the shape of a batch operation's errors.
        """
        errors = []
        with self.catalog.db.transaction():
            for item in items:
                try:
                    act(item)
                except ServiceError as error:
                    errors.append({**label(item), "ErrorDetail": detail(error)})
        return errors


def detail(error: ServiceError) -> Document:
    """The error as a batch operation tells it."""
    return {"ErrorCode": error.code, "ErrorMessage": error.message}


def table_of(request: Request) -> tuple[str, str]:
    """The database and the table that most requests name."""
    return request["DatabaseName"], request["TableName"]


def name_of(item: Document) -> str:
    name: str = item["Name"]
    return name

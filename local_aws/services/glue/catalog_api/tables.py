"""Tables: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog.indexes import PartitionIndexes
from local_aws.services.glue.catalog_api.requests import CatalogPart
from local_aws.services.glue.documents import Document
from local_aws.services.glue.expressions import table_pattern
from local_aws.services.glue.paging import page

ATTRIBUTES = {"NAME": "Name", "TABLE_TYPE": "TableType"}
"""What AttributesToGet may ask for, and the members that it is answered by."""


class TablesApi(CatalogPart):
    def create_table(self, request: Request) -> Response:
        given = self._input(request, "TableInput")
        with self.catalog.db.transaction():
            self.catalog.create_table(request["DatabaseName"], given)
            for index in request.get("PartitionIndexes", []):
                table = self.catalog.get_table(request["DatabaseName"], given["Name"])
                PartitionIndexes(self.catalog).create(table, index)
        return {}

    def get_table(self, request: Request) -> Response:
        self._check(request)
        return {"Table": self.catalog.get_table(request["DatabaseName"], request["Name"])}

    def get_tables(self, request: Request) -> Response:
        self._check(request)
        database = request["DatabaseName"]
        names = self.catalog.table_names(database)
        if request.get("ResourceShareType") == "FEDERATED":
            names = []
        fits = table_pattern(request.get("Expression") or "*")
        chosen, token = page([name for name in names if fits(name)], request, key=str)
        tables = self.catalog.tables_named(database, chosen)
        wanted = request.get("AttributesToGet")
        return {"TableList": [_part(t, wanted) if wanted else t for t in tables], **token}

    def update_table(self, request: Request) -> Response:
        self.catalog.update_table(
            request["DatabaseName"],
            self._input(request, "TableInput"),
            skip_archive=request.get("SkipArchive", False),
            version_id=request.get("VersionId"),
        )
        return {}

    def delete_table(self, request: Request) -> Response:
        self._check(request)
        self.catalog.delete_table(request["DatabaseName"], request["Name"])
        return {}

    def batch_delete_table(self, request: Request) -> Response:
        self._check(request)
        database = request["DatabaseName"]
        self.catalog.get_database(database)
        errors = self._each(
            request["TablesToDelete"],
            lambda name: self.catalog.delete_table(database, name),
            lambda name: {"TableName": name},
        )
        return {"Errors": errors}


def _part(table: Document, attributes: list[str]) -> Document:
    members = ["DatabaseName", *(ATTRIBUTES[name] for name in attributes)]
    return {"Name": table["Name"]} | {k: table[k] for k in members if k in table}

"""Databases: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog_api.requests import CatalogPart, name_of
from local_aws.services.glue.paging import page

SHARED = ("FOREIGN", "FEDERATED")
"""Databases of other accounts and catalogs: there are none."""


class DatabasesApi(CatalogPart):
    def create_database(self, request: Request) -> Response:
        given = self._input(request, "DatabaseInput")
        with self.catalog.db.transaction():
            self.catalog.create_database(given)
            self.catalog_tags.add(self._database_arn(given["Name"]), request.get("Tags", {}))
        return {}

    def get_database(self, request: Request) -> Response:
        self._check(request)
        return {"Database": self.catalog.get_database(request["Name"])}

    def get_databases(self, request: Request) -> Response:
        self._check(request)
        shared = request.get("ResourceShareType") in SHARED
        found = [] if shared else self.catalog.get_databases()
        chosen, token = page(found, request, key=name_of)
        if request.get("AttributesToGet"):
            chosen = [{"Name": database["Name"]} for database in chosen]
        return {"DatabaseList": chosen, **token}

    def update_database(self, request: Request) -> Response:
        self.catalog.update_database(request["Name"], self._input(request, "DatabaseInput"))
        return {}

    def delete_database(self, request: Request) -> Response:
        self._check(request)
        with self.catalog.db.transaction():
            self.catalog.delete_database(request["Name"])
            self.catalog_tags.forget(self._database_arn(request["Name"]))
        return {}

    def _database_arn(self, name: str) -> str:
        return self.platform.arn("glue", f"database/{name.lower()}")

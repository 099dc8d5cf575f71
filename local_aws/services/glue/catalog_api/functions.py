"""User-defined functions' operations."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog.functions import Functions
from local_aws.services.glue.catalog_api.requests import CatalogPart
from local_aws.services.glue.documents import Document
from local_aws.services.glue.expressions import table_pattern
from local_aws.services.glue.paging import page


class FunctionsApi(CatalogPart):
    def create_user_defined_function(self, request: Request) -> Response:
        given = self._input(request, "FunctionInput")
        Functions(self.catalog).create(request["DatabaseName"], given)
        return {}

    def get_user_defined_function(self, request: Request) -> Response:
        self._check(request)
        found = Functions(self.catalog).get(request["DatabaseName"], request["FunctionName"])
        return {"UserDefinedFunction": found}

    def get_user_defined_functions(self, request: Request) -> Response:
        """Of one database, or of all when none is named."""
        self._check(request)
        fits, kind = table_pattern(request["Pattern"]), request.get("FunctionType")
        fitting = [
            function
            for function in Functions(self.catalog).all(request.get("DatabaseName"))
            if fits(function["FunctionName"]) and kind in (None, function.get("FunctionType"))
        ]
        chosen, token = page(fitting, request, key=_key)
        return {"UserDefinedFunctions": chosen, **token}

    def update_user_defined_function(self, request: Request) -> Response:
        given = self._input(request, "FunctionInput")
        Functions(self.catalog).update(request["DatabaseName"], request["FunctionName"], given)
        return {}

    def delete_user_defined_function(self, request: Request) -> Response:
        self._check(request)
        Functions(self.catalog).delete(request["DatabaseName"], request["FunctionName"])
        return {}


def _key(function: Document) -> str:
    return f"{function['DatabaseName']} {function['FunctionName']}"

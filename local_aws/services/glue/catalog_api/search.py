"""SearchTables."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog import search
from local_aws.services.glue.catalog_api.requests import CatalogPart
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.paging import opened, sealed


class SearchApi(CatalogPart):
    def search_tables(self, request: Request) -> Response:
        """A page of what fits. In an order of the caller's, a token counts what was handed out."""
        self._check(request)
        shared = request.get("ResourceShareType") in ("FOREIGN", "FEDERATED")
        text, filters = request.get("SearchText"), request.get("Filters", [])
        tables = [] if shared else self.catalog.all_tables()
        found = [table for table in tables if search.fits(table, text, filters)]
        for criterion in request.get("SortCriteria", []):
            found.sort(key=search.order(criterion), reverse=criterion.get("Sort") == "DESC")
        start, limit = _start(request.get("NextToken")), request.get("MaxResults", 100)
        end = start + limit
        more = {"NextToken": sealed(str(end))} if len(found) > end else {}
        return {"TableList": found[start:end], **more}


def _start(token: str | None) -> int:
    if not token:
        return 0
    text = opened(token)
    if not text.isdecimal():
        raise InvalidInputException(f"NextToken is not one of ours: {token}")
    return int(text)

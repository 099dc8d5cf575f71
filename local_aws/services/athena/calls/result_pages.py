"""GetQueryResults: an answer read from its object in S3, a page at a time."""

from __future__ import annotations

from typing import Any

from local_aws.acting.errors import Denied
from local_aws.context import Platform, Request, Response
from local_aws.services.athena.calls.paging import Tokens
from local_aws.services.athena.errors import SERVICE, InvalidRequest
from local_aws.services.athena.queries import results
from local_aws.services.athena.queries.store import ACTIVE
from local_aws.services.s3.errors import NoSuchKey
from local_aws.services.s3.model import parse_uri

_PAGE = 1000
_WITHOUT_ROWS = ("ctas", "insert", "unload")

_UNREADABLE = (
    "You do not seem to have access to the S3 location of your query results. Please confirm your"
    " account has access to the S3 location where your query results are saved and try again. If"
    " specifying an expected bucket owner, confirm the bucket is owned by the expected account. If"
    " you are using KMS to encrypt query results, please ensure you have permission to access your"
    " KMS key. If you continue to see this issue, please contact customer support."
)

Row = dict[str, Any]


class ResultPages:
    """A token holds the place in the object where its page begins."""

    def __init__(self, platform: Platform, tokens: Tokens) -> None:
        self._platform = platform
        self._tokens = tokens

    def page(self, body: dict[str, Any], request: Request) -> Response:
        """The answer's page. Athena's order: the query's state first, then the token."""
        if request.get("QueryResultType") == "DATA_MANIFEST":
            raise InvalidRequest("QueryResultType DATA_MANIFEST is not supported by local_aws")
        _must_have_results(body)
        rows: list[Row] = []
        following = None
        if body["kind"]["name"] not in _WITHOUT_ROWS:
            start = self._start(body["id"], request.get("NextToken"))
            rows, following = self._rows(body, start, request.get("MaxResults") or _PAGE)
        outcome = body["outcome"]
        metadata = {"ColumnInfo": outcome["columns"]}
        answer: Response = {"ResultSet": {"Rows": rows, "ResultSetMetadata": metadata}}
        if outcome["update_count"] is not None:
            answer["UpdateCount"] = outcome["update_count"]
        if following is not None:
            answer["NextToken"] = self._tokens.give(body["id"], following)
        return answer

    def _start(self, query_id: str, token: str | None) -> int:
        if token is None:
            return 0
        place = self._tokens.place(query_id, token)
        if place is None:
            raise InvalidRequest(f"Malformed nextPageToken {token}")
        return place

    def _rows(self, body: dict[str, Any], start: int, limit: int) -> tuple[list[Row], int | None]:
        """A full page always has a token, as on Athena, though nothing may be left after it."""
        bucket, key = parse_uri(body["output"])
        # Who may not read a result in S3 is not shown it here
        # (https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html).
        s3 = self._platform.acting.of_caller(SERVICE).s3
        try:
            stream = s3.open(bucket, key)
        except NoSuchKey:
            raise InvalidRequest("Could not find results", "RESULT_NOT_FOUND") from None
        except Denied as error:
            raise InvalidRequest(_UNREADABLE) from error
        rows: list[Row] = []
        with stream:
            stream.seek(start)
            for cells, place in _reader(body)(stream):
                rows.append({"Data": [{} if c is None else {"VarCharValue": c} for c in cells]})
                if len(rows) == limit:
                    return rows, place
        return rows, None


def _reader(body: dict[str, Any]) -> Any:
    return results.csv_rows if body["output"].endswith(".csv") else results.text_rows


def _must_have_results(body: dict[str, Any]) -> None:
    if body["state"] == "CANCELLED":
        raise InvalidRequest("Could not find results", "RESULT_NOT_FOUND")
    if body["state"] == "FAILED":
        raise InvalidRequest(
            "Query did not finish successfully. Final query state: FAILED",
            "INVALID_QUERY_EXECUTION_STATE",
        )
    if body["state"] in ACTIVE:
        raise InvalidRequest(
            f"Query has not yet finished. Current state: {body['state']}",
            "INVALID_QUERY_EXECUTION_STATE",
        )

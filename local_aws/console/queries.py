"""Athena: queries, what they scanned and would cost, their results; workgroups."""

from typing import Any

from local_aws.console.answers import Answer, NotThere, page
from local_aws.console.catalog import place_of
from local_aws.console.lake import Ask, Lake, every
from local_aws.errors import ServiceError
from local_aws.services.athena.calls.descriptions import describe, runtime_statistics
from local_aws.services.athena.queries.store import ACTIVE

PAGE = 50
ROWS = 100
STATES = ("QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED")
TERABYTE_DOLLARS = 5.0
LEAST_BYTES = 10_000_000
_CTAS = "CREATE_TABLE_AS_SELECT"


def cost(execution: dict[str, Any]) -> float:
    """US dollars by Athena's list price; DDL, failed and reused ones are free.

    https://aws.amazon.com/athena/pricing/: 5 USD a terabyte, at least 10 MB a query. By its type
    CREATE TABLE AS is DDL, by its bill a query.
    """
    statistics = execution["Statistics"]
    failed = execution["Status"]["State"] == "FAILED"
    reused = statistics["ResultReuseInformation"]["ReusedPreviousResult"]
    billed = execution["StatementType"] == "DML" or execution["SubstatementType"] == _CTAS
    if failed or reused or not billed:
        return 0.0
    scanned: int = statistics["DataScannedInBytes"]
    return max(scanned, LEAST_BYTES) / 1e12 * TERABYTE_DOLLARS


def queries(lake: Lake, ask: Ask) -> Answer:
    """Queries of all workgroups, the newest first."""
    chosen = {name: ask.get(name) for name in ("workgroup", "state", "q")}
    found = lake.athena.store.recent(
        PAGE + 1,
        before=ask.number("after"),
        workgroup=chosen["workgroup"],
        state=chosen["state"],
        text=chosen["q"],
    )
    shown = [describe(body) for body, _ in found[:PAGE]]
    return page(
        "queries.html",
        queries=[(one, cost(one)) for one in shown],
        following=found[PAGE - 1][1] if len(found) > PAGE else None,
        after=ask.get("after"),
        workgroups=[group["Name"] for group in _workgroups(lake)],
        states=STATES,
        chosen=chosen,
        busy=any(one["Status"]["State"] in ACTIVE for one in shown),
    )


def query(lake: Lake, ask: Ask) -> Answer:
    """One query: its SQL, how it went, what came out."""
    query_id = ask.get("id")
    body = lake.athena.store.execution(query_id)
    if body is None:
        raise NotThere(f"Athena knows no query '{query_id}'.")
    execution = describe(body)
    return page(
        "query.html",
        query=execution,
        counts=runtime_statistics(body)["Rows"],
        cost=cost(execution),
        place=_result_place(execution),
        busy=execution["Status"]["State"] in ACTIVE,
        **_results(lake, execution, ask),
    )


def _results(lake: Lake, execution: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """A page of the answer; none for a query that gave none."""
    nothing: dict[str, Any] = {
        "columns": [],
        "rows": [],
        "following": None,
        "after": "",
        "unread": "",
    }
    if execution["Status"]["State"] != "SUCCEEDED":
        return nothing
    request: dict[str, Any] = {"QueryExecutionId": execution["QueryExecutionId"]}
    after = ask.get("after")
    request |= {"MaxResults": ROWS if after else ROWS + 1} | ({"NextToken": after} if after else {})
    try:
        answer = lake.athena.get_query_results(request)
        following = _following(lake, request, answer)
    except ServiceError as error:
        return nothing | {"unread": error.message}
    columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    rows = [
        [cell.get("VarCharValue") for cell in row["Data"]] for row in answer["ResultSet"]["Rows"]
    ]
    if rows and not after and rows[0] == [column["Name"] for column in columns]:
        rows = rows[1:]  # a SELECT's first row is its header
    return nothing | {"columns": columns, "rows": rows, "following": following, "after": after}


def _following(lake: Lake, request: dict[str, Any], answer: dict[str, Any]) -> str | None:
    """The next page's token. A full page has one though nothing may follow, as on Athena."""
    token: str | None = answer.get("NextToken")
    if token is None:
        return None
    ahead = lake.athena.get_query_results(request | {"MaxResults": 1, "NextToken": token})
    return token if ahead["ResultSet"]["Rows"] else None


def _result_place(execution: dict[str, Any]) -> tuple[str, str] | None:
    """Bucket and key of the result's file, where there is one."""
    place = place_of(execution["ResultConfiguration"].get("OutputLocation"))
    if execution["Status"]["State"] != "SUCCEEDED" or place is None:
        return None
    return place[0], place[1].rstrip("/")


def workgroups(lake: Lake, _ask: Ask) -> Answer:
    """Where results go and what a query may scan."""
    found = [
        lake.athena.get_work_group({"WorkGroup": group["Name"]})["WorkGroup"]
        for group in _workgroups(lake)
    ]
    return page("workgroups.html", workgroups=found)


def _workgroups(lake: Lake) -> list[dict[str, Any]]:
    return list(every(lake.athena.list_work_groups, "WorkGroups"))

"""QuickSight: dashboards, which have pages of their own, and the data sets behind them."""

from typing import Any

from local_aws.console.answers import Answer, page
from local_aws.console.lake import Ask, Lake, every


def dashboards(lake: Lake, _ask: Ask) -> Answer:
    """All dashboards and data sets, with each data set's last refresh."""
    boards = [
        lake.quicksight.describe_dashboard({"DashboardId": one["DashboardId"]})["Dashboard"]
        for one in every(lake.quicksight.list_dashboards, "DashboardSummaryList")
    ]
    sets = list(every(lake.quicksight.list_data_sets, "DataSetSummaries"))
    rows = [(one, _last_refresh(lake, one["DataSetId"])) for one in sets]
    return page("dashboards.html", dashboards=boards, data_sets=rows)


def _last_refresh(lake: Lake, data_set: str) -> dict[str, Any] | None:
    request = {"DataSetId": data_set, "MaxResults": 1}
    found = lake.quicksight.list_ingestions(request)["Ingestions"]
    return found[0] if found else None

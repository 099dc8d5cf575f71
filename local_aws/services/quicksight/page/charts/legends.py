"""Where a legend stands, or that there is none.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LegendOptions.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.options import Options, safe, shown


def legend(options: Options, title: str | None = None) -> dict[str, Any]:
    """The parts of a figure that say so."""
    if not shown(options):
        return {"legend": "HIDDEN"}
    found = {"legend": options.get("Position") or "AUTO"}
    given = options.get("Title", {})
    text = given.get("CustomLabel") or (title if given.get("Visibility") == "VISIBLE" else None)
    return found | ({"legendTitle": safe(text)} if text and shown(given) else {})

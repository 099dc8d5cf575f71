"""Flows from sources to destinations.

https://docs.aws.amazon.com/quicksight/latest/user/sankey-diagram.html
"""

from typing import Any

from local_aws.services.quicksight.page.charts.options import limit_of, safe, sort_of
from local_aws.services.quicksight.page.charts.series import texts
from local_aws.services.quicksight.page.formats import show
from local_aws.services.quicksight.query import Query

MAX_NODES = 100


def sankey(query: Query) -> dict[str, Any]:
    """A SankeyDiagramVisual as plotly's figure."""
    visual = query.visual
    source, destination = visual.wells["Source"][0], visual.wells["Destination"][0]
    weight, sort = visual.wells["Weight"][:1], sort_of(visual, "WeightSort")
    origins = query.axis(source, sort, limit_of(visual, "SourceItemsLimit", default=MAX_NODES))
    ends = query.axis(
        destination, sort, limit_of(visual, "DestinationItemsLimit", default=MAX_NODES)
    )
    # One node a name: what is a destination here may be a source there.
    labels = list(dict.fromkeys([*texts(origins), *texts(ends)]))
    place = {label: n for n, label in enumerate(labels)}
    of_source = dict(zip(origins.values, texts(origins), strict=True))
    of_end = dict(zip(ends.values, texts(ends), strict=True))
    flows = []
    for start, end, *figures in query.select([origins, ends], weight):
        figure = figures[0] if figures else 1
        if start in of_source and end in of_end and isinstance(figure, int | float) and figure > 0:
            flows.append((of_source[start], of_end[end], figure))
    said = [safe(show(figure, weight[0])) if weight else "" for _, _, figure in flows]
    link = {
        "source": [place[a] for a, _, _ in flows], "target": [place[b] for _, b, _ in flows],
        "value": [figure for _, _, figure in flows], "customdata": said,
        "hovertemplate": "%{source.label} → %{target.label}<br><b>%{customdata}</b><extra></extra>",
    }  # fmt: skip
    node = {"label": labels, "hovertemplate": "%{label}<extra></extra>"}
    trace = {"type": "sankey", "node": node, "link": link, "arrangement": "snap"}
    return {"figure": {"data": [trace], "layout": {}}}

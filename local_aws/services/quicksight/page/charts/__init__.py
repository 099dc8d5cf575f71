"""Every visual that is drawn: one module each, and this table of them.

A module's function takes the visual's query and gives what the page draws: plotly's figure, or a
KPI, a table, a pivot table, a narrative, a word cloud. Colours, fonts and dark mode are the page's
(static/palette.js). plotly reads a little HTML in texts, so every text of data or definition that
it is given goes through `options.safe`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.page.charts.bar import bar_chart
from local_aws.services.quicksight.page.charts.box_plot import box_plot
from local_aws.services.quicksight.page.charts.combo import combo_chart
from local_aws.services.quicksight.page.charts.funnel import funnel
from local_aws.services.quicksight.page.charts.gauge import gauge
from local_aws.services.quicksight.page.charts.geo import geospatial_map
from local_aws.services.quicksight.page.charts.heat_map import heat_map
from local_aws.services.quicksight.page.charts.histogram import histogram
from local_aws.services.quicksight.page.charts.insight import insight
from local_aws.services.quicksight.page.charts.kpi import kpi
from local_aws.services.quicksight.page.charts.line import line_chart
from local_aws.services.quicksight.page.charts.pie import pie_chart
from local_aws.services.quicksight.page.charts.pivot import pivot_table
from local_aws.services.quicksight.page.charts.radar import radar
from local_aws.services.quicksight.page.charts.sankey import sankey
from local_aws.services.quicksight.page.charts.scatter import scatter_plot
from local_aws.services.quicksight.page.charts.table import table
from local_aws.services.quicksight.page.charts.tree_map import tree_map
from local_aws.services.quicksight.page.charts.waterfall import waterfall
from local_aws.services.quicksight.page.charts.word_cloud import word_cloud
from local_aws.services.quicksight.query import Query


@dataclass(frozen=True)
class Chart:
    """How a kind of visual is drawn, and the wells without which there is nothing to draw."""

    draw: Callable[[Query], dict[str, Any]]
    needs: tuple[str, ...] = ()


CHARTS: dict[str, Chart] = {
    "BarChartVisual": Chart(bar_chart, ("Values",)),
    "BoxPlotVisual": Chart(box_plot, ("Values",)),
    "ComboChartVisual": Chart(combo_chart),
    "FunnelChartVisual": Chart(funnel, ("Category", "Values")),
    "GaugeChartVisual": Chart(gauge, ("Values",)),
    "GeospatialMapVisual": Chart(geospatial_map, ("Geospatial",)),
    "HeatMapVisual": Chart(heat_map, ("Rows", "Columns", "Values")),
    "HistogramVisual": Chart(histogram, ("Values",)),
    "InsightVisual": Chart(insight),
    "KPIVisual": Chart(kpi, ("Values",)),
    "LineChartVisual": Chart(line_chart, ("Values",)),
    "PieChartVisual": Chart(pie_chart, ("Category", "Values")),
    "PivotTableVisual": Chart(pivot_table),
    "RadarChartVisual": Chart(radar, ("Category", "Values")),
    "SankeyDiagramVisual": Chart(sankey, ("Source", "Destination")),
    "ScatterPlotVisual": Chart(scatter_plot, ("XAxis", "YAxis")),
    "TableVisual": Chart(table),
    "TreeMapVisual": Chart(tree_map, ("Groups", "Sizes")),
    "WaterfallVisual": Chart(waterfall, ("Categories", "Values")),
    "WordCloudVisual": Chart(word_cloud, ("GroupBy",)),
}

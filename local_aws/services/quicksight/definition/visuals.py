"""Every kind of visual, with its field wells and the most fields that each takes.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html
The names of wells are the API's. The maxima are the user guide's where it has them (one Category
of a bar chart; more are levels of a hierarchy), else the API's. Which kinds are drawn is for
`page` to say: a kind that it does not draw is shown as a card with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MANY = 200


@dataclass(frozen=True)
class Wells:
    """One form of field wells: the member of FieldWells that holds it (None: FieldWells itself)."""

    maxima: Mapping[str, int]
    holder: str | None = None
    aggregated: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of visual; ``config`` is the member with its fields and options."""

    wells: tuple[Wells, ...] = field(default_factory=tuple)
    config: str = "ChartConfiguration"


def _kind(holder: str | None, **maxima: int) -> Kind:
    return Kind((Wells(maxima, holder),))


VISUALS: dict[str, Kind] = {
    "BarChartVisual": _kind(
        "BarChartAggregatedFieldWells", Category=1, Values=MANY, Colors=1, SmallMultiples=1
    ),
    "BoxPlotVisual": _kind("BoxPlotAggregatedFieldWells", GroupBy=1, Values=5),
    "ComboChartVisual": _kind(
        "ComboChartAggregatedFieldWells", Category=1, BarValues=MANY, LineValues=MANY, Colors=1
    ),
    "CustomContentVisual": Kind(),
    "EmptyVisual": Kind(),
    "FilledMapVisual": _kind("FilledMapAggregatedFieldWells", Geospatial=1, Values=1),
    "FunnelChartVisual": _kind("FunnelChartAggregatedFieldWells", Category=1, Values=1),
    "GaugeChartVisual": _kind(None, Values=1, TargetValues=1),
    "GeospatialMapVisual": _kind(
        "GeospatialMapAggregatedFieldWells", Geospatial=MANY, Values=MANY, Colors=1
    ),
    "HeatMapVisual": _kind("HeatMapAggregatedFieldWells", Rows=1, Columns=1, Values=1),
    "HistogramVisual": _kind("HistogramAggregatedFieldWells", Values=1),
    "InsightVisual": Kind(config="InsightConfiguration"),
    "KPIVisual": _kind(None, Values=1, TargetValues=1, TrendGroups=1),
    "LayerMapVisual": Kind(),
    "LineChartVisual": _kind(
        "LineChartAggregatedFieldWells", Category=1, Values=MANY, Colors=1, SmallMultiples=1
    ),
    "PieChartVisual": _kind(
        "PieChartAggregatedFieldWells", Category=1, Values=1, SmallMultiples=1
    ),
    "PivotTableVisual": _kind("PivotTableAggregatedFieldWells", Rows=40, Columns=40, Values=40),
    "PluginVisual": Kind(),
    "RadarChartVisual": _kind("RadarChartAggregatedFieldWells", Category=1, Color=1, Values=20),
    "SankeyDiagramVisual": _kind(
        "SankeyDiagramAggregatedFieldWells", Source=1, Destination=1, Weight=1
    ),
    "ScatterPlotVisual": Kind((
        Wells({"XAxis": 1, "YAxis": 1, "Category": 1, "Size": 1, "Label": 1},
              "ScatterPlotCategoricallyAggregatedFieldWells"),
        Wells({"XAxis": 1, "YAxis": 1, "Size": 1, "Category": 1, "Label": 1},
              "ScatterPlotUnaggregatedFieldWells", aggregated=False),
    )),
    "TableVisual": Kind((
        Wells({"GroupBy": MANY, "Values": MANY}, "TableAggregatedFieldWells"),
        Wells({"Values": 201}, "TableUnaggregatedFieldWells", aggregated=False),
    )),
    "TreeMapVisual": _kind("TreeMapAggregatedFieldWells", Groups=1, Sizes=1, Colors=1),
    "WaterfallVisual": _kind(
        "WaterfallChartAggregatedFieldWells", Categories=1, Values=1, Breakdowns=1
    ),
    "WordCloudVisual": _kind("WordCloudAggregatedFieldWells", GroupBy=10, Size=1),
}  # fmt: skip

"""The unions of a definition: structures of which exactly one member is given.

The API reference says so of most; the model marks none of them.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html
"""

from typing import Any

from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.wire.models import Shape, service_model

UNIONS = frozenset((
    "BarSeriesItem", "CategoryFilterConfiguration", "ColumnHierarchy", "ComboSeriesItem",
    "Computation", "ConditionalFormattingColor", "ConditionalFormattingIcon",
    "CustomParameterValues", "DataLabelType", "DefaultFilterControlOptions",
    "DestinationParameterValueConfiguration", "DimensionField", "DrillDownFilter",
    "FieldSortOptions", "Filter", "FilterControl", "FilterScopeConfiguration",
    "GaugeChartConditionalFormattingOption", "InnerFilter", "KPIConditionalFormattingOption",
    "LayerCustomActionOperation", "LayoutConfiguration", "MeasureField", "NumericFormat",
    "ParameterControl", "ParameterDeclaration", "PivotTableConditionalFormattingOption",
    "PivotTableSortBy", "SeriesItem", "TableConditionalFormattingOption",
    "TableFieldImageConfiguration", "TableInlineVisualization", "TooltipItem", "Visual",
    "VisualCustomActionOperation",
))  # fmt: skip


def check_unions(document: dict[str, Any]) -> None:
    """Every union of a definition. Raises InvalidParameter, which names the first wrong one."""
    _check(service_model("quicksight").shape_for("DashboardVersionDefinition"), document, "")


def _check(shape: Shape, value: Any, path: str) -> None:
    if shape.type_name == "list":
        for number, item in enumerate(value):
            _check(shape.member, item, f"{path}[{number}]")
    elif shape.type_name == "structure":
        if shape.name in UNIONS and len(value) != 1:
            raise InvalidParameter(f"Exactly one member of {path or shape.name} must be given")
        for member, item in value.items():
            if member in shape.members:
                _check(shape.members[member], item, f"{path}.{member}" if path else member)

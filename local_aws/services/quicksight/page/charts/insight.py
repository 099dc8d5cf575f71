"""An insight: computations, told in words of the definition's or of our own.

https://docs.aws.amazon.com/quicksight/latest/user/auto-narratives.html
"""

from collections.abc import Callable
from typing import Any

from local_aws.services.quicksight.definition import Computation
from local_aws.services.quicksight.page.charts.computations import Outputs, outputs_of
from local_aws.services.quicksight.page.charts.narratives import narrated
from local_aws.services.quicksight.page.rich_text import Node
from local_aws.services.quicksight.query import Query


def insight(query: Query) -> dict[str, Any]:
    """An InsightVisual as the page writes it. Raises VisualRefused."""
    computations = query.visual.computations
    outputs = {}
    for computation in computations:
        found = outputs_of(query, computation)
        outputs[computation.id] = found
        outputs[str(computation.options.get("Name") or computation.id)] = found
    narrative = query.visual.config.get("CustomNarrative", {}).get("Narrative")
    if narrative:
        return {"narrative": {"nodes": narrated(narrative, outputs)}}
    told = [_paragraph(TOLD[c.kind](outputs[c.id], c)) for c in computations]
    return {"narrative": {"nodes": told}}


def _paragraph(words: list[Node]) -> Node:
    return {"tag": "p", "children": words}


def _bold(text: str) -> Node:
    return {"tag": "b", "children": [text]}


def _figure(outputs: Outputs, name: str) -> Node:
    return _bold(str(outputs[name]["formattedValue"]))


def _change(outputs: Outputs) -> list[Node]:
    """``rose by 5.00% (12)``, or fell, or did not change."""
    difference = outputs["absoluteDifference"]
    if not difference["value"]:
        return ["did not change" if difference["value"] == 0 else "cannot be compared"]
    share = outputs["percentDifference"]
    by = difference["formattedAbsoluteValue"]
    if share["value"] is not None:
        by = f"{share['formattedAbsoluteValue']} ({by})"
    return ["rose by " if difference["value"] > 0 else "fell by ", _bold(by)]


def _total(outputs: Outputs, _: Computation) -> list[Node]:
    return [f"Total {outputs['metricField']['name']} is ", _figure(outputs, "totalAggregate"), "."]


def _unique(outputs: Outputs, _: Computation) -> list[Node]:
    count = f"{outputs['uniqueGroupValuesCount']:,}"
    return ["There are ", _bold(count), f" unique values of {outputs['categoryField']['name']}."]


def _ranked(outputs: Outputs, computation: Computation) -> list[Node]:
    ends = "Top" if computation.options["Type"] == "TOP" else "Bottom"
    names = f"{outputs['categoryField']['name']} by {outputs['metricField']['name']}"
    return [f"{ends} {outputs['itemsCount']} {names}:", _items(outputs["items"], "metricValue")]


def _movers(outputs: Outputs, computation: Computation) -> list[Node]:
    ends = "Top" if computation.options["Type"] == "TOP" else "Bottom"
    names = f"{outputs['categoryField']['name']} by change of {outputs['metricField']['name']}"
    return [f"{ends} movers of {names}:", _items(outputs["items"], "percentDifference")]


def _items(items: list[Outputs], figure: str) -> Node:
    lines: list[Node] = [
        {"tag": "li", "children": [f"{item['categoryField']['formattedValue']}: ",
                                   _figure(item, figure)]}
        for item in items
    ]  # fmt: skip
    return {"tag": "ul", "children": lines}


def _pair(outputs: Outputs, _: Computation) -> list[Node]:
    return [
        f"{outputs['metricField']['name']} for {outputs['currentTimeValue']['formattedValue']} ",
        *_change(outputs), ", from ", _figure(outputs, "previousMetricValue"), " to ",
        _figure(outputs, "currentMetricValue"), ".",
    ]  # fmt: skip


def _to_date(outputs: Outputs, computation: Computation) -> list[Node]:
    grain = str(outputs.get("periodGranularity", "")).lower()
    return [f"{grain.capitalize()} to date: ", *_pair(outputs, computation)]


def _growth(outputs: Outputs, computation: Computation) -> list[Node]:
    rate = _figure(outputs, "compoundedGrowthRate")
    name = outputs["metricField"]["name"]
    return [f"The compounded growth rate of {name} is ", rate, ". ",
            *_pair(outputs, computation)]  # fmt: skip


def _extreme(outputs: Outputs, computation: Computation) -> list[Node]:
    end = "highest" if computation.options["Type"] == "MAXIMUM" else "lowest"
    at = outputs["timeValue"]["formattedValue"]
    return [f"The {end} {outputs['metricField']['name']} was ", _figure(outputs, "metricValue"),
            f" in {at}."]  # fmt: skip


def _compared(outputs: Outputs, _: Computation) -> list[Node]:
    ours, theirs = outputs["fromMetricField"]["name"], outputs["toMetricField"]["name"]
    return [
        f"For {outputs['timeValue']['formattedValue']}, {ours} of ",
        _figure(outputs, "fromMetricValue"), f" compares with {theirs} of ",
        _figure(outputs, "toMetricValue"), ": a difference of ",
        _figure(outputs, "percentDifference"), ".",
    ]  # fmt: skip


TOLD: dict[str, Callable[[Outputs, Computation], list[Node]]] = {
    "TotalAggregation": _total,
    "UniqueValues": _unique,
    "TopBottomRanked": _ranked,
    "TopBottomMovers": _movers,
    "PeriodOverPeriod": _pair,
    "PeriodToDate": _to_date,
    "GrowthRate": _growth,
    "MaximumMinimum": _extreme,
    "MetricComparison": _compared,
}

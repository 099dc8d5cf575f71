"""A profile job's report: what DataBrew writes about a data set.

https://docs.aws.amazon.com/databrew/latest/dg/jobs.profile.html

In text files a column's type is the one that more than half of its values are of (AWS infers from
a sample and does not say how): the numbers are those of these values, and MISSING, DISTINCT and
the most common values count all of them, so that an ``NA`` in a column of numbers shows up there.
"""

import re
from typing import Any

from local_aws.services.databrew.engine import statistics
from local_aws.services.databrew.engine.errors import UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame

MAJORITY = 0.5
CORRELATED = 10
FIELDS = [
    "correlations",
    "distinctValuesCount",
    "uniqueValuesCount",
    "entropy",
    "mostCommonValues",
    "missingValuesCount",
    "kurtosis",
    "max",
    "mean",
    "min",
    "skewness",
    "standardDeviation",
    "sum",
    "zerosCount",
    "variance",
    "range",
    "percentile5",
    "percentile25",
    "percentile75",
    "percentile95",
    "median",
    "interquartileRange",
    "mode",
    "minimumValues",
    "maximumValues",
    "valueDistribution",
    "zScoreOutliersCount",
    "zScoreOutliersSample",
    "zScoreDistribution",
    "medianAbsoluteDeviation",
]
WHOLE_FIELDS = ("max", "min", "sum", "range")


def profile(
    frame: Frame, configuration: dict[str, Any], inferred: dict[str, str]
) -> dict[str, Any]:
    """The profile's own part of the report; the run adds its job, its ids and its times.

    ``inferred`` is what `source.infer` says of the text columns with a share of `MAJORITY`.
    """
    refuse(configuration)
    names = _selected(frame.names, configuration.get("ProfileColumns"))
    kinds = {name: statistics.kind_of(frame, name, inferred) for name in names}
    columns = statistics.measure(frame, names, kinds)
    dataset = configuration.get("DatasetStatisticsConfiguration") or {}
    report = {
        "defaultProfileConfiguration": {
            "datasetStatisticsConfiguration": {"correlationColumnNumber": CORRELATED}
        },
        "datasetConfigurationOverride": dataset,
        "sampleSize": columns.rows,
    }
    if _included(dataset, "DUPLICATE_ROWS_COUNT"):
        report["duplicateRowsCount"] = statistics.duplicate_rows(frame)
    report["columns"] = _columns(columns, dataset, configuration)
    return report


def _columns(
    columns: statistics.Columns, dataset: dict[str, Any], configuration: dict[str, Any]
) -> list[dict[str, Any]]:
    related = _correlated(columns, dataset)
    measured = statistics.numbers(columns)
    return [
        _column(columns, name, related.get(name), measured.get(name), configuration)
        for name in columns.names
    ]


def _column(
    columns: statistics.Columns,
    name: str,
    related: dict[str, float] | None,
    measured: dict[str, Any] | None,
    configuration: dict[str, Any],
) -> dict[str, Any]:
    override = _override(name, configuration)
    found: dict[str, Any] = {} if related is None else {"correlations": related}
    found |= statistics.values_of(columns, name)
    if measured:
        found |= _numbers(columns, name, measured)
    wanted = {field: found[field] for field in FIELDS if field in found and _wants(override, field)}
    return {
        "name": name,
        "type": columns.kinds[name],
        "columnConfigurationOverride": override,
        **wanted,
    }


def _numbers(columns: statistics.Columns, name: str, measured: dict[str, Any]) -> dict[str, Any]:
    whole = statistics.is_whole(columns.kinds[name])
    statistics.grade(columns, name)
    found = dict(measured)
    found |= statistics.extremes(columns, name)
    found["valueDistribution"] = statistics.distribution(columns, name, measured)
    found |= statistics.z_scores(columns, name, measured)
    return found | {field: statistics.shown(found[field], whole) for field in WHOLE_FIELDS}


def _correlated(
    columns: statistics.Columns, dataset: dict[str, Any]
) -> dict[str, dict[str, float]]:
    if not _included(dataset, "CORRELATION"):
        return {}
    names = [name for name in columns.names if columns.kinds[name] in statistics.NUMERIC]
    for override in dataset.get("Overrides") or ():
        number = str((override.get("Parameters") or {}).get("columnNumber", CORRELATED))
        return statistics.correlations(columns, names if number == "ALL" else names[: int(number)])
    return statistics.correlations(columns, names[:CORRELATED])


def refuse(configuration: dict[str, Any]) -> None:
    """Say what of a ProfileConfiguration is not supported, before the run starts."""
    if configuration.get("EntityDetectorConfiguration"):
        raise UnsupportedOption("ProfileConfiguration.EntityDetectorConfiguration")
    for override in (configuration.get("DatasetStatisticsConfiguration") or {}).get(
        "Overrides", ()
    ):
        if override.get("Statistic") != "CORRELATION":
            raise UnsupportedOption(f"The override of {override.get('Statistic')}")
        unknown = set(override.get("Parameters") or {}) - {"columnNumber"}
        if unknown:
            raise UnsupportedOption(f"The CORRELATION override's {', '.join(sorted(unknown))}")
    for column in configuration.get("ColumnStatisticsConfigurations") or ():
        _refuse_column(column.get("Statistics") or {})


def _refuse_column(wanted: dict[str, Any]) -> None:
    if wanted.get("Overrides"):
        raise UnsupportedOption("ColumnStatisticsConfigurations.Statistics.Overrides")
    known = {field.lower() for field in FIELDS} | {"none"}
    for name in wanted.get("IncludedStatistics") or ():
        if _plain(name) not in known:
            raise UnsupportedOption(f"The column statistic {name}")


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _included(wanted: dict[str, Any], statistic: str) -> bool:
    listed = wanted.get("IncludedStatistics")
    return not listed or statistic in listed


def _wants(override: dict[str, Any], field: str) -> bool:
    listed = override.get("IncludedStatistics")
    return not listed or field.lower() in {_plain(name) for name in listed}


def _override(name: str, configuration: dict[str, Any]) -> dict[str, Any]:
    """The last configuration that matches the column wins."""
    found: dict[str, Any] = {}
    for column in configuration.get("ColumnStatisticsConfigurations") or ():
        selectors = column.get("Selectors")
        if not selectors or any(matches(selector, name) for selector in selectors):
            found = column.get("Statistics") or {}
    return found


def _selected(names: list[str], selectors: list[dict[str, Any]] | None) -> list[str]:
    if not selectors:
        return names
    return [name for name in names if any(matches(selector, name) for selector in selectors)]


def matches(selector: dict[str, Any], name: str) -> bool:
    """A ColumnSelector: a name, or a regular expression for the whole of it."""
    if selector.get("Name"):
        return bool(selector["Name"] == name)
    return re.fullmatch(selector.get("Regex") or "", name) is not None

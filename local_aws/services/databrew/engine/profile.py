"""A profile job's report: what DataBrew writes about a data set.

https://docs.aws.amazon.com/databrew/latest/dg/jobs.profile.html

In text files a column's type is the one that half of its values are of (AWS infers from a sample
and does not say how): the numbers are those of these values, and MISSING, DISTINCT and the most
common values count all of them, so that an ``NA`` in a column of numbers shows up there. A number
that JSON has not (the variance of numbers near 1e300) is null.
"""

import math
from collections.abc import Callable
from typing import Any

from local_aws.services.databrew.engine import configuration as asked
from local_aws.services.databrew.engine import entities, statistics
from local_aws.services.databrew.engine.configuration import NUMBER, Json, Wanted
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.statistics import Column

PLAIN = {
    "DISTINCT_VALUES_COUNT",
    "UNIQUE_VALUES_COUNT",
    "ENTROPY",
    "MISSING_VALUES_COUNT",
}


def check(configuration: Json) -> None:
    """Say what of a ProfileConfiguration is wrong or not supported, before the run starts."""
    asked.check(configuration)
    entities.check(configuration.get("EntityDetectorConfiguration"))


def profile(
    frame: Frame, configuration: Json, columns: dict[str, Column] | None = None
) -> dict[str, Any]:
    """The profile's own part of the report; the run adds its job, its ids and its times.

    ``columns`` are all of the frame's, counted, where somebody has done it already.
    """
    check(configuration)
    names = asked.selected(frame.names, configuration.get("ProfileColumns"))
    counted = columns or statistics.count(frame, names)
    shown = [counted[name] for name in names]
    dataset = configuration.get("DatasetStatisticsConfiguration") or {}
    rows = shown[0].rows if shown else statistics.rows_of(frame)
    report = {
        "defaultProfileConfiguration": asked.default_configuration(),
        "datasetConfigurationOverride": asked.written(dataset),
        "sampleSize": rows,
    }
    if asked.included(dataset, "DUPLICATE_ROWS_COUNT"):
        report["duplicateRowsCount"] = statistics.duplicate_rows(frame)
    related = _correlated(shown, dataset)
    report["columns"] = [
        _column(column, related.get(column.name), configuration) for column in shown
    ]
    return report


def _correlated(columns: list[Column], dataset: Json) -> dict[str, dict[str, float]]:
    if not asked.included(dataset, "CORRELATION"):
        return {}
    numeric = {c.name: c for c in columns if asked.group_of(c.kind) == NUMBER}
    names = asked.correlated(list(numeric), dataset)
    return statistics.correlations([numeric[name] for name in names])


def _column(column: Column, related: dict[str, float] | None, configuration: Json) -> Json:
    wanted = asked.wanted(column.name, column.kind, configuration)
    found: Json = {"name": column.name, "type": column.kind}
    detector = configuration.get("EntityDetectorConfiguration")
    if detector:
        found["entity"] = entities.detect(column, detector)
        if found["entity"]:
            allowed = entities.allowed(detector)
            related = related if "CORRELATION" in allowed else None
            wanted = wanted.only(allowed)
    if related is not None:
        found["correlations"] = related
    found["columnConfigurationOverride"] = wanted.override
    for name in wanted.names:
        found |= _statistic(column, name, wanted)
    return found


def _statistic(column: Column, name: str, wanted: Wanted) -> Json:
    """One statistic's fields: none where the column has no numbers to tell it of."""
    fields = asked.STATISTICS[name].fields
    if name == "MOST_COMMON_VALUES":
        return {fields[0]: column.common(wanted.size(name))}
    if name in PLAIN:
        return {fields[0]: column.values[fields[0]]}
    if not column.numbers:
        return {}
    if name in LISTS:
        return LISTS[name](column, wanted)
    return {field: _finite(column.numbers[field]) for field in fields}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _outliers(column: Column, wanted: Wanted) -> Json:
    name = "OUTLIER_DETECTION"
    threshold = wanted.number(name, "threshold") or 0.0
    mild = wanted.number(name, "mildThreshold")
    found: Json = {"zScoreOutliersCount": column.outliers(threshold)}
    if mild is not None:
        far = column.outliers(mild) - found["zScoreOutliersCount"]
        found["zScoreMildOutliersCount"] = far
    least = threshold if mild is None else mild
    return found | {"zScoreOutliersSample": column.outlier_sample(least, wanted.size(name))}


def _bins(wanted: Wanted, name: str) -> int:
    return int(wanted.number(name, "binNumber") or statistics.BINS)


LISTS: dict[str, Callable[[Column, Wanted], Json]] = {
    "MINIMUM_VALUES": lambda column, wanted: {
        "minimumValues": column.extremes("ASC", wanted.size("MINIMUM_VALUES"))
    },
    "MAXIMUM_VALUES": lambda column, wanted: {
        "maximumValues": column.extremes("DESC", wanted.size("MAXIMUM_VALUES"))
    },
    "VALUE_DISTRIBUTION": lambda column, wanted: {
        "valueDistribution": column.distribution(_bins(wanted, "VALUE_DISTRIBUTION"))
    },
    "Z_SCORE_DISTRIBUTION": lambda column, wanted: {
        "zScoreDistribution": column.score_distribution(_bins(wanted, "Z_SCORE_DISTRIBUTION"))
    },
    "OUTLIER_DETECTION": _outliers,
}

"""What a profile job is asked for: its ProfileConfiguration, read and checked.

``STATISTICS`` is the guide's table of what can be configured. Where several configurations match a
column the last one holds, whole. How the report writes overrides is not documented: here as it
writes the defaults. https://docs.aws.amazon.com/databrew/latest/dg/profile.configuration.html
"""

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import regex

from local_aws.caller_patterns import CallerPattern
from local_aws.services.databrew.engine.errors import InvalidConfiguration

Json = dict[str, Any]
NUMBER, TEXT, BOOLEAN = "numericColumn", "stringColumn", "booleanColumn"
GROUPS = {
    **dict.fromkeys(("byte", "short", "int", "long", "float", "double", "decimal"), NUMBER),
    "string": TEXT,
}


@dataclass(frozen=True)
class Statistic:
    """A statistic's fields in the report, the columns that have it, its parameters' defaults."""

    fields: tuple[str, ...]
    groups: tuple[str, ...] = (NUMBER,)
    defaults: tuple[tuple[str, str], ...] = ()


EVERY = (BOOLEAN, TEXT, NUMBER)
LENGTHS = (TEXT, NUMBER)
STATISTICS = {
    "DISTINCT_VALUES_COUNT": Statistic(("distinctValuesCount",), EVERY),
    "UNIQUE_VALUES_COUNT": Statistic(("uniqueValuesCount",), EVERY),
    "ENTROPY": Statistic(("entropy",), EVERY),
    "MOST_COMMON_VALUES": Statistic(("mostCommonValues",), EVERY, (("sampleSize", "50"),)),
    "MISSING_VALUES_COUNT": Statistic(("missingValuesCount",), EVERY),
    "KURTOSIS": Statistic(("kurtosis",)),
    "MAX": Statistic(("max",), LENGTHS),
    "MEAN": Statistic(("mean",), LENGTHS),
    "MIN": Statistic(("min",), LENGTHS),
    "SKEWNESS": Statistic(("skewness",)),
    "STANDARD_DEVIATION": Statistic(("standardDeviation",), LENGTHS),
    "SUM": Statistic(("sum",)),
    "ZEROS_COUNT": Statistic(("zerosCount",)),
    "VARIANCE": Statistic(("variance",)),
    "RANGE": Statistic(("range",)),
    "PERCENTILES": Statistic(("percentile5", "percentile25", "percentile75", "percentile95")),
    "MEDIAN": Statistic(("median",), LENGTHS),
    "INTER_QUARTILE_RANGE": Statistic(("interquartileRange",)),
    "MODE": Statistic(("mode",), LENGTHS),
    "MINIMUM_VALUES": Statistic(("minimumValues",), (NUMBER,), (("sampleSize", "5"),)),
    "MAXIMUM_VALUES": Statistic(("maximumValues",), (NUMBER,), (("sampleSize", "5"),)),
    "VALUE_DISTRIBUTION": Statistic(("valueDistribution",), LENGTHS, (("binNumber", "20"),)),
    "OUTLIER_DETECTION": Statistic(
        ("zScoreOutliersCount", "zScoreMildOutliersCount", "zScoreOutliersSample"),
        LENGTHS,
        (("threshold", "3"), ("sampleSize", "50")),
    ),
    "Z_SCORE_DISTRIBUTION": Statistic(("zScoreDistribution",), (NUMBER,), (("binNumber", "20"),)),
    "MEDIAN_ABSOLUTE_DEVIATION": Statistic(("medianAbsoluteDeviation",)),
}
OPTIONAL = {"OUTLIER_DETECTION": ("mildThreshold",)}
DATASET = {"CORRELATION": ("columnNumber", "columnSelectors"), "DUPLICATE_ROWS_COUNT": ()}
CORRELATED = "10"
ALL, NONE = "ALL", "NONE"


def group_of(kind: str) -> str:
    """Dates are counted as booleans are: the guide names no statistic of theirs but the missing."""
    return GROUPS.get(kind, BOOLEAN)


@dataclass(frozen=True)
class Wanted:
    """The statistics of one column and their parameters."""

    names: tuple[str, ...]
    parameters: dict[str, dict[str, str]]
    override: Json

    def number(self, statistic: str, parameter: str) -> float | None:
        """A parameter's value; None for one that is not given, which only mildThreshold may be."""
        given = self.parameters.get(statistic, {}).get(parameter)
        default = dict(STATISTICS[statistic].defaults).get(parameter)
        value = given or default
        return None if value is None else float(value)

    def only(self, allowed: set[str]) -> "Wanted":
        """Those of its statistics that are allowed."""
        return replace(self, names=tuple(name for name in self.names if name in allowed))

    def size(self, statistic: str) -> int | None:
        """How many values a list may have; None: all."""
        given = self.parameters.get(statistic, {}).get("sampleSize")
        value = given or dict(STATISTICS[statistic].defaults)["sampleSize"]
        return None if value == ALL else int(value)


def wanted(name: str, kind: str, configuration: Json) -> Wanted:
    """What is asked of a column."""
    statistics: Json = {}
    for one in configuration.get("ColumnStatisticsConfigurations") or ():
        selectors = one.get("Selectors")
        if not selectors or any(matches(selector, name) for selector in selectors):
            statistics = one.get("Statistics") or {}
    listed = statistics.get("IncludedStatistics")
    group = group_of(kind)
    names = tuple(
        name
        for name, statistic in STATISTICS.items()
        if group in statistic.groups and (listed is None or name in listed)
    )
    return Wanted(names, _parameters(statistics), written(statistics))


def included(statistics: Json, name: str) -> bool:
    """Whether a data set's statistic is asked for."""
    listed = statistics.get("IncludedStatistics")
    return listed is None or name in listed


def selected(names: list[str], selectors: list[Json] | None) -> list[str]:
    """The columns that any of the selectors names; all without selectors."""
    if not selectors:
        return names
    return [name for name in names if any(matches(selector, name) for selector in selectors)]


def correlated(numeric: list[str], statistics: Json) -> list[str]:
    """The number columns whose correlations are asked for: the first ten, unless told otherwise."""
    asked = _parameters(statistics).get("CORRELATION", {})
    if "columnSelectors" in asked:
        return selected(numeric, _selectors(asked["columnSelectors"]))
    number = asked.get("columnNumber", CORRELATED)
    return numeric if number == ALL else numeric[: int(number)]


def matches(selector: Json, name: str) -> bool:
    """A ColumnSelector: a name, or a regular expression for the whole of it."""
    if selector.get("Name"):
        return bool(selector["Name"] == name)
    pattern = selector.get("Regex") or ""
    found = CallerPattern(pattern, f"regular expression {pattern}", InvalidConfiguration)
    return found.fullmatch(name) is not None


def default_configuration() -> Json:
    """What the report says would be done without a configuration."""
    columns = {}
    for group in (BOOLEAN, TEXT, NUMBER):
        held = {name: one for name, one in STATISTICS.items() if group in one.groups}
        parameters = {name: dict(one.defaults) for name, one in held.items() if one.defaults}
        columns[group] = {"includedStatistics": list(held), "parameters": parameters}
    return {
        "datasetConfiguration": {
            "includedStatistics": list(DATASET),
            "parameters": {"CORRELATION": {"columnNumber": CORRELATED}},
        },
        "columnConfiguration": columns,
    }


def written(statistics: Json) -> Json:
    """A StatisticsConfiguration as the report writes one."""
    found: Json = {}
    if statistics.get("IncludedStatistics"):
        found["includedStatistics"] = statistics["IncludedStatistics"]
    if parameters := _parameters(statistics):
        found["parameters"] = parameters
    return found


def _parameters(statistics: Json) -> dict[str, dict[str, str]]:
    return {
        override["Statistic"]: override.get("Parameters") or {}
        for override in statistics.get("Overrides") or ()
    }


def check(configuration: Json) -> None:
    """Raise InvalidConfiguration for what DataBrew has no such statistic or parameter of."""
    for selectors in _all_selectors(configuration):
        check_selectors(selectors)
    dataset = configuration.get("DatasetStatisticsConfiguration") or {}
    _check_names(dataset, {*DATASET, NONE})
    for name, given in _parameters(dataset).items():
        if name != "CORRELATION":
            raise InvalidConfiguration(f"The data set's statistic {name} has no override")
        _check_correlation(given)
    for column in configuration.get("ColumnStatisticsConfigurations") or ():
        _check_column(column.get("Statistics") or {})


def _check_column(statistics: Json) -> None:
    # The guide's own examples list the data set's statistics for a column, where they do nothing.
    _check_names(statistics, {*STATISTICS, *DATASET, NONE})
    for name, given in _parameters(statistics).items():
        known = STATISTICS.get(name)
        if known is None or not known.defaults:
            raise InvalidConfiguration(f"The column statistic {name} has no override")
        _check_known(name, given, (*dict(known.defaults), *OPTIONAL.get(name, ())))
        for parameter, value in given.items():
            _check_value(name, parameter, value)
        threshold = float(given.get("threshold", "3"))
        if float(given.get("mildThreshold", "-1")) >= threshold:
            raise InvalidConfiguration(f"mildThreshold of {name} has to be less than threshold")


def _check_names(statistics: Json, known: set[str]) -> None:
    for name in statistics.get("IncludedStatistics") or ():
        if name not in known:
            raise InvalidConfiguration(f"There is no statistic {name} here")


def _check_known(statistic: str, given: dict[str, str], known: tuple[str, ...]) -> None:
    for parameter in given:
        if parameter not in known:
            raise InvalidConfiguration(f"{statistic} has no parameter {parameter}")


def _check_value(statistic: str, parameter: str, value: str) -> None:
    if parameter == "sampleSize" and value == ALL:
        return
    least = 0.0 if "hreshold" in parameter else 1.0
    number = _number(value) if least == 0.0 else _whole(value)
    if number is None or number < least:
        raise InvalidConfiguration(f"{parameter} of {statistic} cannot be {value!r}")


def _check_correlation(given: dict[str, str]) -> None:
    _check_known("CORRELATION", given, DATASET["CORRELATION"])
    if "columnSelectors" in given:
        check_selectors(_selectors(given["columnSelectors"]))
    number = given.get("columnNumber", ALL)
    if number != ALL and (_whole(number) or 0) < 2:
        raise InvalidConfiguration(f"columnNumber of CORRELATION cannot be {number!r}")


def _selectors(text: str) -> list[Json]:
    """``[{"name": "a"}, {"regex": "b.*"}]``, names of members in small letters as the guide has."""
    try:
        read = json.loads(text)
        return [{key.capitalize(): value for key, value in one.items()} for one in read]
    except (ValueError, AttributeError, TypeError):
        raise InvalidConfiguration(f"columnSelectors cannot be {text!r}") from None


def check_selectors(selectors: list[Json]) -> None:
    """Raise InvalidConfiguration for one that is not just a name, or a regex that can be read."""
    for selector in selectors:
        _check_selector(selector)


def _check_selector(selector: Json) -> None:
    if bool(selector.get("Name")) == bool(selector.get("Regex")):
        raise InvalidConfiguration("A column selector has either a Name or a Regex")
    try:
        regex.compile(selector.get("Regex") or "")
    except regex.error as error:
        reason = f"The Regex {selector['Regex']!r} cannot be read: {error}"
        raise InvalidConfiguration(reason) from None


def _all_selectors(configuration: Json) -> list[list[Json]]:
    columns = configuration.get("ColumnStatisticsConfigurations") or ()
    return [
        configuration.get("ProfileColumns") or [],
        *(column.get("Selectors") or [] for column in columns),
    ]


def _whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None

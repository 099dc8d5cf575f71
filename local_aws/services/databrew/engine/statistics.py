"""The numbers of a profile, to DataBrew's maths.

Entropy uses the natural logarithm over the values that are there; percentiles interpolate
linearly; kurtosis is in excess of the normal's; variance and standard deviation are the sample's;
kurtosis and skewness are the population's, as Spark's are. A text column's numbers are those of
its lengths.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import convert, identifier, missing, select, text

NUMERIC = ("byte", "short", "int", "long", "float", "double", "decimal")
KINDS = {
    "TINYINT": "byte",
    "SMALLINT": "short",
    "INTEGER": "int",
    "BIGINT": "long",
    "FLOAT": "float",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
BINS = 20
COMMON = 50
EXTREMES = 5
OUTLIER_SCORE = 3.0
PERCENTILES = ("percentile5", "percentile25", "median", "percentile75", "percentile95")

# What is asked of a column's numbers, over the alias {x}.
FIRST_PASS = {
    "count": "count({x})",
    "min": "min({x})",
    "max": "max({x})",
    "mean": "avg({x})",
    "sum": "sum({x})",
    "standardDeviation": "stddev_samp({x})",
    "variance": "var_samp({x})",
    "kurtosis": "kurtosis_pop({x})",
    "zerosCount": "count(*) FILTER ({x} = 0)",
    "percentiles": "quantile_cont({x}, [0.05, 0.25, 0.5, 0.75, 0.95])",
    "medianAbsoluteDeviation": "mad({x})",
}


@dataclass(frozen=True)
class Columns:
    """The profiled columns as table ``measured``: ``v<i>`` its texts, ``x<i>`` its numbers."""

    frame: Frame
    names: list[str]
    kinds: dict[str, str]
    rows: int

    def measures(self, name: str) -> bool:
        """Whether the column has numbers: its own, or its lengths."""
        return self.kinds[name] in (*NUMERIC, "string")

    def index(self, name: str) -> int:
        return self.names.index(name)


def kind_of(frame: Frame, name: str, inferred: dict[str, str]) -> str:
    """A column's DataBrew type: its own in typed files, the inferred one in text."""
    sql_type = frame.columns[name]
    if sql_type.startswith("DECIMAL"):
        return "decimal"
    return inferred.get(name, "string") if sql_type == "VARCHAR" else KINDS.get(sql_type, "string")


def measure(frame: Frame, names: list[str], kinds: dict[str, str]) -> Columns:
    """Prepare the table ``measured``."""
    columns = {}
    for i, name in enumerate(names):
        column, sql_type = frame.column(name)
        there = f"CASE WHEN {missing(column, sql_type)} THEN NULL ELSE {text(column, sql_type)} END"
        columns[f"v{i}"] = there
        columns[f"x{i}"] = _as_number(column, sql_type, kinds[name])
    query = select(columns, frame.current) if columns else "SELECT 1 AS nothing LIMIT 0"
    frame.connection.execute(f"CREATE OR REPLACE TEMP TABLE measured AS {query}")
    rows = _one(frame, {"rows": "count(*)"}, frame.current)[0]
    return Columns(frame, names, kinds, int(rows))


def _as_number(column: str, sql_type: str, kind: str) -> str:
    if kind == "string":
        return f"CAST(nullif(length({text(column, sql_type)}), 0) AS DOUBLE)"
    if kind in NUMERIC:
        value = f"CAST({convert(column, sql_type, kind)} AS DOUBLE)"
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    return "CAST(NULL AS DOUBLE)"


def _one(frame: Frame, columns: dict[str, str], table: str, tail: str = "") -> tuple[Any, ...]:
    row: tuple[Any, ...] = frame.connection.execute(select(columns, table, tail)).fetchone() or ()
    return row


def _all(frame: Frame, columns: dict[str, str], table: str, tail: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = frame.connection.execute(select(columns, table, tail)).fetchall()
    return rows


def numbers(columns: Columns) -> dict[str, dict[str, Any]]:
    """Every measured column's numbers, in two passes over all of them at once."""
    measured = [name for name in columns.names if columns.measures(name)]
    asked = {
        f"{field}_{columns.index(name)}": template.replace("{x}", f"x{columns.index(name)}")
        for name in measured
        for field, template in FIRST_PASS.items()
    }
    if not asked:
        return {}
    row = _one(columns.frame, asked, "measured")
    size = len(FIRST_PASS)
    found = {
        name: dict(zip(FIRST_PASS, row[i * size : (i + 1) * size], strict=True))
        for i, name in enumerate(measured)
    }
    _second_pass(columns, found)
    return {name: values for name, values in found.items() if values["count"]}


def _second_pass(columns: Columns, found: dict[str, dict[str, Any]]) -> None:
    """What needs the mean and the deviation first: skewness and the outliers."""
    asked: dict[str, str] = {}
    for name, values in found.items():
        x, mean, deviation = f"x{columns.index(name)}", values["mean"], values["standardDeviation"]
        # A bare 0.4896... would be a DECIMAL to DuckDB, and overflow when multiplied.
        centre, spread = f"{mean or 0.0!r}::DOUBLE", f"{deviation or 0.0!r}::DOUBLE"
        asked[f"m2_{x}"] = f"avg(power({x} - {centre}, 2))"
        asked[f"m3_{x}"] = f"avg(power({x} - {centre}, 3))"
        asked[f"o_{x}"] = f"count(*) FILTER (abs({x} - {centre}) > {OUTLIER_SCORE} * {spread})"
    row = iter(_one(columns.frame, asked, "measured"))
    for values in found.values():
        second, third, outliers = next(row), next(row), next(row)
        values["skewness"] = third / second**1.5 if second else None
        values["zScoreOutliersCount"] = outliers if values["standardDeviation"] else 0
        if values["count"]:
            values |= zip(PERCENTILES, values.pop("percentiles"), strict=True)
            values["range"] = values["max"] - values["min"]
            values["interquartileRange"] = values["percentile75"] - values["percentile25"]


def values_of(columns: Columns, name: str) -> dict[str, Any]:
    """What a column's values say, whatever their type."""
    i, frame = columns.index(name), columns.frame
    counts = "CREATE OR REPLACE TEMP TABLE counted AS " + select(
        {"v": f"v{i}", "n": "count(*)"}, "measured", f"WHERE v{i} IS NOT NULL GROUP BY v{i}"
    )
    frame.connection.execute(counts)
    asked = {
        "there": "coalesce(sum(n), 0)",
        "distinct_values": "count(*)",
        "unique_values": "count(*) FILTER (n = 1)",
        "nlogn": "coalesce(sum(n * ln(n)), 0)",
    }
    there, distinct, unique, nlogn = _one(frame, asked, "counted")
    entropy = math.log(float(there)) - float(nlogn) / float(there) if there else 0.0
    common = _all(frame, {"v": "v", "n": "n"}, "counted", f"ORDER BY n DESC, v LIMIT {COMMON}")
    return {
        "distinctValuesCount": distinct,
        "uniqueValuesCount": unique,
        "entropy": max(entropy, 0.0),
        "mostCommonValues": [{"value": v, "count": n} for v, n in common],
        "missingValuesCount": columns.rows - int(there),
    }


def grade(columns: Columns, name: str) -> None:
    """Count a column's numbers into the table ``graded``: far fewer than there are rows."""
    x = f"x{columns.index(name)}"
    columns.frame.connection.execute(
        "CREATE OR REPLACE TEMP TABLE graded AS "
        + select({"x": x, "n": "count(*)"}, "measured", f"WHERE {x} IS NOT NULL GROUP BY {x}")
    )


def extremes(columns: Columns, name: str) -> dict[str, Any]:
    """The mode and the smallest and largest graded values with their counts."""
    frame = columns.frame
    pair = {"x": "x", "n": "n"}
    low = _all(frame, pair, "graded", f"ORDER BY x LIMIT {EXTREMES}")
    high = _all(frame, pair, "graded", f"ORDER BY x DESC LIMIT {EXTREMES}")
    mode = _all(frame, {"x": "x"}, "graded", "ORDER BY n DESC, x LIMIT 1")
    whole = is_whole(columns.kinds[name])
    return {
        "mode": shown(mode[0][0], whole) if mode else None,
        "minimumValues": [{"value": shown(x, whole), "count": n} for x, n in low],
        "maximumValues": [{"value": shown(x, whole), "count": n} for x, n in high],
    }


def is_whole(kind: str) -> bool:
    """Whether the numbers are whole: integers, and the lengths of text."""
    return kind not in ("float", "double", "decimal")


def shown(value: float, whole: bool) -> float | int:
    """A whole number without a fraction."""
    return int(value) if whole else value


def distribution(columns: Columns, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The histogram of the graded values: 20 bins, the last of them open."""
    if is_whole(columns.kinds[name]):
        edges = whole_edges(int(values["min"]), int(values["max"]))
    else:
        width = (values["range"] / BINS) or 1.0
        edges = [values["min"] + width * i for i in range(BINS)]
    return _histogram(columns, name, edges, [*edges, "inf"])


def whole_edges(low: int, high: int) -> list[float]:
    """Whole widths of range // 20; the last range % 20 bins are one wider."""
    span = high - low
    bins = min(BINS, max(span, 1))
    width, wider = divmod(span, bins)
    edges, edge = [], low
    for i in range(bins):
        edges.append(float(edge))
        edge += width + (1 if i >= bins - wider else 0)
    return edges


def _histogram(
    columns: Columns, name: str, edges: list[float], bounds: list[Any]
) -> list[dict[str, Any]]:
    """Rows between each edge and the next; the last one takes all that is above."""
    asked = {
        f"b{i}": f"sum(n) FILTER (x >= {edge!r}{_below(edges, i)})" for i, edge in enumerate(edges)
    }
    counts = _one(columns.frame, asked, "graded")
    whole = is_whole(columns.kinds[name])
    pairs = pairwise(bounds)
    return [
        {"bucket": [_bound(low, whole), _bound(high, whole)], "count": int(n or 0)}
        for (low, high), n in zip(pairs, counts, strict=True)
    ]


def _below(edges: list[float], i: int) -> str:
    return f" AND x < {edges[i + 1]!r}" if i + 1 < len(edges) else ""


def _bound(value: Any, whole: bool) -> Any:
    return value if isinstance(value, str) else shown(value, whole)


def z_scores(columns: Columns, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """How far the values are from the mean, in deviations: 20 bins of equal width, open ends."""
    deviation, mean = values["standardDeviation"], values["mean"]
    if not deviation:
        return {"zScoreOutliersSample": [], "zScoreDistribution": []}
    low, high = (values["min"] - mean) / deviation, (values["max"] - mean) / deviation
    inner = [low + (high - low) / BINS * i for i in range(1, BINS)]
    score = f"((x - {mean!r}) / {deviation!r})"
    bins = _scores(columns.frame, score, inner)
    far = f"WHERE abs({score}) > {OUTLIER_SCORE} ORDER BY abs(z) DESC, x LIMIT {COMMON}"
    sample = _all(columns.frame, {"x": "x", "z": score}, "graded", far)
    whole = is_whole(columns.kinds[name])
    return {
        "zScoreOutliersSample": [{"value": shown(x, whole), "zScore": z} for x, z in sample],
        "zScoreDistribution": bins,
    }


def _scores(frame: Frame, score: str, inner: list[float]) -> list[dict[str, Any]]:
    bounds: list[Any] = ["-inf", *inner, "inf"]
    asked = {}
    for i in range(len(bounds) - 1):
        above = "true" if i == 0 else f"{score} >= {bounds[i]!r}"
        below = "true" if i == len(inner) else f"{score} < {bounds[i + 1]!r}"
        asked[f"b{i}"] = f"sum(n) FILTER ({above} AND {below})"
    counts = _one(frame, asked, "graded")
    return [
        {"bucket": [bounds[i], bounds[i + 1]], "count": int(n or 0)} for i, n in enumerate(counts)
    ]


def correlations(columns: Columns, names: list[str]) -> dict[str, dict[str, float]]:
    """Pearson's r of each pair of number columns."""
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i:]]
    if not pairs:
        return {}
    asked = {
        f"p{i}": f"corr(x{columns.index(a)}, x{columns.index(b)})" for i, (a, b) in enumerate(pairs)
    }
    row = _one(columns.frame, asked, "measured")
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for (a, b), r in zip(pairs, row, strict=True):
        if r is not None and math.isfinite(r):
            found[a][b] = found[b][a] = r
    return found


def duplicate_rows(frame: Frame) -> int:
    """Rows that an earlier row equals."""
    same = [identifier(name) for name in frame.names]
    grouped = "(" + select({"n": "count(*)"}, frame.current, f"GROUP BY {', '.join(same)}") + ")"
    return int(_one(frame, {"n": "coalesce(sum(n - 1), 0)"}, grouped)[0])

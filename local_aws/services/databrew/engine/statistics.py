"""The numbers of a profile, to DataBrew's maths.

Entropy uses the natural logarithm over the values that are there; percentiles interpolate
linearly; kurtosis is in excess of the normal's; variance and standard deviation are the sample's;
kurtosis and skewness are the population's, as Spark's are. A text column's numbers are those of
its lengths.

A column is read once, to count how many rows have each of its values. All that is said of it comes
from these counts, exactly: of a year's flights a column has hundreds of values, not 336,776.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import majority
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
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    # Those that Spark has not are the narrowest that hold them.
    "UTINYINT": "short",
    "USMALLINT": "int",
    "UINTEGER": "long",
    "UBIGINT": "decimal",
    "HUGEINT": "decimal",
}
MAJORITY = 0.5
BINS = 20
COMMON = 50
EXTREMES = 5
OUTLIER_SCORE = 3.0
SQUARED = 1e100  # a number whose square a double holds, and whose sums of squares
PERCENTILES = {
    "percentile5": 0.05,
    "percentile25": 0.25,
    "median": 0.5,
    "percentile75": 0.75,
    "percentile95": 0.95,
}
Found = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column, as table ``counted``: its distinct values as text ``v``, rows of each ``n``."""

    frame: Frame
    name: str
    kind: str
    counted: str
    rows: int

    @property
    def measures(self) -> bool:
        """Whether the column has numbers: its own, or its lengths."""
        return self.kind in (*NUMERIC, "string")

    @property
    def is_whole(self) -> bool:
        """Whether the numbers are whole: integers, and the lengths of text."""
        return self.kind not in ("float", "double", "decimal")

    @cached_property
    def graded(self) -> str:
        """A table of the distinct numbers ``x`` and the rows ``n`` that have each."""
        table = f"graded_{self.counted}"
        counts = select(
            {"x": self._number(), "n": "sum(n)::BIGINT"},
            self.counted,
            "GROUP BY x HAVING x NOTNULL",
        )
        self.frame.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {counts}")
        return table

    def _number(self) -> str:
        if self.kind == "string":
            return "length(v)"
        if self.is_whole:
            return convert("v", "VARCHAR", "long")
        value = convert("v", "VARCHAR", "double")
        return f"CASE WHEN isfinite({value}) THEN {value} END"

    def ask(self, columns: Mapping[str, str], table: str, tail: str = "") -> Found:
        """The one row that these expressions give."""
        row = self.frame.connection.execute(select(dict(columns), table, tail)).fetchone() or ()
        return dict(zip(columns, row, strict=True))

    def pairs(self, table: str, value: str, tail: str) -> list[tuple[Any, int]]:
        """Values and how many rows have each."""
        query = select({"value": value, "rows": "n"}, table, tail)
        rows: list[tuple[Any, int]] = self.frame.connection.execute(query).fetchall()
        return rows

    @cached_property
    def values(self) -> Found:
        """What the values say, whatever their type."""
        asked = {
            "there": "coalesce(sum(n), 0)::BIGINT",
            "distinctValuesCount": "count(*)",
            "uniqueValuesCount": "count(*) FILTER (n = 1)",
            "nlogn": "coalesce(fsum(n * ln(n)), 0)",
        }
        found = self.ask(asked, self.counted)
        there, nlogn = found["there"], found.pop("nlogn")
        entropy = math.log(there) - nlogn / there if there else 0.0
        return found | {
            "entropy": max(entropy, 0.0),
            "missingValuesCount": self.rows - there,
        }

    @cached_property
    def numbers(self) -> Found:
        """What the numbers say; nothing where there are none."""
        asked = {
            "count": "sum(n)::BIGINT",
            "min": "min(x)",
            "max": "max(x)",
            "sum": "sum(x::HUGEINT * n)" if self.is_whole else "fsum(x * n)",
            "mean": "fsum(x::DOUBLE * n) / sum(n)",
            "zerosCount": "coalesce(sum(n) FILTER (x = 0), 0)::BIGINT",
        }
        found = self.ask(asked, self.graded)
        if not found["count"]:
            return {}
        found["range"] = found["max"] - found["min"]
        found |= self._moments(found["count"], found["mean"])
        found |= self._ranked(self.graded, "x", found["count"], PERCENTILES)
        found["interquartileRange"] = found["percentile75"] - found["percentile25"]
        found["medianAbsoluteDeviation"] = self._deviation(found["count"], found["median"])
        found["mode"] = self.pairs(self.graded, "x", "ORDER BY n DESC, x LIMIT 1")[0][0]
        return found

    def _moments(self, count: int, mean: float) -> Found:
        """From the differences to the mean, which lose no digits as sums of squares do."""
        asked = {f"m{k}": f"fsum(n * power(x::DOUBLE - {_real(mean)}, {k}))" for k in (2, 3, 4)}
        second, third, fourth = self.ask(asked, self.graded).values()
        variance = second / (count - 1) if count > 1 else None
        found: Found = {
            "variance": variance,
            "standardDeviation": math.sqrt(variance) if variance is not None else None,
            "skewness": None,
            "kurtosis": None,
        }
        if second:
            found["skewness"] = (third / count) / (second / count) ** 1.5
            found["kurtosis"] = count * fourth / second**2 - 3
        return found

    def quantile(self, share: float) -> float | None:
        """The number below which this share of the rows is; None where there are no numbers."""
        if not self.numbers:
            return None
        wanted = {"quantile": share}
        found = self._ranked(self.graded, "x", self.numbers["count"], wanted)
        return float(found["quantile"])

    def _deviation(self, count: int, median: float) -> float:
        gaps = select({"gap": f"abs(x::DOUBLE - {_real(median)})", "n": "n"}, self.graded)
        return float(self._ranked(f"({gaps})", "gap", count, {"median": 0.5})["median"])

    def _ranked(self, table: str, value: str, count: int, wanted: Mapping[str, float]) -> Found:
        """Linear between the two values whose ranks are beside the place that is asked for."""
        places = {name: share * (count - 1) for name, share in wanted.items()}
        ranks = select({"value": value, "upto": f"sum(n) OVER (ORDER BY {value})"}, table)
        asked = {}
        for name, place in places.items():
            asked[f"{name}_low"] = f"min(value) FILTER (upto > {math.floor(place)})"
            asked[f"{name}_high"] = f"min(value) FILTER (upto > {math.ceil(place)})"
        found = self.ask(asked, f"({ranks})")
        return {
            name: _between(found[f"{name}_low"], found[f"{name}_high"], place % 1)
            for name, place in places.items()
        }

    def common(self, size: int | None) -> list[Found]:
        """The most common values, numbers as numbers: what is none stays the text that it is."""
        found = self.pairs(self.counted, "v", f"ORDER BY n DESC, v{_limit(size)}")
        return [{"value": self._typed(value), "count": n} for value, n in found]

    def _typed(self, value: str) -> Any:
        if self.kind not in NUMERIC:
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if "_" in value or not math.isfinite(number):
            return value
        return number if not self.is_whole else int(number) if abs(number) < 2**53 else int(value)

    def extremes(self, order: str, size: int | None) -> list[Found]:
        """The smallest (``ASC``) or largest (``DESC``) numbers with their counts."""
        found = self.pairs(self.graded, "x", f"ORDER BY x {order}{_limit(size)}")
        return [{"value": value, "count": n} for value, n in found]

    def distribution(self, bins: int) -> list[Found]:
        """The histogram of the numbers: bins from the smallest on, the last of them open."""
        low, high = self.numbers["min"], self.numbers["max"]
        if self.is_whole:
            edges: list[float] = list(whole_edges(low, high, bins))
        else:
            edges = _real_edges(low, high, bins)
        return _bins([*edges, "inf"], self._histogram([*edges, "inf"]))

    def score_distribution(self, bins: int) -> list[Found]:
        """How far the numbers are from the mean, in deviations: equal bins with open ends.

        Numbers are counted between numbers: a score that stands on an edge would fall by chance.
        """
        deviation, mean = self.numbers["standardDeviation"], self.numbers["mean"]
        if not _usable(deviation):
            return []
        low, span = self.numbers["min"], self.numbers["range"]
        edges = [low + span * i / bins for i in range(1, bins)]
        scores = [(edge - mean) / deviation for edge in edges]
        return _bins(["-inf", *scores, "inf"], self._histogram(["-inf", *edges, "inf"]))

    def _score(self) -> str:
        found = self.numbers
        return f"((x - {_real(found['mean'])}) / {_real(found['standardDeviation'])})"

    def _histogram(self, bounds: list[Any]) -> list[int]:
        """Rows between each bound and the next."""
        asked = {}
        for i, (low, high) in enumerate(pairwise(bounds)):
            above = "true" if low == "-inf" else f"x >= {_bound(low)}"
            below = "true" if high == "inf" else f"x < {_bound(high)}"
            asked[f"b{i}"] = f"coalesce(sum(n) FILTER ({above} AND {below}), 0)::BIGINT"
        return list(self.ask(asked, self.graded).values())

    def outliers(self, score: float) -> int:
        """How many rows are further from the mean than so many deviations."""
        if not self.numbers or not _usable(self.numbers["standardDeviation"]):
            return 0
        far = f"coalesce(sum(n) FILTER (abs({self._score()}) > {_real(score)}), 0)::BIGINT"
        return int(self.ask({"far": far}, self.graded)["far"])

    def outlier_sample(self, score: float, size: int | None) -> list[Found]:
        """The numbers that are that far, the furthest first."""
        if not self.numbers or not _usable(self.numbers["standardDeviation"]):
            return []
        z = self._score()
        far = f"WHERE abs({z}) > {_real(score)} ORDER BY abs(z) DESC, x{_limit(size)}"
        rows = self.frame.connection.execute(
            select({"x": "x", "z": z}, self.graded, far)
        ).fetchall()
        return [{"value": x, "zScore": z} for x, z in rows]


def count(
    frame: Frame,
    names: list[str],
    kinds: Mapping[str, str] | None = None,
    *,
    told: bool = False,
) -> dict[str, Column]:
    """Count the values of these columns, and tell the types of those of text.

    ``kinds``: the types that are known. ``told``: the files tell types, so that text is text.
    """
    rows, known = rows_of(frame), dict(kinds or {})
    if told:
        known = {name: "string" for name in names if frame.columns[name] == "VARCHAR"} | known
    return {
        name: _counted(frame, name, f"counted_{i}", rows, known.get(name))
        for i, name in enumerate(names)
    }


def rows_of(frame: Frame) -> int:
    """How many rows a frame has."""
    query = select({"rows": "count(*)"}, frame.current)
    return int((frame.connection.execute(query).fetchone() or (0,))[0])


def _counted(frame: Frame, name: str, table: str, rows: int, kind: str | None) -> Column:
    column, sql_type = frame.column(name)
    there = f"WHERE NOT {missing(column, sql_type)} GROUP BY {column}"
    counts = select({"v": text(column, sql_type), "n": "count(*)"}, frame.current, there)
    frame.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {counts}")
    return Column(frame, name, kind or _kind(frame, sql_type, table), table, rows)


def _kind(frame: Frame, sql_type: str, table: str) -> str:
    """A column's DataBrew type: its own in typed files, that of most values in text."""
    if sql_type == "VARCHAR":
        return majority(frame.connection, table, MAJORITY)
    return "decimal" if sql_type.startswith("DECIMAL") else KINDS.get(sql_type, "string")


def _real(value: float) -> str:
    """A bare 0.4896... would be a DECIMAL to DuckDB, and overflow when multiplied: quoted."""
    return f"'{float(value)!r}'::DOUBLE"


def _bound(value: float) -> str:
    return str(value) if isinstance(value, int) else _real(value)


def _bins(bounds: list[Any], counts: list[int]) -> list[Found]:
    return [
        {"bucket": list(bucket), "count": n}
        for bucket, n in zip(pairwise(bounds), counts, strict=True)
    ]


def _limit(size: int | None) -> str:
    return "" if size is None else f" LIMIT {size}"


def _between(low: float, high: float, share: float) -> float:
    return float(low) + (float(high) - float(low)) * share


def _usable(deviation: float | None) -> bool:
    return bool(deviation) and math.isfinite(deviation or 0)


def whole_edges(low: int, high: int, bins: int = BINS) -> list[int]:
    """Whole widths of range // bins; the last range % bins of them are one wider."""
    span = high - low
    bins = min(bins, max(span, 1))
    width, wider = divmod(span, bins)
    edges, edge = [], low
    for i in range(bins):
        edges.append(edge)
        edge += width + (1 if i >= bins - wider else 0)
    return edges


def _real_edges(low: float, high: float, bins: int) -> list[float]:
    if math.isinf(high - low):  # of huge numbers: no double holds how far they are apart
        return [low * (1 - i / bins) + high * (i / bins) for i in range(bins)]
    width = (high - low) / bins or 1.0
    return [low + width * i for i in range(bins)]


def correlations(columns: list[Column]) -> dict[str, dict[str, float]]:
    """Pearson's r of each pair of number columns, over the rows where both are there."""
    pairs = [(a, b) for i, a in enumerate(columns) for b in columns[i:]]
    if not pairs:
        return {}
    frame = columns[0].frame
    values = {f"x{i}": _scaled(column) for i, column in enumerate(columns)}
    at = {column.name: f"x{i}" for i, column in enumerate(columns)}
    asked = {f"p{i}": f"corr({at[a.name]}, {at[b.name]})" for i, (a, b) in enumerate(pairs)}
    query = select(asked, f"({select(values, frame.current)})")
    row = frame.connection.execute(query).fetchone() or ()
    found: dict[str, dict[str, float]] = {column.name: {} for column in columns}
    for (a, b), r in zip(pairs, row, strict=True):
        if r is not None and math.isfinite(r):
            found[a.name][b.name] = found[b.name][a.name] = r
    return found


def _scaled(column: Column) -> str:
    """A row's number, small enough to be squared: r is the same whatever the scale."""
    value, found = _row_number(column), column.numbers
    largest = max(abs(found["min"]), abs(found["max"])) if found else 0
    return f"{value} / {_real(largest)}" if largest > SQUARED else value


def _row_number(column: Column) -> str:
    """A row's number: by DuckDB's own cast, where it says the same of every value."""
    name, sql_type = column.frame.column(column.name)
    if sql_type != "VARCHAR":
        value = f"CAST({name} AS DOUBLE)"
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    plain, exact = "TRY_CAST(v AS DOUBLE)", _exact("v")
    odd = f"count(*) FILTER ({plain} IS DISTINCT FROM {exact})"
    if column.ask({"odd": odd}, column.counted)["odd"]:
        return _exact(name)
    return f"TRY_CAST({name} AS DOUBLE)"


def _exact(column: str) -> str:
    value = convert(column, "VARCHAR", "double")
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def duplicate_rows(frame: Frame) -> int:
    """Rows that an earlier row equals.

    Only rows whose hash another one has can be equal: those are compared. All rows side by side
    would take many times the input's size.
    """
    connection, same = frame.connection, ", ".join(map(identifier, frame.names))
    hashes = select({"h": f"hash({same})"}, frame.current)
    shared = select({"h": "h"}, f"({hashes})", "GROUP BY h HAVING count(*) > 1")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE shared AS {shared}")
    alike = f"WHERE hash({same}) IN ({select({'h': 'h'}, 'shared')}) GROUP BY {same}"
    groups = select({"n": "count(*)"}, frame.current, alike)
    query = select({"again": "coalesce(sum(n - 1), 0)::BIGINT"}, f"({groups})")
    return int((connection.execute(query).fetchone() or (0,))[0])

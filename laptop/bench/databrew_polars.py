"""What somebody would write by hand in polars for flights: the recipe, and a profile.

``python -m laptop.bench.databrew_polars recipe|profile INPUT OUTPUT``: the peer of
``./lake bench databrew``, one process a run. The recipe streams; the profile computes what
DataBrew's reports, over the same columns, types and rows.
"""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

TEXTS = ("carrier", "tailnum", "origin", "dest")
WHOLE = (
    *("year", "month", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_time"),
    *("sched_arr_time", "arr_delay", "flight", "air_time", "distance", "hour", "minute"),
)
BINS = 20
MOST = 50


def cleaned(file: Path) -> pl.LazyFrame:
    """The flights' recipe: text trimmed, NA missing, typed; rows without a key left out."""
    rows = pl.scan_csv(file, infer_schema=False)
    texts = [pl.col(name).str.strip_chars().replace("NA", None).alias(name) for name in TEXTS]
    numbers = [pl.col(name).cast(pl.Int32, strict=False) for name in WHOLE]
    moment = pl.col("time_hour").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False)
    day = pl.date("year", "month", "day").alias("flight_date")
    return (
        rows.with_columns(*texts, *numbers, moment)
        .with_columns(day)
        .filter(
            pl.col("time_hour").is_not_null()
            & pl.col("carrier").is_not_null()
            & pl.col("flight").is_not_null()
        )
        .drop("year", "month")
    )


def profiled(file: Path) -> dict[str, Any]:
    """The statistics of each column, and the rows that there are twice."""
    rows = pl.read_csv(file, null_values=["NA"])
    numeric = [name for name, kind in rows.schema.items() if kind.is_numeric()][:10]
    related = rows.select(
        pl.corr(one, two).alias(f"{one}|{two}") for one in numeric for two in numeric if one < two
    )
    return {
        "rows": rows.height,
        "duplicates": rows.height - rows.n_unique(),
        "correlations": related.row(0, named=True),
        "columns": {name: _column(rows[name]) for name in rows.columns},
    }


def _column(values: pl.Series) -> dict[str, Any]:
    counts = values.drop_nulls().value_counts(sort=True)
    found: dict[str, Any] = {
        "missing": values.null_count(),
        "distinct": counts.height,
        "unique": counts.filter(pl.col("count") == 1).height,
        "entropy": counts["count"].entropy(normalize=True),
        "common": counts.head(MOST).rows(),
    }
    # DataBrew measures a text by its length.
    measured = values if values.dtype.is_numeric() else values.cast(pl.String).str.len_chars()
    return found | _measured(measured.drop_nulls().cast(pl.Float64))


def _measured(numbers: pl.Series) -> dict[str, Any]:
    mean, deviation, middle = numbers.mean(), numbers.std(), numbers.median()
    scores = (numbers - mean) / deviation if deviation else numbers * 0
    quantiles = {f"p{p}": numbers.quantile(p / 100, "linear") for p in (5, 25, 75, 95)}
    return {
        **quantiles,
        "mean": mean,
        "deviation": deviation,
        "variance": numbers.var(),
        "skewness": numbers.skew(),
        "kurtosis": numbers.kurtosis(),
        "sum": numbers.sum(),
        "zeros": (numbers == 0).sum(),
        "median": middle,
        "mode": numbers.mode().to_list()[:1],
        "lowest": numbers.bottom_k(5).to_list(),
        "highest": numbers.top_k(5).to_list(),
        "distribution": numbers.hist(bin_count=BINS)["count"].to_list(),
        "outliers": (scores.abs() > 3).sum(),
        "scores": scores.hist(bin_count=BINS)["count"].to_list(),
        "mad": (numbers - middle).abs().median(),
    }


def main() -> None:
    what, file, output = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if what == "recipe":
        cleaned(file).sink_parquet(output, compression="snappy")
    else:
        output.write_text(json.dumps(profiled(file), default=str))


if __name__ == "__main__":
    main()

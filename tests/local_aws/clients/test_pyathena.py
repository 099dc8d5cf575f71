"""PyAthena, its cursors and its SQLAlchemy dialect, as other people's projects use them."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pyathena
import pytest
import sqlalchemy as sa
from pyathena.arrow.cursor import ArrowCursor
from pyathena.arrow.result_set import AthenaArrowResultSetMetadataReader
from pyathena.async_cursor import AsyncCursor
from pyathena.cursor import DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor

TYPES = """SELECT * FROM (VALUES
 (1, BIGINT '10', 1.5e0, DECIMAL '1.25', 'a,b"c' || chr(10) || chr(9) || 'é', true,
  DATE '2024-02-29', TIMESTAMP '2024-02-29 12:34:56.789', ARRAY[1, 2], MAP(ARRAY['k'], ARRAY[1])),
 (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) t(i, b, d, n, s, f, day, at, list, dict) ORDER BY i"""


@pytest.fixture
def database(aws: Any, bucket: str) -> str:
    name = f"pyathena_{uuid.uuid4().hex[:8]}"
    place = f"s3://{bucket}/{name}/"
    body = {"Name": name, "LocationUri": place, "Description": "PyAthena's"}
    aws.client("glue").create_database(DatabaseInput=body)
    return name


@pytest.fixture
def connection(bucket: str, database: str) -> Any:
    with pyathena.connect(
        s3_staging_dir=f"s3://{bucket}/staging/", schema_name=database, poll_interval=0.02
    ) as made:
        yield made


@pytest.fixture
def arrow_finds_s3(arrow_fs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyAthena tells Arrow of no endpoint, and Arrow reads no variable: only that is replaced."""

    def here(_self: Any) -> Any:
        return arrow_fs

    monkeypatch.setattr(AthenaArrowResultSetMetadataReader, "_create_s3_file_system", here)


@pytest.fixture
def flights(connection: Any, bucket: str, database: str) -> str:
    """A partitioned table."""
    connection.cursor().execute(
        f"CREATE TABLE flights WITH (external_location = 's3://{bucket}/flights/',"
        " partitioned_by = ARRAY['year']) AS SELECT * FROM (VALUES"
        " (1, 'JFK', DECIMAL '1.50', 2013), (2, 'LGA', DECIMAL '2.50', 2013),"
        " (3, 'JFK', NULL, 2014)) t(id, origin, fare, year)"
    )
    return f"{database}.flights"


def test_cursor_gives_pythons_types(connection: Any) -> None:
    cursor = connection.cursor().execute(TYPES)
    assert [column[:2] for column in cursor.description][:4] == [
        ("i", "integer"),
        ("b", "bigint"),
        ("d", "double"),
        ("n", "decimal"),
    ]
    first, second = cursor.fetchall()
    assert first == (
        1, 10, 1.5, Decimal("1.25"), 'a,b"c\n\té', True, dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 12, 34, 56, 789000), [1, 2], {"k": "1"},
    )  # fmt: skip
    assert second == (2, *[None] * 9)
    assert cursor.state == "SUCCEEDED"
    assert cursor.statement_type == "DML"
    assert cursor.output_location.endswith(f"{cursor.query_id}.csv")


def test_cursor_goes_over_pages(connection: Any) -> None:
    cursor = connection.cursor(arraysize=7)
    cursor.execute("SELECT x FROM UNNEST(sequence(1, 20)) t(x) ORDER BY x")
    assert [row[0] for row in cursor] == list(range(1, 21))
    # A page that is exactly full has a token, as on Athena, and nothing after it.
    cursor.execute("SELECT x FROM UNNEST(sequence(1, 6)) t(x) ORDER BY x")
    assert len(cursor.fetchall()) == 6


def test_dict_cursor(connection: Any) -> None:
    rows = connection.cursor(DictCursor).execute("SELECT 1 AS one, 'b' AS two").fetchall()
    assert rows == [{"one": 1, "two": "b"}]


def test_pandas_cursor(connection: Any, flights: str) -> None:
    frame = connection.cursor(PandasCursor).execute(TYPES).as_pandas()
    assert frame["i"].tolist() == [1, 2]
    assert frame["at"][0].isoformat() == "2024-02-29T12:34:56.789000"
    unloaded = connection.cursor(PandasCursor, unload=True)
    frame = unloaded.execute("SELECT id, origin FROM flights ORDER BY id").as_pandas()
    assert sorted(frame["id"]) == [1, 2, 3]
    assert unloaded.data_manifest_location.endswith("-manifest.csv")
    assert connection.cursor(PandasCursor).execute("SHOW TABLES").fetchall() == [("flights",)]
    assert connection.cursor(PandasCursor).execute("DROP TABLE IF EXISTS nope").fetchall() == []


def test_arrow_cursor(connection: Any, flights: str, arrow_finds_s3: None) -> None:
    table = connection.cursor(ArrowCursor).execute(TYPES).as_arrow()
    assert table["b"].to_pylist() == [10, None]
    assert table["day"].to_pylist()[0] == dt.date(2024, 2, 29)
    unload = connection.cursor(ArrowCursor, unload=True)
    table = unload.execute("SELECT origin, fare FROM flights").as_arrow()
    assert sorted(table["origin"].to_pylist()) == ["JFK", "JFK", "LGA"]


def test_async_cursor_runs_several_and_cancels(connection: Any) -> None:
    cursor = connection.cursor(AsyncCursor)
    asked = [cursor.execute(f"SELECT {n} AS n") for n in range(6)]
    assert [future.result().fetchone() for _, future in asked] == [(n,) for n in range(6)]
    numbers = "UNNEST(sequence(1, 10000))"
    query_id, future = cursor.execute(
        f"SELECT count(*) FROM {numbers} a(x) CROSS JOIN {numbers} b(y) CROSS JOIN {numbers} c(z)"
        " WHERE x * y * z % 7 = 3"
    )
    cursor.cancel(query_id).result()
    assert future.result().state == "CANCELLED"


def test_parameters_of_either_style(connection: Any, flights: str) -> None:
    sql = "SELECT id FROM flights WHERE origin = %(origin)s AND year = %(year)d ORDER BY id"
    found = connection.cursor().execute(sql, {"origin": "JFK", "year": 2013}).fetchall()
    assert found == [(1,)]
    bound = connection.cursor().execute(
        "SELECT id FROM flights WHERE origin = ? AND year > ?",
        ["'JFK'", "2013"],
        paramstyle="qmark",
    )
    assert bound.fetchall() == [(3,)]


def test_executemany_inserts(connection: Any, flights: str) -> None:
    rows = [{"id": 4, "year": 2013}, {"id": 5, "year": 2015}]
    sql = "INSERT INTO flights VALUES (%(id)d, 'EWR', DECIMAL '0.10', %(year)d)"
    connection.cursor().executemany(sql, rows)
    assert connection.cursor().execute("SHOW PARTITIONS flights").fetchall() == [
        ("year=2013",),
        ("year=2014",),
        ("year=2015",),
    ]


def test_metadata_and_results_that_are_reused(connection: Any, flights: str) -> None:
    cursor = connection.cursor()
    assert [t.name for t in cursor.list_table_metadata()] == ["flights"]
    table = cursor.get_table_metadata("flights")
    assert [(c.name, c.type) for c in table.partition_keys] == [("year", "int")]
    sql = f"SELECT count(*), '{uuid.uuid4()}' FROM flights"
    for reused in (False, True):
        cursor.execute(sql, result_reuse_enable=True, result_reuse_minutes=5)
        assert cursor.reused_previous_result is reused


def test_a_failed_query_is_an_operational_error(connection: Any) -> None:
    with pytest.raises(OperationalError, match="COLUMN_NOT_FOUND"):
        connection.cursor().execute("SELECT nope FROM (VALUES 1) t(a)")
    with pytest.raises(OperationalError, match="Table not found"):
        connection.cursor(PandasCursor).execute("DROP TABLE nope")
    assert connection.cursor().execute("SELECT 1").fetchone() == (1,)


# --- SQLAlchemy


@pytest.fixture
def engine(aws: Any, bucket: str, database: str) -> Any:
    staging = sa.URL.create(
        "awsathena+rest",
        username=aws.env["AWS_ACCESS_KEY_ID"],
        password=aws.env["AWS_SECRET_ACCESS_KEY"],
        host="athena.us-east-1.amazonaws.com",
        port=443,
        database=database,
        query={"s3_staging_dir": f"s3://{bucket}/staging/", "poll_interval": "0.02"},
    )
    made = sa.create_engine(staging)
    yield made
    made.dispose()


def test_sqlalchemy_inspects(engine: Any, flights: str, database: str) -> None:
    inspector = sa.inspect(engine)
    assert database in inspector.get_schema_names()
    assert inspector.get_table_names() == ["flights"]
    assert inspector.has_table("flights")
    assert not inspector.has_table("nope")
    columns = {c["name"]: str(c["type"]) for c in inspector.get_columns("flights")}
    assert columns == {
        "id": "INTEGER",
        "origin": "VARCHAR(3)",
        "fare": "DECIMAL(3, 2)",
        "year": "INTEGER",
    }
    with engine.begin() as opened:
        opened.execute(sa.text("CREATE VIEW cheap AS SELECT id FROM flights WHERE fare < 2"))
    assert sa.inspect(engine).get_view_names() == ["cheap"]
    assert "SELECT id FROM flights" in sa.inspect(engine).get_view_definition("cheap")


def test_sqlalchemy_reflects_and_asks(engine: Any, flights: str) -> None:
    table = sa.Table("flights", sa.MetaData(), autoload_with=engine)
    assert table.dialect_options["awsathena"]["location"].endswith("/flights/")
    ask = (
        sa.select(table.c.origin, sa.func.count().label("n"), sa.func.sum(table.c.fare))
        .where(table.c.year == sa.bindparam("year"), table.c.origin.in_(["JFK", "LGA"]))
        .group_by(table.c.origin)
        .order_by(table.c.origin)
        .limit(10)
    )
    with engine.connect() as opened:
        rows = opened.execute(ask, {"year": 2013}).fetchall()
        assert rows == [("JFK", 1, Decimal("1.50")), ("LGA", 1, Decimal("2.50"))]
        assert opened.execute(sa.text("SELECT :a || 'b'"), {"a": "it's"}).scalar() == "it'sb"


def test_sqlalchemy_creates_and_drops(engine: Any, bucket: str) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "made",
        metadata,
        sa.Column("id", sa.types.Integer),
        sa.Column("name", sa.types.String),
        sa.Column("day", sa.types.Date, awsathena_partition=True),
        awsathena_location=f"s3://{bucket}/made/",
        awsathena_file_format="PARQUET",
        awsathena_compression="SNAPPY",
    )
    metadata.create_all(engine)
    with engine.begin() as opened:
        row = {"id": 1, "name": "a'b", "day": dt.date(2024, 2, 29)}
        opened.execute(table.insert(), row)
        assert opened.execute(sa.select(table)).fetchall() == [tuple(row.values())]
    metadata.drop_all(engine)
    assert not sa.inspect(engine).has_table("made")

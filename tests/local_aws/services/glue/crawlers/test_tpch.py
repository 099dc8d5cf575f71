"""Crawled TPC-H answers Athena's queries as DuckDB answers them over the rows themselves."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries
from tests.local_aws.services.glue.crawlers import tpch
from tests.local_aws.services.glue.crawlers.test_api import Lake

QUERIES = {
    "all tables": " UNION ALL ".join(f"SELECT '{n}' t, count(*) c FROM {n}" for n in tpch.TABLES)
    + " ORDER BY 1",
    "pricing summary": """
        SELECT l_returnflag, l_linestatus, CAST(sum(l_quantity) AS decimal(20, 2)) AS quantity,
            CAST(sum(l_extendedprice) AS decimal(20, 2)) AS price, count(*) AS orders
        FROM lineitem WHERE CAST(l_shipdate AS date) <= DATE '1998-09-02'
        GROUP BY 1, 2 ORDER BY 1, 2""",
    "local suppliers": """
        SELECT n_name, count(*) AS lines, sum(CAST(l_extendedprice AS decimal(15, 2))) AS price
        FROM customer JOIN orders ON c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey
            JOIN supplier ON l_suppkey = s_suppkey JOIN nation ON s_nationkey = n_nationkey
            JOIN region ON n_regionkey = r_regionkey
        GROUP BY 1 ORDER BY 1""",
    "parts and their suppliers": """
        SELECT p_brand, min(ps_availqty) AS least, max(p_size) AS size,
            count(DISTINCT p_comment) AS comments
        FROM part JOIN partsupp ON p_partkey = ps_partkey GROUP BY 1 ORDER BY 1""",
}  # fmt: skip


@pytest.fixture(scope="module")
def crawled(
    server: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Lake, dict[str, str]]:
    """All tables in all formats, crawled; each format's database."""
    lake, folder = Lake(server), tmp_path_factory.mktemp("tpch")
    databases = {}
    for kind, write in tpch.FORMATS.items():
        databases[kind] = f"{lake.database}_{kind}"
        lake.glue.create_database(DatabaseInput={"Name": databases[kind]})
        for name in tpch.TABLES:
            lake.put(f"{kind}/{name}/part-0.{kind}", write(tpch.table(name), folder))
        crawler = lake.create(f"{kind}/", DatabaseName=databases[kind])
        assert lake.run(crawler)["Status"] == "SUCCEEDED"
    return lake, databases


@pytest.fixture(scope="module")
def expected() -> dict[str, list[tuple[str, ...]]]:
    """DuckDB's answers over the rows, as Athena prints values."""
    with duckdb.connect() as engine:
        for name in tpch.TABLES:
            engine.register(name, tpch.table(name))
        return {
            title: [tuple(str(value) for value in row) for row in engine.sql(sql).fetchall()]
            for title, sql in QUERIES.items()
        }


@pytest.mark.parametrize("kind", tpch.FORMATS)
def test_the_tables(crawled: tuple[Lake, dict[str, str]], kind: str) -> None:
    lake, databases = crawled
    tables = lake.glue.get_tables(DatabaseName=databases[kind])["TableList"]
    assert {table["Name"] for table in tables} == set(tpch.TABLES)
    for table in tables:
        names = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
        assert names == tpch.table(table["Name"]).column_names
        assert table["Parameters"]["classification"] == kind


@pytest.mark.parametrize("title", QUERIES)
@pytest.mark.parametrize("kind", tpch.FORMATS)
def test_athenas_answers(
    crawled: tuple[Lake, dict[str, str]],
    server: LocalServer,
    expected: dict[str, list[tuple[str, ...]]],
    kind: str,
    title: str,
) -> None:
    lake, databases = crawled
    queries = Queries(server.client("athena"), lake.s3, lake.name)
    context = {"Database": databases[kind]}
    answer = queries.answer(QUERIES[title], QueryExecutionContext=context)
    rows = [_values(row) for row in answer["ResultSet"]["Rows"][1:]]
    assert rows == expected[title]


def _values(row: Any) -> tuple[str, ...]:
    return tuple(value["VarCharValue"] for value in row["Data"])


def test_a_table_as_aws_writes_it(crawled: tuple[Lake, dict[str, str]], tmp_path: Path) -> None:
    lake, databases = crawled
    data = tpch.FORMATS["avro"](tpch.table("region"), tmp_path)
    table = lake.glue.get_table(DatabaseName=databases["avro"], Name="region")["Table"]
    storage = table["StorageDescriptor"]
    serde = storage["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
    assert serde["Parameters"].keys() == {"serialization.format", "avro.schema.literal"}
    assert storage["InputFormat"].endswith("avro.AvroContainerInputFormat")
    literal = table["Parameters"]["avro.schema.literal"]
    assert literal == serde["Parameters"]["avro.schema.literal"]
    assert literal.encode() in data
    table = lake.glue.get_table(DatabaseName=databases["orc"], Name="region")["Table"]
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
        "Parameters": {"serialization.format": "1"},
    }
    assert table["Parameters"]["recordCount"] == "5"

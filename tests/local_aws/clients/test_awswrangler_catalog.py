"""awswrangler.catalog, function by function, over a table of its own."""

import uuid
from typing import Any

import awswrangler as wr
import pytest


@pytest.fixture
def lake(aws: Any, bucket: str) -> dict[str, str]:
    """A partitioned table, as the arguments that name it."""
    name = f"wr_{uuid.uuid4().hex[:8]}"
    wr.catalog.create_database(name, description="Here")
    wr.catalog.create_parquet_table(
        name,
        "trips",
        f"s3://{bucket}/trips/",
        {"day": "int", "fare": "double"},
        partitions_types={"year": "int"},
        description="Rides",
        parameters={"source": "meter"},
        columns_comments={"day": "of the month"},
    )
    return {"database": name, "table": "trips", "path": f"s3://{bucket}/trips/"}


def test_what_a_table_is(lake: dict[str, str]) -> None:
    of = {"database": lake["database"], "table": "trips"}
    assert wr.catalog.does_table_exist(**of)
    assert wr.catalog.get_table_location(**of) == lake["path"]
    assert wr.catalog.get_table_types(**of) == {"day": "int", "fare": "double", "year": "int"}
    assert wr.catalog.get_table_description(**of) == "Rides"
    assert wr.catalog.get_columns_comments(**of)["day"] == "of the month"
    assert wr.catalog.get_table_parameters(**of)["source"] == "meter"
    wr.catalog.upsert_table_parameters({"more": "1"}, **of)
    wr.catalog.overwrite_table_parameters({"only": "1"}, **of)
    assert wr.catalog.get_table_parameters(**of) == {"only": "1"}
    wr.catalog.add_column(**of, column_name="tip", column_type="double", column_comment="")
    wr.catalog.delete_column(**of, column_name="fare")
    assert list(wr.catalog.get_table_types(**of) or {}) == ["day", "tip", "year"]
    assert wr.catalog.get_table_number_of_versions(**of) == len(wr.catalog.get_table_versions(**of))
    assert list(wr.catalog.table(**of)["Column Name"]) == ["day", "tip", "year"]


def test_what_there_is(lake: dict[str, str]) -> None:
    database = lake["database"]
    assert database in list(wr.catalog.databases(limit=1000)["Database"])
    assert database in [d["Name"] for d in wr.catalog.get_databases()]
    for options in ({"name_prefix": "tr"}, {"name_suffix": "ps"}, {"name_contains": "rip"}):
        (found,) = wr.catalog.get_tables(database=database, **options)
        assert found["Name"] == "trips"
    assert list(wr.catalog.tables(database=database)["Table"]) == ["trips"]
    assert [t["Name"] for t in wr.catalog.search_tables(text=f'"{database}"')] == ["trips"]


def test_partitions(lake: dict[str, str]) -> None:
    of = {"database": lake["database"], "table": "trips"}
    places = {f"{lake['path']}year={year}/": [str(year)] for year in range(2000, 2230)}
    wr.catalog.add_parquet_partitions(**of, partitions_values=places)
    assert wr.catalog.get_partitions(**of) == places
    chosen = wr.catalog.get_parquet_partitions(**of, expression="year > 2227")
    assert sorted(values for (values,) in chosen.values()) == ["2228", "2229"]
    wr.catalog.delete_partitions(**of, partitions_values=[["2228"], ["2229"]])
    assert len(wr.catalog.delete_all_partitions(**of)) == 228
    assert wr.catalog.get_partitions(**of) == {}
    assert wr.catalog.delete_table_if_exists(**of)
    assert not wr.catalog.delete_table_if_exists(**of)
    wr.catalog.delete_database(lake["database"])


def test_other_formats(lake: dict[str, str]) -> None:
    database = lake["database"]
    for make in (
        wr.catalog.create_csv_table,
        wr.catalog.create_json_table,
        wr.catalog.create_orc_table,
    ):
        name = make.__name__.split("_")[1]
        make(database, name, f"{lake['path']}{name}/", {"a": "int"}, partitions_types={"p": "int"})
    for name, add in (
        ("csv", wr.catalog.add_csv_partitions),
        ("json", wr.catalog.add_json_partitions),
        ("orc", wr.catalog.add_orc_partitions),
    ):
        place = f"{lake['path']}{name}/p=1/"
        add(database, name, {place: ["1"]})
        assert wr.catalog.get_partitions(database, name) == {place: ["1"]}


def test_a_connection(aws: Any) -> None:
    name = f"wr{uuid.uuid4().hex[:8]}"
    given = {"JDBC_CONNECTION_URL": "jdbc:postgresql://h:1/d", "SECRET_ID": "s"}
    aws.client("glue").create_connection(
        ConnectionInput={"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": given}
    )
    assert wr.catalog.get_connection(name)["ConnectionProperties"] == given

"""Tables whose partitions are where Spark would look for them, in each format."""

from typing import Any

import pytest

pytestmark = pytest.mark.spark


class Partitions:
    """A catalog of one table's partitions."""

    def __init__(self, location: str, *values: str) -> None:
        self.found = [
            {"Values": [v], "StorageDescriptor": {"Location": f"{location}/month={v}/"}}
            for v in values
        ]

    def partitions(self, table: Any, expression: str = "") -> list[dict[str, Any]]:
        return self.found


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "orc"])
def test_values_of_partitions_stay_as_the_catalog_has_them(
    glue: Any, spark_session: Any, put: Any, kind: str
) -> None:
    from awsglue.catalog import Table
    from awsglue.tables import read_table

    location = f"{put('x', '')}table"
    months = spark_session.createDataFrame(
        [(1, "x", "01"), (2, "y", "02")], "id int, s string, m string"
    )
    for month in ("01", "02"):
        part = months.filter(f"m = '{month}'").select("id", "s").coalesce(1)
        part.write.format(kind).save(f"{location}/month={month}")
    document = {
        "Name": "t",
        "Parameters": {"classification": kind},
        "PartitionKeys": [{"Name": "month", "Type": "string"}],
        "StorageDescriptor": {
            "Location": f"{location}/",
            "Columns": [{"Name": "id", "Type": "int"}, {"Name": "s", "Type": "string"}],
        },
    }
    catalog: Any = Partitions(location, "01", "02")

    def read(predicate: str) -> list[tuple[Any, ...]]:
        df = read_table(glue.spark_session, catalog, Table("d", document), predicate, {}, None)
        from awsglue.dynamicframe import DynamicFrame

        return sorted(tuple(row) for row in DynamicFrame(df, glue).toDF().collect())

    assert read("") == [(1, "x", "01"), (2, "y", "02")]
    assert read("month > '01'") == [(2, "y", "02")]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("12.5", "bigint", "12.5"),
        (" 12 ", "bigint", 12),
        ("300", "tinyint", "300"),
        ("12D", "double", "12D"),
        ("1e3", "double", 1000.0),
        ("", "double", None),
        ("", "string", ""),
        ("2020-02-30", "date", "2020-02-30"),
    ],
)
def test_a_text_is_of_its_columns_type_or_stays_a_text(
    spark_session: Any, text: str, kind: str, found: Any
) -> None:
    from awsglue.read_csv import typed_value
    from awsglue.records import decoder
    from pyspark.sql import functions as F  # noqa: N812

    df = spark_session.range(1).select(typed_value(F.lit(text), kind).alias("v"))
    decode = decoder(df.schema) or (lambda row: row.asDict())
    assert decode(df.first())["v"] == found

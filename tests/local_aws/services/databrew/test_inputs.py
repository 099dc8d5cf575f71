"""Where a data set's rows come from: parameters in its path, tables of the Data Catalog."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.databrew.test_runs import Lake

PARAMETERS = {
    "day": {
        "Name": "day",
        "Type": "Datetime",
        "CreateColumn": True,
        "DatetimeOptions": {"Format": "yyyy-MM-dd"},
        "Filter": {"Expression": "after :a", "ValuesMap": {":a": "2021-03-29T00:00:00Z"}},
    },
    "code": {"Name": "code", "Type": "String", "CreateColumn": True},
    "part": {"Name": "part", "Type": "Number", "CreateColumn": True},
}


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


def rows(lake: Lake, source: dict[str, Any], **dataset: Any) -> Any:
    """What a recipe without steps makes of the input."""
    lake.databrew.update_dataset(Name=lake.name, Input=source, **dataset)
    job = lake.recipe_job([], Format="PARQUET")
    found = lake.run(job)
    assert found["State"] == "SUCCEEDED", found.get("ErrorMessage")
    (key,) = lake.keys("clean/")
    body = lake.s3.get_object(Bucket=lake.name, Key=key)["Body"].read()
    return pq.read_table(io.BytesIO(body))


def test_parameters_of_the_path_become_columns_of_their_types(lake: Lake) -> None:
    for key, text in {
        "in/07/2021-03-30-1.csv": "n\n1\n2\n",
        "in/08/2021-03-31-2.csv": "n\n3\n",
        "in/08/2021-03-01-2.csv": "n\n4\n",
        "in/08/readme.txt": "no data",
    }.items():
        lake.s3.put_object(Bucket=lake.name, Key=key, Body=text.encode())
    source = {"S3InputDefinition": {"Bucket": lake.name, "Key": "in/{code}/{day}-{part}.csv"}}
    table = rows(lake, source, Format="CSV", PathOptions={"Parameters": PARAMETERS})
    assert table.column_names == ["n", "code", "day", "part"]
    assert table["n"].to_pylist() == [1, 2, 3]
    # A code of two digits is text all the same: the parameter says so.
    assert table["code"].to_pylist() == ["07", "07", "08"]
    assert table["part"].to_pylist() == [1.0, 1.0, 2.0]
    assert [str(day)[:10] for day in table["day"].to_pylist()] == [
        "2021-03-30", "2021-03-30", "2021-03-31"
    ]  # fmt: skip


def test_no_file_fits(lake: Lake) -> None:
    source = {"S3InputDefinition": {"Bucket": lake.name, "Key": "in/<x>.csv"}}
    lake.databrew.update_dataset(Name=lake.name, Format="CSV", Input=source)
    found = lake.run(lake.recipe_job([]))
    assert found["State"] == "FAILED"
    assert "Path does not exist" in found["ErrorMessage"]


def add_table(
    lake: Lake, library: str, columns: list[tuple[str, str]], delimiter: str = "|", **more: Any
) -> Any:
    glue, location = lake.server.client("glue"), f"s3://{lake.name}/table/"
    storage = {
        "Location": location,
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
        "SerdeInfo": {
            "SerializationLibrary": library,
            "Parameters": {"field.delim": delimiter} if delimiter else {},
        },
    }
    glue.create_database(DatabaseInput={"Name": lake.name})
    glue.create_table(
        DatabaseName=lake.name,
        TableInput={"Name": "t", "StorageDescriptor": storage, **more},
    )
    return {"DataCatalogInputDefinition": {"DatabaseName": lake.name, "TableName": "t"}}


LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
OPEN = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


def test_a_table_of_text_has_the_catalogs_names_and_types(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.name, Key="table/a.csv", Body=b"x|y|z\n1|01|2.5\nno|02|3\n")
    columns = [("n", "int"), ("code", "string"), ("v", "double")]
    source = add_table(lake, LAZY, columns, Parameters={"skip.header.line.count": "1"})
    table = rows(lake, source)
    assert table.to_pydict() == {"n": [1, None], "code": ["01", "02"], "v": [2.5, 3.0]}
    described = lake.databrew.describe_dataset(Name=lake.name)
    assert described["Source"] == "DATA-CATALOG"


@pytest.mark.parametrize(("library", "between"), [(LAZY, "\x01"), (OPEN, ",")])
def test_the_delimiter_of_a_serde_that_is_told_none(lake: Lake, library: str, between: str) -> None:
    lake.s3.put_object(Bucket=lake.name, Key="table/a", Body=f"1{between}a;b\n".encode())
    source = add_table(lake, library, [("n", "int"), ("v", "string")], delimiter="")
    assert rows(lake, source).to_pydict() == {"n": [1], "v": ["a;b"]}


def test_a_text_in_parquet_stays_as_it_is(lake: Lake) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"zip": ["00123", "04567"], "n": ["1", "2"]}), buffer)
    lake.s3.put_object(Bucket=lake.name, Key="in/x.parquet", Body=buffer.getvalue())
    source = {"S3InputDefinition": {"Bucket": lake.name, "Key": "in/x.parquet"}}
    table = rows(lake, source, Format="PARQUET")
    assert table.to_pydict() == {"zip": ["00123", "04567"], "n": ["1", "2"]}


def test_partitions_values_are_columns(lake: Lake) -> None:
    source = add_table(
        lake, PARQUET, [("n", "int")], PartitionKeys=[{"Name": "year", "Type": "int"}]
    )
    glue = lake.server.client("glue")
    for year in (2020, 2021):
        buffer = io.BytesIO()
        pq.write_table(pa.table({"n": [year * 10]}), buffer)
        key = f"elsewhere/{year}/x.parquet"
        lake.s3.put_object(Bucket=lake.name, Key=key, Body=buffer.getvalue())
        glue.create_partition(
            DatabaseName=lake.name,
            TableName="t",
            PartitionInput={
                "Values": [str(year)],
                "StorageDescriptor": {"Location": f"s3://{lake.name}/elsewhere/{year}"},
            },
        )
    table = rows(lake, source)
    assert table.to_pydict() == {"n": [20200, 20210], "year": [2020, 2021]}


def test_tables_that_cannot_be_read_are_refused(lake: Lake) -> None:
    source = add_table(lake, "org.apache.hadoop.hive.serde2.RegexSerDe", [("n", "int")])
    with pytest.raises(ClientError, match="RegexSerDe"):
        lake.databrew.update_dataset(Name=lake.name, Input=source)


def test_a_table_that_is_gone_fails_the_run(lake: Lake) -> None:
    source = add_table(lake, LAZY, [("n", "int")])
    lake.databrew.update_dataset(Name=lake.name, Input=source)
    lake.server.client("glue").delete_table(DatabaseName=lake.name, Name="t")
    found = lake.run(lake.recipe_job([]))
    assert found["State"] == "FAILED"
    assert "Table t not found" in found["ErrorMessage"]

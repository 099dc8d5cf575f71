"""`aws glue`: each kind of thing of the catalog created, shown, changed and deleted."""

import json
import uuid
from pathlib import Path
from typing import Any

import awscli
import pytest
from awscli.clidriver import create_clidriver


@pytest.fixture
def cli(aws: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``aws glue`` in this process; options are written as Python's arguments."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    monkeypatch.setenv("AWS_DATA_PATH", str(Path(awscli.__file__).parent / "data"))
    driver = create_clidriver()

    def run(operation: str, **options: Any) -> Any:
        command = ["glue", operation, "--output", "json"]
        for name, value in options.items():
            text = value if isinstance(value, str) else json.dumps(value)
            command += [f"--{name.replace('_', '-')}", text]
        code = driver.main(command)
        told = capsys.readouterr()
        assert code == 0, told.err
        return json.loads(told.out) if told.out.strip() else {}

    return run


def test_each_kind(cli: Any) -> None:
    name = f"cli_{uuid.uuid4().hex[:8]}"
    of = {"database_name": name, "table_name": "t"}
    cli("create-database", database_input={"Name": name})
    keys = [{"Name": "year", "Type": "int"}]
    storage = {"Columns": [{"Name": "day", "Type": "int"}]}
    table = {"Name": "t", "PartitionKeys": keys, "StorageDescriptor": storage}
    cli("create-table", database_name=name, table_input=table)
    cli("update-table", database_name=name, table_input={**table, "Description": "x"})
    assert len(cli("get-table-versions", **of)["TableVersions"]) == 2
    inputs = [{"Values": [str(year)]} for year in range(2010, 2020)]
    cli("batch-create-partition", **of, partition_input_list=inputs)
    found = cli("get-partitions", **of, expression="year BETWEEN 2012 AND 2014")
    assert [p["Values"] for p in found["Partitions"]] == [["2012"], ["2013"], ["2014"]]
    index = {"IndexName": "i", "Keys": ["year"]}
    cli("create-partition-index", **of, partition_index=index)
    assert len(cli("get-partition-indexes", **of)["PartitionIndexDescriptorList"]) == 1
    function = {"FunctionName": "f", "ClassName": "C"}
    cli("create-user-defined-function", database_name=name, function_input=function)
    listed = cli("get-user-defined-functions", database_name=name, pattern="*")
    assert [f["FunctionName"] for f in listed["UserDefinedFunctions"]] == ["f"]
    assert cli("search-tables", search_text=f'"{name}"')["TableList"][0]["Name"] == "t"
    cli("delete-database", name=name)

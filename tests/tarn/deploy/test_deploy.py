"""A deploy makes what is declared; a second one changes nothing."""

from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.load import dataset_names, load_contract
from tarn.deploy import STAGES, deploy
from tarn.deploy.compare import DONE, covers
from tarn.errors import Terminal
from tarn.planning.plan import make_plan
from tarn.services import athena, catalog
from tests.tarn.conftest import deploy_stages


@pytest.mark.parametrize(
    ("actual", "wanted", "same"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": "1"}, {"a": 1}, False),
        (None, {}, False),
    ],
)
def test_covers(actual: Any, wanted: Any, same: bool) -> None:
    assert covers(actual, wanted) is same


def test_deploy_twice(lake: Aws) -> None:
    planned = [f"{change.what}: {DONE[change.verb]}" for change in make_plan(lake).changes]
    lines = list(deploy())
    assert lines == planned
    for dataset in dataset_names():
        assert f"table {lake.settings.database}.{dataset}: created" in lines
        assert f"recipe {lake.settings.prefix}-{dataset}: published" in lines
    assert list(deploy()) == [f"{lake.settings.prefix}: unchanged"]


def test_tables_are_the_contracts(lake: Aws) -> None:
    list(deploy())
    table = catalog.get_table(lake.settings.database, "flights", lake)
    assert table is not None
    contract = load_contract("flights")
    columns = table["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"]) for c in columns] == [(c.name, c.type) for c in contract.columns]
    assert [(c["Name"], c["Type"]) for c in table["PartitionKeys"]] == [
        ("year", "int"),
        ("month", "int"),
    ]


def test_a_deploy_leaves_readers_where_they_are(lake: Aws) -> None:
    list(deploy())
    contract = load_contract("planes")
    from tarn.partition import Partition

    location = lake.settings.uri("curated", "planes/run=abc/")
    catalog.point(contract, Partition("planes"), location, {"tarn.run": "abc"}, lake)
    assert list(deploy()) == [f"{lake.settings.prefix}: unchanged"]
    assert catalog.location_of(Partition("planes"), lake)[0] == location


def test_a_changed_script_is_written_again(lake: Aws) -> None:
    list(deploy())
    bucket = lake.settings.bucket("ops")
    lake.s3.put_object(Bucket=bucket, Key="glue/airlines.py", Body=b"pass\n")
    assert list(deploy()) == [f"{lake.settings.uri('ops', 'glue/airlines.py')}: written"]


def test_stages_exist() -> None:
    from tarn.deploy import stage

    for name in STAGES:
        assert (stage(name).__doc__ or stage(name).__module__).strip()


def test_no_query_scans_more_than_the_cutoff(lake: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARN_ATHENA_CUTOFF_BYTES", "10000000")
    aws = Aws()
    deploy_stages(aws, "glue:databases", "query:workgroup")
    folder = aws.settings.uri("curated", "big/")
    body = b"0123456789\n" * 1_000_000
    aws.s3.put_object(Bucket=aws.settings.bucket("curated"), Key="big/a.csv", Body=body)
    create = f"CREATE EXTERNAL TABLE big (a string) ROW FORMAT DELIMITED LOCATION '{folder}'"
    athena.query(create, aws.settings.database, aws)
    with pytest.raises(Terminal, match=r"ended CANCELLED: .*limit"):
        athena.query("SELECT max(a) FROM big", aws.settings.database, aws)
    monkeypatch.setenv("TARN_ATHENA_CUTOFF_BYTES", "20000000")
    aws = Aws()
    assert deploy_stages(aws, "query:workgroup") == [f"workgroup {aws.settings.workgroup}: updated"]
    assert athena.query("SELECT max(a) FROM big", aws.settings.database, aws).scanned > 10**7

"""A deploy makes what is declared; a second one changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.load import dataset_names, load_contract
from tarn.deploy import STAGES, changes_of, declarations, deploy, stage
from tarn.deploy.compare import DONE, covers
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.planning.plan import make_plan
from tarn.services import athena, catalog
from tests.conftest import LocalServer
from tests.tarn.conftest import changed, deploy_stages, name_lake


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


@pytest.fixture(scope="module")
def environment(server: LocalServer) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.env.items():
            patch.setenv(name, value)
        name_lake(patch)
        yield patch


@pytest.fixture(scope="module")
def planned(environment: pytest.MonkeyPatch) -> list[str]:
    """What a plan says before anything is there."""
    del environment
    return [f"{change.what}: {DONE[change.verb]}" for change in make_plan().changes]


@pytest.fixture(scope="module")
def lines(planned: list[str]) -> list[str]:
    """What a first deploy says, from the checkout's own declarations."""
    del planned
    return list(deploy())


@pytest.fixture
def made(lines: list[str]) -> Aws:
    """The lake that it made."""
    del lines
    return Aws()


def test_a_plan_says_what_a_deploy_does(planned: list[str], lines: list[str]) -> None:
    assert changed(lines) == planned


def test_everything_is_made(made: Aws, lines: list[str]) -> None:
    prefix = made.settings.prefix
    assert f"stack {prefix}-lake: created" in lines
    assert f"  AWS::S3::Bucket {prefix}-raw create complete" in lines
    for dataset in dataset_names():
        assert f"table {made.settings.database}.{dataset}: created" in lines
        assert f"recipe {prefix}-{dataset}: published" in lines


def test_a_second_deploy_changes_nothing(made: Aws) -> None:
    assert list(deploy()) == [f"{made.settings.prefix}: unchanged"]


def test_a_plan_leaves_nothing_behind(made: Aws) -> None:
    assert make_plan().changes == ()
    client, name = made.client("cloudformation"), f"{made.settings.prefix}-lake"
    assert client.list_change_sets(StackName=name)["Summaries"] == []


def test_tables_are_the_contracts(made: Aws) -> None:
    table = catalog.get_table(made.settings.database, "flights", made)
    assert table is not None
    contract = load_contract("flights")
    columns = table["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"]) for c in columns] == [(c.name, c.type) for c in contract.columns]
    assert [(c["Name"], c["Type"]) for c in table["PartitionKeys"]] == [
        ("year", "int"),
        ("month", "int"),
    ]


def test_a_deploy_leaves_readers_where_they_are(made: Aws) -> None:
    contract = load_contract("planes")
    location = made.settings.uri("curated", "planes/run=abc/")
    catalog.point(contract, Partition("planes"), location, {"tarn.run": "abc"}, made)
    assert list(deploy()) == [f"{made.settings.prefix}: unchanged"]
    assert catalog.location_of(Partition("planes"), made)[0] == location


def test_stages_exist() -> None:
    for name in STAGES:
        assert (stage(name).__doc__ or stage(name).__module__).strip()


def test_no_query_scans_more_than_the_cutoff(made: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARN_ATHENA_CUTOFF_BYTES", "10000000")
    aws = Aws()
    (update,) = changes_of("stacks:stacks", aws)
    name = f"stack {aws.settings.prefix}-lake"
    assert (update.what, update.verb) == (name, "update")
    assert any("WorkGroupConfiguration" in sentence for sentence in update.detail)
    assert changed(deploy_stages(aws, "stacks:stacks")) == [f"{name}: updated"]
    body = b"0123456789\n" * 1_000_000
    aws.s3.put_object(Bucket=aws.settings.bucket("curated"), Key="big/a.csv", Body=body)
    folder = aws.settings.uri("curated", "big/")
    create = f"CREATE EXTERNAL TABLE big (a string) ROW FORMAT DELIMITED LOCATION '{folder}'"
    athena.query(create, aws.settings.database, aws)
    with pytest.raises(Terminal, match=r"ended CANCELLED: .*limit"):
        athena.query("SELECT max(a) FROM big", aws.settings.database, aws)
    monkeypatch.setenv("TARN_ATHENA_CUTOFF_BYTES", "20000000")
    aws = Aws()
    assert changed(deploy_stages(aws, "stacks:stacks")) == [f"{name}: updated"]
    assert athena.query("SELECT max(a) FROM big", aws.settings.database, aws).scanned > 10**7


def test_a_changed_script_stands_beside_the_old_one_while_a_run_may_read_it(
    home: Path, deployed: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = ("declarations:scripts", "glue:jobs", "declarations:old_scripts")
    assert deploy_stages(deployed, *stages) == []
    script = home / "glue_jobs" / "airlines.py"
    script.write_text(script.read_text() + "# changed\n")
    monkeypatch.setattr(declarations, "_has_living_run", lambda *_: True)
    new, job = deploy_stages(deployed, *stages)
    assert job == f"Glue job {deployed.settings.convert_job('airlines')}: updated"
    assert new.endswith("/airlines.py: written")
    found = deployed.glue.get_job(JobName=deployed.settings.convert_job("airlines"))["Job"]
    assert found["Command"]["ScriptLocation"] == new.removesuffix(": written")
    monkeypatch.undo()
    monkeypatch.setenv("TARN_HOME", str(home))
    (old,) = deploy_stages(deployed, *stages)
    assert old.endswith("/airlines.py: deleted")
    assert old != new
    assert deploy_stages(deployed, *stages) == []


def test_a_database_that_was_lost_is_made_again(made: Aws) -> None:
    """Its stack does not miss it."""
    name = made.settings.shadow_database
    before = made.glue.get_database(Name=name)["Database"]["Description"]
    made.glue.delete_database(Name=name)
    assert deploy_stages(made, "databases:lost") == [f"database {name}: created"]
    assert made.glue.get_database(Name=name)["Database"]["Description"] == before
    assert list(changes_of("databases:lost", made)) == []

"""A lake is taken down: its data only where that is asked for; a cut off destroy is finished."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from laptop import cli, deployment
from laptop.plan import CHANGED
from tarn.aws import Aws
from tarn.deploy import deploy, destroy
from tarn.deploy.stacks import watch
from tarn.errors import Terminal
from tarn.services import catalog
from tests.conftest import LocalServer
from tests.tarn.conftest import changed, deploy_stages, name_lake


@pytest.fixture(scope="module")
def lake(server: LocalServer) -> Iterator[Aws]:
    """A whole lake, deployed; its DataBrew has a partition's objects too."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.env.items():
            patch.setenv(name, value)
        name_lake(patch)
        list(deploy())
        aws = Aws()
        aws.s3.put_object(Bucket=aws.settings.bucket("raw"), Key="a", Body=b"1")
        aws.s3.put_object(Bucket=aws.settings.bucket("raw"), Key="a", Body=b"2")
        source = {"S3InputDefinition": {"Bucket": aws.settings.bucket("raw"), "Key": "a.csv"}}
        name = aws.settings.databrew("planes")
        aws.databrew.create_dataset(Name=name, Input=source)  # type: ignore[arg-type]
        yield aws


def carry_out(aws: Aws, *, data: bool = False, unprotect: bool = False) -> list[str]:
    return changed(
        line for change in destroy.destroy(aws, data, unprotect) for line in change.apply()
    )


def there(aws: Aws) -> set[str]:
    """The lake's stacks, buckets and databases that are there."""
    prefix, settings = aws.settings.prefix, aws.settings
    found = {b["Name"] for b in aws.s3.list_buckets()["Buckets"] if b["Name"].startswith(prefix)}
    found |= {n for n in (f"{prefix}-lake", f"{prefix}-quicksight") if watch.describe(n, aws)}
    databases = {d["Name"] for d in aws.glue.get_databases()["DatabaseList"]}
    return found | (
        databases & {settings.database, settings.shadow_database, settings.ops_database}
    )


@pytest.mark.restart  # two deploys of all stacks
def test_everything_goes_but_data_and_comes_again(lake: Aws) -> None:
    """In one test, since each part needs the one before."""
    settings = lake.settings
    prefix = settings.prefix
    lake.client("cloudformation").update_termination_protection(
        StackName=f"{prefix}-lake", EnableTerminationProtection=True
    )
    with pytest.raises(Terminal, match=r"-lake is protected from deletion. .*--unprotect"):
        carry_out(lake)
    going = [change.what for change in destroy.destroy(lake, False, True)]
    assert going[-2:] == [f"termination protection of stack {prefix}-lake", f"stack {prefix}-lake"]
    kept = destroy.stays(lake)
    assert f"bucket {prefix}-raw" in kept
    assert any(name.startswith("key ") for name in kept)

    done = carry_out(lake, unprotect=True)
    assert f"Glue job {settings.convert_job('flights')}: deleted" in done
    assert f"DataBrew dataset {settings.databrew('planes')}: deleted" in done
    assert f"recipe {settings.databrew('flights')}: deleted" in done
    assert f"stack {prefix}-quicksight: deleted" in done
    zones = {f"{prefix}-{z}" for z in ("raw", "clean", "curated", "quarantine", "ops", "logs")}
    databases = {settings.database, settings.shadow_database, settings.ops_database}
    assert there(lake) == zones | databases
    assert carry_out(lake) == []  # run again
    key = lake.client("kms").describe_key(KeyId=f"alias/{prefix}-lake")["KeyMetadata"]["KeyId"]

    assert f"stack {prefix}-lake: created" in changed(deploy())
    assert lake.s3.get_object(Bucket=f"{prefix}-raw", Key="a")["Body"].read() == b"2"
    assert catalog.get_table(settings.database, "flights", lake) is not None
    again = lake.client("kms").describe_key(KeyId=f"alias/{prefix}-lake")["KeyMetadata"]["KeyId"]
    assert again == key  # what was encrypted with it can be read
    assert list(deploy()) == [f"{prefix}: unchanged"]

    for change in destroy.destroy(lake, True):  # one that is killed half-way through
        list(change.apply())
        if change.what == f"stack {prefix}-quicksight":
            break
    assert f"{prefix}-lake" in there(lake)
    done = carry_out(lake, data=True)
    assert f"bucket {prefix}-raw: deleted" in done
    assert there(lake) == set()
    state = lake.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    assert state == "PendingDeletion"
    assert carry_out(lake, data=True) == []


def options(**given: object) -> argparse.Namespace:
    words = {"delete_data": False, "unprotect": False, "yes": False}
    return argparse.Namespace(**(words | given))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: LocalServer) -> Aws:
    """An environment of one bucket."""
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    name_lake(monkeypatch)
    (tmp_path / "infra" / "environments").mkdir(parents=True)
    (tmp_path / "infra" / "environments" / "dev.yaml").write_text("stacks:\n  - name: one\n")
    (tmp_path / "infra" / "one.yaml").write_text(
        "Parameters: {Lake: {Type: String}}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n"
        "    DeletionPolicy: Retain\n    Properties: {BucketName: !Sub '${Lake}-dev-one'}\n"
    )
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    deploy_stages(Aws(), "stacks:stacks")
    return Aws()


def test_anothers_database_stays(
    small: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lakes of one account with one name for a database: it is whose stack has it."""
    template = tmp_path / "infra" / "one.yaml"
    template.write_text(
        "Parameters: {Lake: {Type: String}, Database: {Type: String}}\nResources:\n  D:\n"
        "    Type: AWS::Glue::Database\n    DeletionPolicy: Retain\n    Properties:\n"
        "      {CatalogId: !Ref AWS::AccountId, DatabaseInput: {Name: !Ref Database}}\n"
    )
    deploy_stages(Aws(), "stacks:stacks")
    database = small.settings.database
    assert f"database {database}, its tables and views" in destroy.stays(Aws())
    monkeypatch.setenv("TARN_ENV", "other")
    (tmp_path / "infra/environments/other.yaml").write_text("stacks:\n  - name: one\n")
    assert list(destroy.destroy(Aws(), delete_data=True)) == []
    assert destroy.stays(Aws()) == []


def test_nobody_to_ask(small: Aws) -> None:
    console = Console(record=True, width=110)
    with pytest.raises(deployment.NotAsked, match="no terminal"):
        deployment.destroy(options(), console)
    told = console.export_text()
    assert f"stack {small.settings.prefix}-one" in told
    assert "Stays, with what is in it" in told
    assert f"bucket {small.settings.prefix}-one" in told
    assert watch.describe(f"{small.settings.prefix}-one", small) is not None


@pytest.mark.parametrize("answer", ["", "prod", "y"])
def test_a_wrong_answer(small: Aws, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    console = Console()
    monkeypatch.setattr(console, "input", lambda _: answer)
    with pytest.raises(deployment.NotAsked, match="Nothing was destroyed"):
        deployment.destroy(options(), console)
    assert watch.describe(f"{small.settings.prefix}-one", small) is not None


def test_the_environments_name(small: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    console = Console()
    monkeypatch.setattr(console, "input", lambda _: " dev ")
    assert deployment.destroy(options(delete_data=True), console) == 0
    assert there(small) == set()
    again = Console(record=True, width=110)
    assert deployment.destroy(options(yes=True), again) == 0
    assert "nothing is there to destroy" in again.export_text()


def test_the_command_says_which_account_it_is(
    small: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--aws takes this shell's own credentials; nothing else differs."""
    monkeypatch.setenv("TARN_ENV", "dev")  # which --env changes for the process
    assert cli.main(["plan", "--aws", "--json"]) == CHANGED
    told = capsys.readouterr()
    what = [change["what"] for change in json.loads(told.out)["changes"]]
    assert f"stack {small.settings.prefix}-one" not in what
    assert f"table {small.settings.ops_database}.runs" in what
    assert "AWS account 123456789012, us-east-1, as arn:aws:" in told.err
    assert cli.main(["plan", "--aws", "--env", "nowhere"]) == 1
    assert "There is no environment 'nowhere'" in capsys.readouterr().out

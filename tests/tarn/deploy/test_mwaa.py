"""What MWAA is given: packed so that the same files are the same bytes, and nothing is missing."""

import ast
import io
import re
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from tarn.aws import Aws
from tarn.deploy import mwaa
from tarn.errors import Terminal
from tarn.settings import Settings
from tests.tarn.conftest import ROOT

VERSIONS = sorted(path.parent.name for path in (ROOT / "infra/mwaa").glob("*/requirements.txt"))
OWN = {"tarn", "profile_page"} | {path.stem for path in (ROOT / "plugins").glob("*.py")}
PIN = re.compile(r"(?P<name>[a-z0-9-]+)(\[.*\])?==(?P<version>\S+)")


def pins(version: str) -> dict[str, str]:
    lines = (ROOT / "infra/mwaa" / version / "requirements.txt").read_text().splitlines()
    found = [PIN.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(found), "every line is one pin: no address of an index, no option"
    return {match["name"]: match["version"] for match in found if match}


def imported() -> dict[str, Path]:
    """The packages that run on MWAA import, at any depth of their code, and a file of each."""
    found: dict[str, Path] = {}
    for folder in ("dags", "plugins", "tarn", "profile_page"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                found |= {name.partition(".")[0]: path for name in names}
    known = OWN | sys.stdlib_module_names
    # mypy's stubs of boto3 are imported for types alone.
    return {n: p for n, p in found.items() if n not in known and not n.startswith("mypy_boto3")}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_runs_on_mwaa_imports_what_is_installed_there(version: str) -> None:
    there, distributions = pins(version), packages_distributions()
    assert {"airflow", "boto3", "great_expectations"} <= imported().keys()
    for name, path in imported().items():
        makers = {re.sub(r"[-_.]+", "-", maker).lower() for maker in distributions[name]}
        assert makers & there.keys(), f"{path} imports {name}, which MWAA {version} lacks"


@pytest.mark.parametrize("version", VERSIONS)
def test_requirements_keep_to_the_image(version: str) -> None:
    """What AWS's image holds and lets nobody change is not changed."""
    lines = (ROOT / "infra/mwaa" / version / "constraints.txt").read_text().splitlines()
    held = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    there = pins(version)
    assert held["apache-airflow"] == there["apache-airflow"] == version
    changed = {
        name: there[name] for name in held.keys() & there.keys() if held[name] != there[name]
    }
    assert changed == {}


def test_requirements_say_that_they_are_complete() -> None:
    """Without the word --constraint MWAA would hold them against Airflow's own list."""
    for version in VERSIONS:
        first = (ROOT / "infra/mwaa" / version / "requirements.txt").read_text().splitlines()[0]
        assert first.startswith("# --constraint ")


def test_the_same_files_are_the_same_bytes() -> None:
    assert mwaa.plugins(ROOT) == mwaa.plugins(ROOT)


def test_plugins_hold_what_tasks_and_the_page_need() -> None:
    with zipfile.ZipFile(io.BytesIO(mwaa.plugins(ROOT))) as archive:
        names = set(archive.namelist())
        ignored = archive.read(".airflowignore").decode().splitlines()
    assert {"tarn_operators.py", "tarn/settings.py", "datasets/flights.yaml"} <= names
    assert {"sql/lake/worst_routes.sql", "glue_jobs/flights.py", "tarn/page/__init__.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert {f"{folder}/" for folder in folders} <= set(ignored), "Airflow would load them"


def test_startup_exports_what_is_not_the_default() -> None:
    settings = Settings(lake="fjord", env="prod", home="/x", quicksight_principal="a b'c")
    text = mwaa.startup(settings).decode()
    assert "export TARN_LAKE=fjord\n" in text
    assert """export TARN_QUICKSIGHT_PRINCIPAL='a b'"'"'c'\n""" in text
    assert "TARN_HOME" not in text
    assert "TARN_DATABASE" not in text


@pytest.fixture
def production(lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A lake whose environment has the stack airflow, and the bucket that this stack makes."""
    for folder in ("dags", "plugins"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text(f"# {folder}\n")
    (tmp_path / "infra/environments").mkdir(parents=True)
    (tmp_path / "infra/mwaa").symlink_to(ROOT / "infra/mwaa")
    (tmp_path / "infra/airflow.yaml").symlink_to(ROOT / "infra/airflow.yaml")
    declare(tmp_path, "3.3.1")
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    monkeypatch.setattr(mwaa.watch, "is_new", lambda *_: False)
    made = Aws()
    bucket = mwaa.bucket(made)
    made.s3.create_bucket(Bucket=bucket)
    made.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return made


def declare(home: Path, version: str) -> None:
    (home / "infra/environments/dev.yaml").write_text(
        f"stacks:\n  - name: airflow\n    parameters: {{AirflowVersion: {version}}}\n"
    )


def written(aws: Aws) -> list[str]:
    """Make what differs; which objects that was."""
    start = f"s3://{mwaa.bucket(aws)}/"
    lines = [line for change in mwaa.artifacts(aws) for line in change.apply()]
    return [line.removeprefix(start) for line in lines]


def test_only_what_differs_is_uploaded(production: Aws, tmp_path: Path) -> None:
    everything = ["dags/one.py", "plugins.zip", "requirements.txt", "startup.sh"]
    assert written(production) == [f"{key}: written" for key in everything]
    assert written(production) == []
    (tmp_path / "dags/one.py").rename(tmp_path / "dags/two.py")
    assert written(production) == ["dags/two.py: written", "dags/one.py: deleted"]
    (tmp_path / "plugins/one.py").write_text("# changed\n")
    assert written(production) == ["plugins.zip: written"]
    assert written(production) == []


def test_a_version_that_nobody_resolved(production: Aws, tmp_path: Path) -> None:
    declare(tmp_path, "9.9.9")
    with pytest.raises(Terminal, match=r"AirflowVersion '9.9.9'.*There are 3.0.6, 3.3.1"):
        list(mwaa.artifacts(production))


def test_an_environment_of_a_laptop_has_no_mwaa(lake: Aws) -> None:
    assert list(mwaa.artifacts(lake)) == []
    assert list(mwaa.environment(lake)) == []


def answer(versions: dict[str, Any], status: str = "AVAILABLE", **more: Any) -> dict[str, Any]:
    return {"Environment": {"Status": status, **versions, **more}}


def test_the_environment_names_the_newest_versions(production: Aws) -> None:
    """MWAA itself is not here: its answers are written by hand, its API's shapes are botocore's."""
    written(production)
    newest = {}
    for kind, key in mwaa.NAMED.items():
        head = production.s3.head_object(Bucket=mwaa.bucket(production), Key=key)
        newest |= {f"{kind}S3Path": key, f"{kind}S3ObjectVersion": head["VersionId"]}
    client = production.client("mwaa")  # one for the process
    name = production.settings.prefix
    with Stubber(client) as stub:
        stub.add_response("get_environment", answer({}), {"Name": name})
        stub.add_response("update_environment", {"Arn": "arn"}, {"Name": name, **newest})
        stub.add_response("get_environment", answer({}, "UPDATING"), {"Name": name})
        stub.add_response("get_environment", answer(newest), {"Name": name})
        (change,) = mwaa.environment(production)
        assert change.detail == ("plugins.zip", "requirements.txt", "startup.sh")
        assert list(change.apply())[-1] == f"MWAA environment {name}: updated"
        stub.add_response("get_environment", answer(newest), {"Name": name})
        assert list(mwaa.environment(production)) == []
        stub.assert_no_pending_responses()


def test_an_update_that_mwaa_could_not_make(production: Aws) -> None:
    written(production)
    client = production.client("mwaa")
    failed = {"Status": "FAILED", "Error": {"ErrorMessage": "requirements.txt does not install"}}
    with Stubber(client) as stub:
        stub.add_response("get_environment", answer({}))
        stub.add_response("update_environment", {"Arn": "arn"})
        stub.add_response("get_environment", answer({}, LastUpdate=failed))
        (change,) = mwaa.environment(production)
        with pytest.raises(Terminal, match=r"is AVAILABLE: requirements\.txt does not install"):
            list(change.apply())

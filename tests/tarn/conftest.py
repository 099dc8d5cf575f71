"""A lake of a test's own, on the real local server."""

import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.deploy import stage
from tests.tarn import ground


def deploy_stages(aws: Aws, *names: str) -> list[str]:
    """Run some stages of a deploy; what they changed."""
    return [line for name in names for line in stage(name)(aws)]


def changed(lines: Iterable[str]) -> list[str]:
    """What a deploy says of changes; without the resources of stacks, which are set in."""
    return [line for line in lines if not line.startswith(" ")]


def name_lake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process's lake names that no other test uses."""
    name = f"t{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("TARN_LAKE", name)
    monkeypatch.setenv("TARN_DATABASE", name)
    monkeypatch.setenv("TARN_SHADOW_DATABASE", f"{name}_shadow")
    monkeypatch.setenv("TARN_OPS_DATABASE", f"{name}_ops")
    monkeypatch.setenv("TARN_ACCOUNT_ID", "123456789012")
    monkeypatch.setenv("TARN_POLL_SECONDS", "0.2")
    monkeypatch.setenv("TARN_QUIET_SECONDS", "0")


@pytest.fixture
def lake(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Names that no other test uses; the environment says them to every step. Buckets are made."""
    name_lake(monkeypatch)
    made = Aws.from_environment()
    ground.buckets(made)
    return made


ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Declarations of a test's own, to be changed: the dataset airlines and nothing else.

    Ask for it before `lake`, whose settings then say it.
    """
    names = ["datasets/airlines.yaml", "recipes/airlines.json", "recipes/airlines.rules.json"]
    names += ["expectations/airlines.json", "glue_jobs/airlines.py", "glue_jobs/lake_convert.py"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "infra").symlink_to(ROOT / "tests" / "tarn" / "infra")
    monkeypatch.setenv("TARN_HOME", str(tmp_path))
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    """Change a text that is there, once."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def declare_policy(home: Path, policy: str) -> None:
    """Give airlines a policy for drift."""
    old = "customProperties:\n  - property: source"
    new = f"customProperties:\n  - property: drift\n    value: {policy}\n  - property: source"
    change(home / "datasets" / "airlines.yaml", old, new)


@pytest.fixture
def deployed(lake: Aws) -> Aws:
    """The lake with what a publish needs, and the ledger's tables."""
    ground.databases(lake)
    ground.workgroup(lake)
    deploy_stages(
        lake,
        "declarations:contracts",
        "declarations:scripts",
        "glue:tables",
        "ledger:tables",
        "quarantine:table",
        "glue:jobs",
        "ledger:views",
    )
    return lake

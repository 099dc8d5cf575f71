"""Operators without Airflow's database: a fake task instance and a fake run on AWS."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from tarn.services import work as tarn_work
from tarn.services.work import Status

ROOT = Path(__file__).parent.parent.parent
# Importing Airflow writes its configuration to its home, and its plugins folder joins sys.path.
os.environ["AIRFLOW_HOME"] = str(Path(tempfile.gettempdir()) / "tarn-tests-airflow")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
sys.path.append(str(ROOT / "plugins"))


@dataclass
class FakeTi:
    dag_id: str = "flights"
    run_id: str = "backfill__2013-04-01"
    task_id: str = "profile"
    map_index: int = -1
    max_tries: int = 3
    run_started: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    results: dict[str, Any] = field(default_factory=dict)
    pushed: dict[str, Any] = field(default_factory=dict)

    @property
    def context(self) -> dict[str, Any]:
        return {"ti": self, "dag_run": SimpleNamespace(start_date=self.run_started)}

    def xcom_pull(self, task_ids: str) -> Any:
        return self.results.get(task_ids)

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@dataclass(frozen=True)
class FakeWork:
    """A run that needs `looks` looks, kept in RUNS as AWS would keep it."""

    token: str
    looks: int = 2
    ends: str = "SUCCEEDED"
    kind: ClassVar[str] = "fake"
    RUNS: ClassVar[dict[str, dict[str, Any]]] = {}

    def find(self, aws: Any) -> str | None:
        for run_id, run in self.RUNS.items():
            if run["token"] == self.token and run["state"] != "FAILED":
                return run_id
        return None

    def start(self, aws: Any) -> str:
        run_id = f"run-{len(self.RUNS) + 1}"
        self.RUNS[run_id] = {"token": self.token, "state": "RUNNING", "looks": self.looks}
        return run_id

    def status(self, aws: Any, run_id: str) -> Status:
        run = self.RUNS[run_id]
        run["looks"] -= 1
        if run["state"] == "RUNNING" and run["looks"] <= 0:
            run["state"] = self.ends
        return Status(run["state"], "as AWS says", {"uri": f"s3://clean/run={self.token}/"})

    def stop(self, aws: Any, run_id: str) -> None:
        self.RUNS[run_id] |= {"state": "FAILED", "stopped": True}

    def link(self, aws: Any, run_id: str) -> str:
        return f"https://console.example/{run_id}"

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "token": self.token, "looks": self.looks, "ends": self.ends}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "FakeWork":
        return cls(**data)


@pytest.fixture
def ti() -> FakeTi:
    return FakeTi(results={"land": {"uri": "s3://raw/run=1/", "token": "1"}})


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, dict[str, Any]]]:
    """What AWS runs; and `fake` becomes a kind that a trigger can rebuild."""
    module = ModuleType("fake_work")
    module.FakeWork = FakeWork  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fake_work", module)
    monkeypatch.setitem(tarn_work.KINDS, FakeWork.kind, "fake_work:FakeWork")
    FakeWork.RUNS.clear()
    yield FakeWork.RUNS
    FakeWork.RUNS.clear()


@pytest.fixture
def fake_work() -> type[FakeWork]:
    return FakeWork

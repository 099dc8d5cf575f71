"""moto's state on disk: per service, whole, and refused where it cannot be read."""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.backends import get_backend

from local_aws import moto_state
from local_aws.data_folder import DataFolderRefused
from local_aws.moto_services import SERVICES
from local_aws.moto_state import MotoState

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """moto's state is this process's: leave none behind."""
    yield
    for service in SERVICES:
        get_backend(service).reset()  # type: ignore[call-overload]


@pytest.fixture
def state(tmp_path: Path) -> MotoState:
    return MotoState(tmp_path / "moto", SERVICES)


def backend(service: str) -> Any:
    region = "aws" if service == "iam" else REGION
    return get_backend(service)[ACCOUNT][region]  # type: ignore[call-overload]


def written(state: MotoState) -> set[str]:
    return {path.name for path in state.path.iterdir()}


def test_only_what_a_call_may_have_changed_is_written(state: MotoState) -> None:
    backend("sqs").create_queue("q", {})
    state.save("sqs")
    assert written(state) == {"sqs"}
    backend("sns").create_topic("t")
    backend("kms")
    state.save("sns")
    assert written(state) == {"sqs", "sns"}


def test_what_did_not_change_is_not_written_again(state: MotoState) -> None:
    backend("sqs").create_queue("q", {})
    state.save("sqs")
    (state.path / "sqs").unlink()
    state.save("sqs")
    assert written(state) == set()


@pytest.mark.parametrize("length", [0, 5, 60, 200, -1])
def test_a_torn_file_is_refused_by_its_name(state: MotoState, length: int) -> None:
    backend("sqs").create_queue("q", {})
    state.save("sqs")
    file = state.path / "sqs"
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(DataFolderRefused, match=r"moto/sqs is damaged: put back a copy"):
        MotoState(state.path, SERVICES)


def test_a_file_of_another_moto_is_refused(state: MotoState, monkeypatch: Any) -> None:
    backend("sqs").create_queue("q", {})
    monkeypatch.setattr(moto_state, "version", lambda name: "4.9.9")
    state.save("sqs")
    monkeypatch.undo()
    with pytest.raises(DataFolderRefused, match=r"written with moto 4\.9\.9, here is moto"):
        MotoState(state.path, SERVICES)


def test_the_file_of_format_1_is_taken_over(state: MotoState) -> None:
    backend("sqs").create_queue("q", {})
    members = vars(backend("sqs"))
    old = state.path.with_name("moto.pickle")
    with old.open("wb") as file:
        moto_state._Pickler(file).dump({"sqs": {(ACCOUNT, REGION): members}})
    get_backend("sqs").reset()
    state.load()
    assert list(backend("sqs").queues) == ["q"]
    assert not old.exists()
    assert "sqs" in written(state)


def test_the_server_refuses_at_its_start(tmp_path: Path) -> None:
    (tmp_path / "format").write_text("1\n")
    (tmp_path / "state/moto").mkdir(parents=True)
    (tmp_path / "state/moto/iam").write_bytes(json.dumps({}).encode() + b"\n" + pickle.dumps({}))
    command = [sys.executable, "-m", "local_aws", "--data", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("local_aws: ")
    assert "moto/iam is damaged" in done.stderr

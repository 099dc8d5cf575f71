"""A lake of a test's own, on the real local server."""

import uuid
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.deploy import stage


def deploy_stages(aws: Aws, *names: str) -> list[str]:
    """Run some stages of a deploy; what they changed."""
    return [line for name in names for line in stage(name)(aws)]


@pytest.fixture
def lake(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Names that no other test uses; the environment says them to every step. Buckets are made."""
    name = f"t{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("TARN_LAKE", name)
    monkeypatch.setenv("TARN_DATABASE", name)
    monkeypatch.setenv("TARN_SHADOW_DATABASE", f"{name}_shadow")
    monkeypatch.setenv("TARN_OPS_DATABASE", f"{name}_ops")
    monkeypatch.setenv("TARN_ACCOUNT_ID", "123456789012")
    monkeypatch.setenv("TARN_POLL_SECONDS", "0.2")
    monkeypatch.setenv("TARN_QUIET_SECONDS", "0")
    made = Aws.from_environment()
    deploy_stages(made, "storage:buckets")
    return made


@pytest.fixture
def deployed(lake: Aws) -> Aws:
    """The lake with what a publish needs, and the ledger's tables."""
    deploy_stages(lake, "storage:declarations", "glue:databases", "glue:tables", "ledger:tables")
    deploy_stages(lake, "query:workgroup", "ledger:views")
    return lake

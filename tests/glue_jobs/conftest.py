"""The session with the convert jobs' settings."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "glue_jobs"))
sys.path.insert(0, str(Path(__file__).parents[2] / "local_aws" / "glue_runtime"))


@pytest.fixture(scope="session")
def spark(spark_session: Any) -> Any:
    from lake_convert import SETTINGS

    for name, value in SETTINGS.items():
        spark_session.conf.set(name, value)
    return spark_session

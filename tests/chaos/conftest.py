"""A lake on a server of its own that has bad days, and its steps as Airflow's tasks run them."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.credentials import Credentials

from tests.conftest import ACCESS_KEY, SECRET_KEY, start_server
from tests.faults import Faults

ROOT = Path(__file__).parent.parent.parent
# Importing Airflow writes its configuration to its home, and its plugins folder joins sys.path.
os.environ["AIRFLOW_HOME"] = str(Path(tempfile.gettempdir()) / "tarn-tests-airflow")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
sys.path.append(str(ROOT / "plugins"))


@pytest.fixture(scope="module")
def bad_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    """The faults of a server over a deployed lake; the environment points at it."""
    from tarn.deploy import deploy

    server = start_server(tmp_path_factory.mktemp("chaos") / "data", None, "--allow-faults")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("AWS_") and n != "AWS_CA_BUNDLE"]:
            patch.delenv(name)
        settings = {"TARN_POLL_SECONDS": "0.5", "TARN_ACCOUNT_ID": "123456789012"}
        for name, value in (server.env | settings).items():
            patch.setenv(name, value)
        list(deploy())
        yield Faults(server.endpoint, Credentials(ACCESS_KEY, SECRET_KEY))
    server.stop()


@pytest.fixture
def faults(bad_days: Faults) -> Iterator[Faults]:
    yield bad_days
    bad_days.clear()

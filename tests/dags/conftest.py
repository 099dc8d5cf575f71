"""The bag of DAGs, parsed once, without a database."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
DAGS = ROOT / "dags"
# Importing Airflow writes its configuration to its home, and its plugins folder joins sys.path.
os.environ["AIRFLOW_HOME"] = str(Path(tempfile.gettempdir()) / "tarn-tests-airflow")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
sys.path.append(str(ROOT / "plugins"))


@pytest.fixture(scope="session")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(DAGS, collect_dags=True)


@pytest.fixture(scope="session")
def dags(bag: Any) -> dict[str, Any]:
    assert not bag.import_errors, f"mend these files: {bag.import_errors}"
    found: dict[str, Any] = bag.dags
    assert found, f"no DAG was found in {DAGS}: the tests below would pass for nothing"
    return found

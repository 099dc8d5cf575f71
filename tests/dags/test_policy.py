"""What every DAG of the lake promises. Each message says how to mend it."""

import ast
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tarn.contracts.load import dataset_names

ROOT = Path(__file__).parent.parent.parent
DAG_IDS = [path.stem for path in sorted((ROOT / "dags").glob("*.py"))]
HEAVY = ("great_expectations", "pandas", "pyspark", "pyarrow", "awswrangler", "duckdb")
PARSE_SECONDS = 2.0


def test_each_file_makes_the_dag_of_its_name(dags: dict[str, Any]) -> None:
    assert sorted(dags) == DAG_IDS, "a DAG's id is the name of its file, one DAG to a file"
    for dag_id, dag in dags.items():
        assert Path(dag.fileloc).stem == dag_id


def test_each_dataset_has_a_dag(dags: dict[str, Any]) -> None:
    missing = set(dataset_names()) - set(dags)
    assert not missing, f"write dags/<name>.py for {missing}: copy dags/airlines.py"


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_file_says_its_id_as_a_literal(dag_id: str) -> None:
    """So that a search for it finds it, and Airflow's safe mode sees a DAG."""
    tree = ast.parse((ROOT / "dags" / f"{dag_id}.py").read_text())
    literals = [
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "dag_id" and isinstance(keyword.value, ast.Constant)
    ]
    assert literals == [dag_id], f"dags/{dag_id}.py: call the builder with dag_id={dag_id!r}"


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_says_what_it_is(dag_id: str, dags: dict[str, Any]) -> None:
    dag = dags[dag_id]
    assert dag.doc_md, f"dags/{dag_id}.py: write a docstring; the UI shows it"
    assert dag.description, f"{dag_id}: give it a description"
    assert "lake" in dag.tags, f"{dag_id}: tag it `lake`, and by its domain"


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_does_not_run_away(dag_id: str, dags: dict[str, Any]) -> None:
    dag = dags[dag_id]
    assert not dag.catchup, f"{dag_id}: catchup=False; the past is a backfill, asked for"
    assert dag.max_active_runs <= 2, f"{dag_id}: limit the runs that are under way at once"
    assert dag.start_date, f"{dag_id}: give it a start_date that never moves"


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_every_task_has_an_owner_retries_and_an_end(dag_id: str, dags: dict[str, Any]) -> None:
    for task in dags[dag_id].tasks:
        where = f"{dag_id}.{task.task_id}"
        assert task.owner not in ("", "airflow"), f"{where}: name the team that owns it"
        assert task.retries >= 1, f"{where}: AWS throttles; let it be tried again"
        assert task.retry_delay > timedelta(0), f"{where}: wait before a retry"
        assert task.execution_timeout, f"{where}: give it an execution_timeout"
        assert task.on_failure_callback, f"{where}: keep say_why among on_failure_callback"


def test_runs_of_a_table_without_partitions_do_not_overlap(dags: dict[str, Any]) -> None:
    for dag_id in ("planes", "airports", "airlines", "lake_views"):
        assert dags[dag_id].max_active_runs == 1, f"{dag_id}: both runs would replace one table"


def test_every_publish_starts_the_views(dags: dict[str, Any]) -> None:
    published = {
        asset.name for name in dataset_names() for asset in dags[name].get_task("publish").outlets
    }
    awaited = {asset.name for asset in dags["lake_views"].timetable.asset_condition.objects}
    assert published == awaited == set(dataset_names())


def test_parsing_is_light(tmp_path: Path) -> None:
    """Airflow parses each file every minute or so, and again in every task."""
    files = [str(path) for path in sorted((ROOT / "dags").glob("*.py"))]
    program = f"""
import runpy, sys, time
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "plugins")!r}]
import airflow.sdk
began = time.process_time()
for file in {files!r}:
    runpy.run_path(file)
print(time.process_time() - began)
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW_", "AWS_"))}
    environment |= {"AIRFLOW_HOME": str(tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    seconds, heavy = run.stdout.splitlines()[-2:]
    assert heavy == "[]", f"import {heavy} inside the task that needs it, not at module level"
    assert float(seconds) < PARSE_SECONDS, f"parsing dags/ takes {seconds} s of CPU"

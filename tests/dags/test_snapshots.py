"""Every DAG's shape, held against a file: a change shows in review.

After a change that is meant: `TARN_UPDATE_SNAPSHOTS=1 pytest tests/dags/test_snapshots.py`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"
DAG_IDS = [path.stem for path in sorted((Path(__file__).parents[2] / "dags").glob("*.py"))]


def schedule(dag: Any) -> dict[str, Any]:
    timetable = dag.timetable
    if condition := getattr(timetable, "asset_condition", None):
        names = sorted(asset.name for asset in condition.objects)
        return {"kind": type(condition).__name__, "assets": names}
    return {
        "kind": type(timetable).__name__,
        "cron": timetable.expression,
        "start": str(dag.start_date),
        "end": str(dag.end_date),
    }


def shape(dag: Any) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "schedule": schedule(dag),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "tags": sorted(dag.tags),
        "tasks": {
            task.task_id: {
                "operator": task.task_type,
                "mapped": bool(task.is_mapped),
                "trigger_rule": str(task.trigger_rule.value),
                "downstream": sorted(task.downstream_task_ids),
                "outlets": [asset.name for asset in task.outlets],
            }
            for task in sorted(dag.tasks, key=lambda task: task.task_id)
        },
    }


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_shape(dag_id: str, dags: dict[str, Any]) -> None:
    file = SNAPSHOTS / f"{dag_id}.json"
    found = shape(dags[dag_id])
    if os.environ.get("TARN_UPDATE_SNAPSHOTS"):
        file.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(file.read_text()), (
        f"{dag_id} has changed. If that is meant: TARN_UPDATE_SNAPSHOTS=1 pytest {__file__}"
    )


def test_no_snapshot_without_its_dag() -> None:
    assert sorted(path.stem for path in SNAPSHOTS.glob("*.json")) == DAG_IDS

"""Airflow's processes, and its REST API as the demo uses it.

https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html
"""

import signal
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, ClassVar

import httpx

from laptop.home import Home
from laptop.processes import Process, StartFailed

COMPONENTS = {
    "airflow-api-server": ["api-server", "--host", "127.0.0.1", "--workers", "1"],
    "airflow-scheduler": ["scheduler", "--skip-serve-logs"],
    "airflow-dag-processor": ["dag-processor"],
    "airflow-triggerer": ["triggerer", "--skip-serve-logs"],
}
# Read by every component at its start; only the scheduler, which forks the tasks, imports ahead.
LOCAL_SETTINGS = "from tarn.airflow.preload import preload\n\npreload()\n"
FINISHED = frozenset({"success", "failed"})


def migrate(home: Home, environment: Mapping[str, str]) -> bool:
    """Bring the metadata database to this Airflow's schema; False where it already is."""
    stamp = home.airflow / "migrated"
    current = version("apache-airflow")
    if stamp.exists() and stamp.read_text() == current:
        return False
    log = home.logs / "airflow-migrate.log"
    with log.open("wb") as output:
        done = subprocess.run(
            ["airflow", "db", "migrate"],
            env=dict(environment),
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode:
        raise StartFailed("airflow db migrate", f"ended with {done.returncode}", log)
    stamp.write_text(current)
    return True


def start(home: Home, environment: Mapping[str, str], database_was_away: bool = False) -> None:
    """Start every component that does not run, and wait until Airflow calls itself healthy.

    A component that ran while its database was away may be about to end, seconds from now: each
    has to give a heartbeat first, and one that ends instead is started again.
    """
    since = datetime.now(UTC) if database_was_away else None
    (home.airflow / "config").mkdir(exist_ok=True)
    (home.airflow / "config" / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)
    for name in COMPONENTS:
        _launch(name, home, environment)
    for name in COMPONENTS:
        try:
            _wait(name, home, since)
        except StartFailed:
            if since is None or Process(name, home).running():
                raise
            _launch(name, home, environment)
            _wait(name, home, since)


def _launch(name: str, home: Home, environment: Mapping[str, str]) -> None:
    command = ["airflow", *COMPONENTS[name]]
    if name == "airflow-api-server":
        command += ["--port", str(home.ports().airflow)]
    Process(name, home).start(command, environment)


def _wait(name: str, home: Home, since: datetime | None) -> None:
    api = AirflowApi(home)
    Process(name, home).wait(lambda: api.healthy(name, since), seconds=180)


def stop(home: Home) -> list[str]:
    """Stop every component; the names of those that ran.

    SIGINT, which Airflow's parents pass on: SIGTERM to the scheduler would orphan its children.
    """
    return [
        name
        for name in reversed(COMPONENTS)
        if Process(name, home).stop(signal.SIGINT, patience=15)
    ]


def running(home: Home) -> bool:
    """Whether every component runs."""
    return all(Process(name, home).running() for name in COMPONENTS)


class AirflowApi:
    """The few calls of Airflow's REST API that the demo makes."""

    HEALTH: ClassVar = {
        "airflow-api-server": "metadatabase",
        "airflow-scheduler": "scheduler",
        "airflow-dag-processor": "dag_processor",
        "airflow-triggerer": "triggerer",
    }

    def __init__(self, home: Home) -> None:
        self.address = f"http://127.0.0.1:{home.ports().airflow}"
        self._client = httpx.Client(base_url=self.address, timeout=60)

    def healthy(self, component: str, since: datetime | None = None) -> bool:
        """Whether a component has had a heartbeat of late, or since then."""
        try:
            answer = self._client.get("/api/v2/monitor/health")
        except httpx.HTTPError:
            return False
        part = answer.json().get(self.HEALTH[component], {}) if answer.is_success else {}
        beat = part.get(f"latest_{self.HEALTH[component]}_heartbeat")  # the api-server has none
        late = since is not None and beat is not None and datetime.fromisoformat(beat) < since
        return part.get("status") == "healthy" and not late

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One call under /api/v2. Raises RuntimeError with Airflow's own message."""
        if "Authorization" not in self._client.headers:
            token = self._client.get("/auth/token").raise_for_status().json()["access_token"]
            self._client.headers["Authorization"] = f"Bearer {token}"
        answer = self._client.request(method, f"/api/v2{path}", **options)
        if answer.is_error:
            raise RuntimeError(
                f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:500]}"
            )
        return answer.json() if answer.content else None

    def dag_ids(self) -> set[str]:
        """The DAGs that were parsed."""
        return {dag["dag_id"] for dag in self.call("GET", "/dags?limit=1000")["dags"]}

    def import_errors(self) -> list[str]:
        """What kept DAG files from being parsed."""
        errors = self.call("GET", "/importErrors")["import_errors"]
        return [f"{error['filename']}:\n{error['stack_trace']}" for error in errors]

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run it."""
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def backfill(self, dag_id: str, first: str, last: str, max_active_runs: int) -> None:
        """Create a backfill. Months that succeeded stay as they are; failed ones run again."""
        self.call(
            "POST",
            "/backfills",
            json={
                "dag_id": dag_id,
                "from_date": first,
                "to_date": last,
                "max_active_runs": max_active_runs,
                "reprocess_behavior": "failed",
            },
        )

    def open_backfills(self, dag_id: str) -> list[dict[str, Any]]:
        """Backfills of a DAG that still run: Airflow allows one at a time."""
        found = self.call("GET", f"/backfills?dag_id={dag_id}&limit=100")["backfills"]
        return [backfill for backfill in found if not backfill["completed_at"]]

    def clear(self, dag_id: str, run_id: str) -> None:
        """Run a run again from its start."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/clear"
        self.call("POST", path, json={"dry_run": False, "only_failed": False})

    def clear_from(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Run a task of a run again, and all that follow it."""
        wanted = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": True,
            "only_failed": False,
            "prevent_running_task": True,
        }
        self.call("POST", f"/dags/{dag_id}/clearTaskInstances", json=wanted)

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task of a run returned; None where it has returned nothing."""
        task = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        found = self.call("GET", f"{task}/xcomEntries?limit=100")["xcom_entries"]
        if all(entry["key"] != "return_value" for entry in found):
            return None
        return self.call("GET", f"{task}/xcomEntries/return_value")["value"]

    def runs(self, dag_id: str = "~") -> list[dict[str, Any]]:
        """Every run, of one DAG or of all, oldest first."""
        path = f"/dags/{dag_id}/dagRuns?limit=1000&order_by=run_after"
        found: list[dict[str, Any]] = self.call("GET", path)["dag_runs"]
        return sorted(found, key=lambda run: run["queued_at"] or "")

    def active_tasks(self) -> list[dict[str, Any]]:
        """The task instances at work now, of all DAGs."""
        states = "&".join(f"state={state}" for state in ("running", "queued", "deferred"))
        path = f"/dags/~/dagRuns/~/taskInstances?limit=200&{states}"
        found: list[dict[str, Any]] = self.call("GET", path)["task_instances"]
        return found

    def tasks(self, dag_id: str) -> Iterator[dict[str, Any]]:
        """The task instances of every run of a DAG."""
        offset = 0
        while True:
            path = f"/dags/{dag_id}/dagRuns/~/taskInstances?limit=500&offset={offset}"
            page = self.call("GET", path)
            yield from page["task_instances"]
            offset += 500
            if offset >= page["total_entries"]:
                return

    def last_log_lines(self, task: Mapping[str, Any], count: int = 3) -> list[str]:
        """The last lines of a task's log, where the reason of a failure stands."""
        path = (
            f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/"
            f"{task['task_id']}/logs/{task['try_number']}?map_index={task['map_index']}"
        )
        content = self.call("GET", path, headers={"Accept": "application/json"})["content"]
        lines = [line["event"] if isinstance(line, dict) else str(line) for line in content]
        return [line for line in lines if line.strip()][-count:]

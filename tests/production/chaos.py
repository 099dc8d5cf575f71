"""A worker that is killed, or asked to stop, while it holds a task of the pipeline."""

import signal
import time

import psutil
from botocore.credentials import Credentials

from laptop.airflow import AirflowApi
from tests.e2e.chaos import ENDED, PATIENCE, Chaos, Outcome
from tests.faults import Faults
from tests.production.airflow_api import headers
from tests.production.processes import Production

DAG = "airlines"


class Api(AirflowApi):
    """Airflow's API as its user admin asks for it."""

    def __init__(self, production: Production) -> None:
        super().__init__(production.home)
        self._client.headers.update(headers(self.address, production.secrets))


class Workers(Chaos):
    """The first run of airlines, struck at one step after the other."""

    def __init__(self, production: Production, owner: Credentials) -> None:
        faults = Faults(f"http://127.0.0.1:{production.ports['4566']}", owner)
        super().__init__(production.home, faults, deferring=True)
        self.production = production
        self.api = Api(production)
        self.count = 0

    @property
    def workers(self) -> list[str]:
        return [name for name in self.production.running if name.startswith("worker-")]

    def add_worker(self) -> str:
        """A container more, which Docker starts in a dead one's place."""
        self.count += 1
        name = f"worker-{self.count}"
        self.production.start_worker(name)
        return name

    def parsed(self) -> None:
        """Until Airflow knows the DAG."""
        self._until(lambda: DAG in self.api.dag_ids(), f"{DAG} is parsed")

    def ready(self, name: str) -> None:
        """Until the worker takes tasks."""
        self._until(lambda: f"{name} ready" in self.production.log(name), f"{name} is ready")

    def hold(self, run_id: str, step: str) -> str:
        """The worker that holds the step now, in a call which local_aws keeps waiting."""
        self._hold("worker", DAG, run_id, step)
        # The step before may have told that it is done, and not quite have ended.
        self._until(lambda: len(self._at_work()) == 1, f"{step} is at work on one worker")
        (name,) = self._at_work()
        assert self._states(DAG, run_id, step) == {"running"}, f"{step} went by"
        return name

    def _at_work(self) -> list[str]:
        return [name for name in self.workers if self._tasks_of(name)]

    def _tasks_of(self, name: str) -> list[psutil.Process]:
        """The processes that run a task's code: grandchildren, as Celery's pool forks them."""
        main = self.production.running[name]
        alive = [p for p in main.children(recursive=True) if p.is_running()]
        return [p for p in alive if p.status() != psutil.STATUS_ZOMBIE and p.ppid() != main.pid]

    def kill(self, run_id: str, step: str) -> Outcome:
        """The worker that holds the step dies; what became of the step, on another.

        Docker starts one in its place at once.
        """
        victim = self.hold(run_id, step)
        began = time.monotonic()
        self.production.destroy(victim)
        self.add_worker()
        return self._outcome_of(run_id, step, began)

    def ask_to_stop(self, run_id: str, step: str) -> Outcome:
        """The worker that holds the step gets SIGTERM, its main process alone, as Docker does."""
        victim = self.hold(run_id, step)
        began = time.monotonic()
        main = self.production.running.pop(victim)
        main.send_signal(signal.SIGTERM)
        code = main.wait(PATIENCE)
        assert code == 0, f"{victim} ended with {code}"
        return self._outcome_of(run_id, step, began)

    def _outcome_of(self, run_id: str, step: str, began: float) -> Outcome:
        self._until(lambda: self._states(DAG, run_id, step) <= ENDED, f"{step} ends")
        return self._outcome(DAG, run_id, step, time.monotonic() - began)

    def _down(self) -> tuple[str, ...]:
        """The services that should run and do not."""
        running = self.production.running.items()
        return tuple(name for name, process in running if process.poll() is not None)

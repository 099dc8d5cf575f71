"""A hundred kills under mixed load: what was acknowledged is there, and what was not is whole.

LAKE_KILL_SEED repeats a run's choices (threads and the kill's moment stay as the machine has them),
LAKE_KILLS makes it longer or shorter: a kill takes a second of CPU, most of it the next start's.
"""

import logging
import os
import random
import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).parent))
from load import CatalogWorker, ControlWorker, Cut, QueryWorker, S3Worker, Worker

from tests.conftest import start_server

logger = logging.getLogger(__name__)

KILLS = int(os.environ.get("LAKE_KILLS", "100"))
BUCKET = "lake-load"
CONTROL_EVERY, QUERY_EVERY = 8, 10  # moto, and Athena's engine, take a second each to come up
LAKES = 2  # a core waits for a start most of the time
PATIENCE = 30.0
MAKING_CLIENTS = threading.Lock()  # boto3 bears no two threads there


class Lake:
    """A server that is killed and started again over one folder and port."""

    def __init__(self, data: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.server = start_server(data)
        self.clients: dict[str, Any] = {}
        self.prepare()
        self.always: list[Worker] = [
            S3Worker("one", self.client, seed, BUCKET),
            S3Worker("two", self.client, seed, BUCKET),
            CatalogWorker("three", self.client, seed, BUCKET),
        ]
        self.control = ControlWorker("four", self.client, seed)
        self.query = QueryWorker("five", self.client, seed)
        self.failures: list[BaseException] = []

    def client(self, service: str) -> Any:
        with MAKING_CLIENTS:
            if service not in self.clients:
                once = Config(retries={"total_max_attempts": 1})  # a retry blurs what was answered
                self.clients[service] = self.server.client(service, config=once)
        return self.clients[service]

    def prepare(self) -> None:
        for name in (BUCKET, f"{BUCKET}-three"):
            self.client("s3").create_bucket(Bucket=name)
        self.client("glue").create_database(DatabaseInput={"Name": "lake"})
        self.client("logs").create_log_group(logGroupName="lake")

    def workers(self, number: int) -> list[Worker]:
        found = list(self.always)
        if number % CONTROL_EVERY == 1:
            found.append(self.control)
        if number % QUERY_EVERY == 2:
            found.append(self.query)
        return found

    def kill(self, number: int) -> None:
        """Work, and kill somewhere in it."""
        threads = [threading.Thread(target=self.work, args=(one,)) for one in self.workers(number)]
        for thread in threads:
            thread.start()
        if self.random.random() < 0.8:  # else maybe before anything was answered
            self.wait_for_answers(self.workers(number))
        time.sleep(self.random.uniform(0.0, 0.2))
        self.server.process.kill()
        self.server.process.wait()
        for thread in threads:
            thread.join()

    def wait_for_answers(self, workers: list[Worker]) -> None:
        """Until each worker was told of a change: machines differ in how long that takes."""
        before = {worker.name: worker.acknowledged for worker in workers}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self.failures:
            if all(worker.acknowledged > before[worker.name] for worker in workers):
                return
            time.sleep(0.01)

    def work(self, worker: Worker) -> None:
        try:
            while True:
                worker.act()
        except Cut:
            return
        except BaseException as error:
            self.failures.append(error)

    def revive(self) -> None:
        revived = start_server(self.server.data, self.server.port)
        self.server.process = revived.process

    def check(self, number: int, everything: bool = False) -> None:
        assert not self.failures, self.failures
        workers = [*self.always, self.control, self.query] if everything else self.workers(number)
        wrong = [line for worker in workers for line in worker.verify(everything)]
        assert not wrong, "\n".join(wrong)


def killed_again_and_again(data: Path, seed: int, kills: int) -> dict[str, int]:
    """How many changes each client was told of, when all of them were found."""
    lake = Lake(data, seed)
    try:
        for number in range(kills):
            lake.kill(number)
            lake.revive()
            lake.check(number)
        lake.check(kills, everything=True)
        workers = [*lake.always, lake.control, lake.query]
        return {worker.name: worker.acknowledged for worker in workers}
    finally:
        lake.server.stop()


@pytest.mark.restart
@pytest.mark.timeout(1800)
def test_nothing_acknowledged_is_lost_and_nothing_is_torn(tmp_path: Path) -> None:
    seed = int(os.environ.get("LAKE_KILL_SEED", "0")) or secrets.randbelow(1 << 30)
    logger.warning("LAKE_KILL_SEED=%s", seed)  # pytest shows it where the test fails
    with ThreadPoolExecutor(LAKES) as pool:
        runs = [
            pool.submit(killed_again_and_again, tmp_path / f"{n}", seed + n, KILLS // LAKES)
            for n in range(LAKES)
        ]
    for run in runs:
        told = run.result()
        logger.warning("acknowledged changes: %s", told)
        assert all(told.values()), told

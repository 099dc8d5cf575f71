"""Estimates follow AWS's rules of billing: what is rounded up, and to what least."""

from datetime import datetime, timedelta, timezone

from tarn.ledger import costs
from tarn.ledger.costs import Cost


def test_databrew_bills_whole_minutes() -> None:
    assert costs.databrew(61, 5) == Cost("databrew", round(2 / 60 * 5, 9), "node-hour", 0.08)
    assert costs.databrew(0, 5) == costs.databrew(60, 5)  # AWS tells whole seconds


def test_glue_bills_a_minute_at_least() -> None:
    assert costs.glue_job(1, 2.0) == costs.glue_job(60, 2.0)
    assert costs.glue_job(3600, 10.0) == Cost("glue", 10.0, "DPU-hour", 4.4)


def test_a_crawler_bills_ten_minutes_at_least() -> None:
    assert costs.crawler(3).usd == costs.crawler(600).usd == 0.146667


def test_athena_bills_ten_megabytes_of_each_query_at_least() -> None:
    assert costs.athena([0, 5, 10_000_000]) == Cost("athena", 3e-05, "TB", 0.00015)
    assert costs.athena([10**12]).usd == 5.0
    assert costs.athena([]).usd == 0


def test_spice_bills_what_it_holds() -> None:
    assert costs.spice(10**10, costs.MONTH_SECONDS / 2) == Cost("spice", 5.0, "GB-month", 1.9)


def test_a_line_of_the_ledger() -> None:
    at = datetime(2013, 4, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert costs.athena([10**12]).of("count", "q1", at) == {
        "step": "count",
        "run_id": "q1",
        "ran_at": "2013-03-31T22:30:00.000+00:00",
        "service": "athena",
        "units": 1.0,
        "unit": "TB",
        "usd": 5.0,
    }


def test_every_price_says_where_it_is_from() -> None:
    for service, price in costs.PRICES.items():
        assert price.source.startswith("https://aws.amazon.com/"), service
        assert price.looked_up, service

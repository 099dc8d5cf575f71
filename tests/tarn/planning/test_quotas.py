"""What quotas leave room for; read from the real server."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber

from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.planning import quotas
from tarn.planning.backfill import parse_range
from tarn.planning.quotas import Bound, Bounds, Quota

JOBS = Quota("databrew", "L-935D4120", "Concurrent jobs per AWS account", 1)
DPUS = Quota("glue", "L-08F3B322", "Max task DPUs per account", 2)
KEPT = Quota("databrew", "L-0D2C4DFC", "Jobs per AWS account", 2, objects=True)


def test_the_account_says_its_quotas(lake: Aws) -> None:
    bounds = quotas.read(lake)
    assert not bounds.unread
    values = {bound.quota.name: bound.value for bound in bounds.bounds}
    assert values["Concurrent jobs per AWS account"] == 10
    assert bounds.at_once(2) == (2, None)
    at_once, lowered = bounds.at_once(50)
    assert at_once == 10
    assert "Concurrent jobs per AWS account (10)" in str(lowered)


def test_what_databrew_keeps_is_counted(lake: Aws) -> None:
    months = parse_range(load_contract("flights"), "2013-01..2013-03")
    before = {b.quota.name: b.used for b in quotas.read(lake).bounds}
    assert quotas.new_objects(months, lake) == 3
    lake.databrew.create_dataset(
        Name=lake.settings.databrew(months[0].slug),
        Format="CSV",
        Input={"S3InputDefinition": {"Bucket": lake.settings.bucket("raw"), "Key": "a.csv"}},
    )
    after = {b.quota.name: b.used for b in quotas.read(lake).bounds}
    assert after["Datasets per AWS account"] == before["Datasets per AWS account"] + 1
    assert quotas.new_objects(months, lake) == 2


def test_the_closest_quota_decides() -> None:
    bounds = Bounds((Bound(JOBS, 10), Bound(DPUS, 7), Bound(KEPT, 100, 97)))
    assert bounds.at_once(3) == (3, None)
    assert bounds.at_once(8) == (3, bounds.bounds[1])
    bounds.require_room(1)
    with pytest.raises(Terminal, match=r"2 partitions need more.*\(1\).*100, 97 used"):
        bounds.require_room(2)


def test_a_quota_too_small_for_one_partition_stops_it() -> None:
    with pytest.raises(Terminal, match=r"no room for one partition: glue: Max task DPUs.*L-08F3"):
        Bounds((Bound(DPUS, 1),)).at_once(1)


def test_a_data_set_that_was_refreshed_32_times(lake: Aws) -> None:
    assert not quotas.refreshed_out(lake)  # nothing is deployed
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    times = [now - timedelta(hours=23) + timedelta(minutes=n) for n in range(32)]
    with Stubber(lake.client("quicksight")) as answers:
        for path in sorted((lake.settings.root / "dashboards" / "data_sets").glob("*.json")):
            mine = times if path.stem == "worst_routes" else times[1:]
            listed = [
                {
                    "Arn": "arn",
                    "IngestionStatus": "COMPLETED",
                    "CreatedTime": time,
                    "RequestSource": "MANUAL",
                }
                for time in [*mine, now - timedelta(days=2)]
            ]
            answers.add_response("list_ingestions", {"Ingestions": listed})
        found = quotas.refreshed_out(lake, now)
    assert found == {"worst_routes": times[0] + timedelta(days=1)}


def test_who_may_not_read_quotas_is_told(lake: Aws) -> None:
    with Stubber(lake.client("service-quotas")) as denied:
        denied.add_client_error("get_service_quota", "AccessDeniedException", "not yours")
        bounds = quotas.read(lake)
    assert "not yours" in bounds.unread
    assert bounds.at_once(7) == (7, None)

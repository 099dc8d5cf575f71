"""Every kind of work can be carried by a trigger, and tokens are what keys it."""

import json

import pytest

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.services.work import KINDS, Work, make_token, work_from_dict
from tarn.settings import Settings
from tarn.steps.clean import CleanWork
from tarn.steps.convert import ConvertWork
from tarn.steps.crawl import CrawlWork, shadow_table
from tarn.steps.dashboards import IngestWork
from tarn.steps.profile import ProfileWork

MARCH = Partition("flights", (("year", 2013), ("month", 3)))
WORKS = [
    ProfileWork(MARCH, "abc", "s3://raw/x/"),
    CleanWork(MARCH, "abc", "s3://raw/x/"),
    ConvertWork(MARCH, "abc", "s3://clean/x/"),
    CrawlWork(MARCH, "abc", "s3://curated/x/"),
    IngestWork("worst_routes", "abc"),
]


def test_all_kinds_are_here() -> None:
    assert {work.kind for work in WORKS} == KINDS.keys()


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.kind)
def test_round_trip(work: Work) -> None:
    assert isinstance(work, Work)
    assert work_from_dict(json.loads(json.dumps(work.to_dict()))) == work


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.kind)
def test_links_name_the_region(work: Work) -> None:
    assert "eu-west-1" in work.link(Aws(Settings(region="eu-west-1")), "run-1")


def test_unknown_kind() -> None:
    with pytest.raises(Terminal, match="no work of kind 'bake'"):
        work_from_dict({"kind": "bake"})


def test_token() -> None:
    token = make_token("flights", "backfill__2013-03", "clean", -1, 2)
    assert token == make_token("flights", "backfill__2013-03", "clean", -1, 2)
    assert token != make_token("flights", "backfill__2013-03", "clean", -1, 4)
    assert len(token) == 12
    assert int(token, 16) >= 0


def test_shadow_table() -> None:
    assert shadow_table(MARCH, "abc") == "flights_2013_03_run_abc"
    assert shadow_table(Partition("planes"), "abc") == "planes_run_abc"

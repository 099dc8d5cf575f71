import itertools
from datetime import UTC, datetime

import pytest

from local_aws.schedules import cron

NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("cron(15 12 * * ? *)", ["2026-11-29T12:15", "2026-11-30T12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-30T18:00", "2026-12-01T18:00"]),
        ("cron(0 18 ? * 2-6 *)", ["2026-11-30T18:00", "2026-12-01T18:00"]),
        ("cron(0 0 ? * 1 *)", ["2026-11-29T00:00", "2026-12-06T00:00"]),
        ("cron(1/10 * * * ? *)", ["2026-11-28T12:31", "2026-11-28T12:41"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00"]),
        ("cron(0 0 L * ? *)", ["2026-11-30T00:00", "2026-12-31T00:00"]),
        ("cron(0 0 ? * L *)", ["2026-12-05T00:00", "2026-12-12T00:00"]),
        ("cron(0 0 ? * 6L *)", ["2026-12-25T00:00", "2027-01-29T00:00"]),
        ("cron(0 0 ? * FRIL *)", ["2026-12-25T00:00", "2027-01-29T00:00"]),
        ("cron(0 0 ? * 3#2 *)", ["2026-12-08T00:00", "2027-01-12T00:00"]),
        ("cron(0 0 3W * ? *)", ["2026-12-03T00:00", "2027-01-04T00:00"]),
        ("cron(0 0 ? JAN,MAR SUN *)", ["2027-01-03T00:00", "2027-01-10T00:00"]),
        ("cron(0 10 1 1 ? 2027-2028)", ["2027-01-01T10:00", "2028-01-01T10:00"]),
        ("cron(0 10 1 1 ? 2027)", ["2027-01-01T10:00"]),
        ("cron(0 0 31 2 ? *)", []),
    ],
)
def test_times(expression: str, times: list[str]) -> None:
    found = itertools.islice(cron.parse(expression).after(NOW), 2)
    assert [moment.strftime("%Y-%m-%dT%H:%M") for moment in found] == times


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("rate(5 minutes)", "it is not cron"),
        ("cron(0 0 * * ?)", "it is not cron"),
        ("", "it is not cron"),
        ("cron(0 0 * * * *)", "must be ?"),
        ("cron(0 0 ? * ? *)", "must be ?"),
        ("cron(0 ? * * ? *)", "is not understood"),
        ("cron(* * * * ? *)", "faster than 5 minutes"),
        ("cron(0/4 * * * ? *)", "faster than 5 minutes"),
        ("cron(0,59 * * * ? *)", "faster than 5 minutes"),
        ("cron(60 0 * * ? *)", "out of range"),
        ("cron(0 0 ? * 0 *)", "1 to 7"),
        ("cron(0 0 ? * 8 *)", "out of range"),
        ("cron(H H * * ? *)", "H is not understood"),
        ("cron(0 0 ? SMARCH MON *)", "SMARCH is not understood"),
    ],
)
def test_refused(expression: str, why: str) -> None:
    with pytest.raises(cron.InvalidSchedule) as refusal:
        cron.parse(expression)
    assert why in str(refusal.value)
    assert repr(expression) in str(refusal.value)

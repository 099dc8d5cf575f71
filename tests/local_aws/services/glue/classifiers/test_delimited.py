import io

import pytest

from local_aws.services.glue.classifiers.chain import classify
from local_aws.services.glue.classifiers.schema import Classified

FLIGHTS = """year,dep_delay,tailnum,time_hour,air_time
2013,2,N14228,2013-01-01T10:00:00Z,227
2013,NA,N24211,2013-01-01T10:00:00Z,227.5
"""


def read(text: str | bytes) -> Classified:
    data = text.encode() if isinstance(text, str) else text
    return classify(io.BytesIO(data), len(data))


def columns(text: str | bytes) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in read(text).schema.columns]


def test_header_and_types() -> None:
    assert columns(FLIGHTS) == [
        ("year", "bigint"),
        ("dep_delay", "string"),
        ("tailnum", "string"),
        ("time_hour", "string"),
        ("air_time", "double"),
    ]
    schema = read(FLIGHTS).schema
    assert (schema.classification, schema.delimiter, schema.header) == ("csv", ",", True)


@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";", "\x01"])
def test_delimiters(delimiter: str) -> None:
    assert read(FLIGHTS.replace(",", delimiter)).schema.delimiter == delimiter


def test_rows_of_text_alone_have_no_header() -> None:
    assert columns("carrier,name\n9E,Endeavor\nAA,American\n") == [
        ("col0", "string"),
        ("col1", "string"),
    ]


@pytest.mark.parametrize("first", ["1,b", f"{'a' * 150},b"])
def test_a_first_row_that_cannot_be_a_header(first: str) -> None:
    assert [name for name, _ in columns(f"{first}\n1,x\n2,y\n")] == ["col0", "col1"]


def test_a_long_last_name_is_a_name() -> None:
    assert columns(f"a,{'b' * 200}\n1,x\n2,y\n")[0] == ("a", "bigint")


def test_names_are_lower_case_and_keep_spaces() -> None:
    assert [name for name, _ in columns("Flight No,Origin\n1,x\n2,y\n")] == ["flight no", "origin"]


def test_names_lose_the_spaces_around_them() -> None:
    text = "Provider Id, Total Discharges , \t\n10001,91,x\n10005,14,y\n"
    assert [name for name, _ in columns(text)] == ["provider id", "total discharges", "col2"]


def test_a_number_among_spaces_is_no_name() -> None:
    assert [name for name, _ in columns("a, 1 \n2,x\n3,y\n")] == ["col0", "col1"]


def test_values_with_spaces_around_them_stay_text() -> None:
    assert columns("a,b\n 1 ,2\n3,4\n") == [("a", "string"), ("b", "bigint")]


def test_a_column_without_a_name() -> None:
    assert columns(",a\n0,1\n1,2\n") == [("col0", "bigint"), ("a", "bigint")]


def test_thousands_and_dates_stay_text() -> None:
    assert columns('n,price,day\n1,"1,234",2013-01-01\n2,"5,678",2013-01-02\n') == [
        ("n", "bigint"),
        ("price", "string"),
        ("day", "string"),
    ]


def test_empty_cells_say_nothing() -> None:
    assert columns("a,b\n,1\n3,\n") == [("a", "bigint"), ("b", "bigint")]
    assert columns("a,b,c\n1,,x\n2,,x\n")[1] == ("b", "string")


def test_a_number_too_large_for_bigint() -> None:
    assert columns("a,b\n9223372036854775808,1\n1,1\n")[0] == ("a", "double")


@pytest.mark.parametrize("text", ["", "one column\nonly\nhere\n", "a,b\n1,2\n", "\0\1\2,\3\n"])
def test_not_csv(text: str) -> None:
    assert read(text).schema.classification == "UNKNOWN"


def test_rows_of_other_lengths_are_tolerated_when_few() -> None:
    rows = "".join(f"{i},x\n" for i in range(20))
    assert columns(f"a,b\n{rows}5\n") == [("a", "bigint"), ("b", "string")]


def test_latin_1() -> None:
    assert columns("id,name\n1,Café\n2,x\n".encode("latin-1")) == [
        ("id", "bigint"),
        ("name", "string"),
    ]


def test_only_the_beginning_of_a_large_file_counts() -> None:
    text = "a,b\n" + f"1,{'x' * 500}\n" * 3000 + "x,y\n"
    assert columns(text) == [("a", "bigint"), ("b", "string")]
    assert read(text).size == len(text)

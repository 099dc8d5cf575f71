"""Custom classifiers: what each of their members does."""

import io
from typing import Any

import pytest

from local_aws.services.glue.classifiers.chain import classify
from local_aws.services.glue.classifiers.custom import built
from local_aws.services.glue.classifiers.json_path import parse, selected
from local_aws.services.glue.classifiers.schema import Schema
from local_aws.services.glue.errors import InvalidInputException


def read(text: str, *definitions: dict[str, Any]) -> Schema:
    data = text.encode()
    return classify(io.BytesIO(data), len(data), custom=built(definitions)).schema


def by_csv(text: str, **members: Any) -> Schema:
    return read(text, {"CsvClassifier": {"Name": "c", **members}})


def columns(schema: Schema) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in schema.columns]


def test_delimiter() -> None:
    schema = by_csv("a^b\n1^x\n2^y\n", Delimiter="^")
    assert (schema.delimiter, columns(schema)) == ("^", [("a", "bigint"), ("b", "string")])


def test_a_delimiter_that_is_not_there_leaves_the_file_to_the_next() -> None:
    assert by_csv("a,b\n1,x\n2,y\n", Delimiter="^").delimiter == ","


def test_quote_symbol_asks_for_the_serde_that_knows_quotes() -> None:
    schema = by_csv("a,b\n1,'x,y'\n2,'z'\n", QuoteSymbol="'")
    assert columns(schema) == [("a", "bigint"), ("b", "string")]
    assert (schema.quote, schema.quoted) == ("'", True)


@pytest.mark.parametrize(
    ("serde", "quote"), [("OpenCSVSerDe", '"'), ("LazySimpleSerDe", ""), ("None", "")]
)
def test_serde(serde: str, quote: str) -> None:
    assert by_csv("a,b\n1,x\n2,y\n", Serde=serde).quote == quote


def test_contains_header() -> None:
    text = "day,carrier\nmon,AA\ntue,B6\n"
    assert [c for c, _ in columns(by_csv(text, ContainsHeader="PRESENT"))] == ["day", "carrier"]
    assert not by_csv(text, ContainsHeader="UNKNOWN").header
    absent = by_csv("a,b\n1,2\n3,4\n", ContainsHeader="ABSENT")
    assert columns(absent) == [("col0", "string"), ("col1", "string")]


def test_header() -> None:
    schema = by_csv("1,x\n2,y\n", ContainsHeader="ABSENT", Header=["Id", "Name"])
    assert columns(schema) == [("id", "bigint"), ("name", "string")]
    assert not schema.header
    assert by_csv("1,x\n2,y\n", Header=["only"]).columns[0].name == "col0"


def test_value_trimming() -> None:
    text = "a, b\n1 , 2\n3 , 4\n"
    assert columns(by_csv(text, ContainsHeader="PRESENT", DisableValueTrimming=False)) == [
        ("a", "bigint"),
        ("b", "bigint"),
    ]
    assert columns(by_csv(text, ContainsHeader="PRESENT"))[1] == ("b", "string")


def test_a_single_column() -> None:
    assert read("n\n1\n2\n").classification == "UNKNOWN"
    assert columns(by_csv("n\n1\n2\n", AllowSingleColumn=True)) == [("n", "bigint")]


def test_custom_datatypes() -> None:
    given = {"CustomDatatypes": ["STRING", "date", "SHORT", "LONG"]}
    text = "a,b,c,d,e\n1,2013-01-01,2,3,4\n1,2013-01-02,2,3,4\n"
    configured = by_csv(text, CustomDatatypeConfigured=True, **given)
    assert [kind for _, kind in columns(configured)] == [
        "string",
        "date",
        "smallint",
        "bigint",
        "bigint",
    ]
    assert columns(by_csv(text, **given))[1] == ("b", "string")


def test_the_first_that_fits_wins() -> None:
    first = {"CsvClassifier": {"Name": "1", "Header": ["x", "y"], "ContainsHeader": "ABSENT"}}
    second = {"CsvClassifier": {"Name": "2", "Header": ["p", "q"], "ContainsHeader": "ABSENT"}}
    assert [c for c, _ in columns(read("1,2\n3,4\n", first, second))] == ["x", "y"]
    assert [c for c, _ in columns(read("1,2\n3,4\n", second, first))] == ["p", "q"]


LEGISLATORS = """{"id": 1, "other_names": [{"name": "Alaska"}, {"name": "Alyaska"}]}
{"id": 2.5, "other_names": []}"""


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('[{"Type": "a", "id": 1}, {"id": 2}]', "$[*]", [("type", "string"), ("id", "int")]),
        (LEGISLATORS, "$.id", [("record", "double")]),
        (LEGISLATORS, "$.other_names[*].name", [("record", "string")]),
        (LEGISLATORS, "$['other_names'][1]", [("name", "string")]),
        ('{"Records": [{"a": 1}]}', "$.Records[*]", [("a", "int")]),
        ('{"x": {"a": 1}, "y": {"b": 2}}', "$.*", [("a", "int"), ("b", "int")]),
    ],
)
def test_json_paths(text: str, path: str, found: list[tuple[str, str]]) -> None:
    schema = read(text, {"JsonClassifier": {"Name": "j", "JsonPath": path}})
    assert (columns(schema), schema.json_path) == (found, path)


def test_a_path_that_leads_nowhere_leaves_the_file_to_the_next() -> None:
    schema = read('{"a": 1}', {"JsonClassifier": {"Name": "j", "JsonPath": "$.b"}})
    assert (columns(schema), schema.json_path) == ([("a", "int")], "")


@pytest.mark.parametrize("path", ["", "a", "$..a", "$[", "$[?(@.a)]", "$.a b", "$['a]"])
def test_paths_that_are_not_understood(path: str) -> None:
    with pytest.raises(InvalidInputException, match="JsonPath"):
        parse(path)


def test_a_path_into_something_else() -> None:
    assert list(selected({"a": 1}, parse("$.a.b[0].*"))) == []

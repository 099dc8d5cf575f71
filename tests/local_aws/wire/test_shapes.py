"""JSON to Python and back by botocore's shapes."""

import datetime as dt

import pytest

from local_aws.errors import SerializationError
from local_aws.wire.models import operation_model, service_model
from local_aws.wire.shapes import from_json, parse_timestamp, to_json

GET_TABLE = operation_model("glue", "GetTable")
UPDATE_TABLE = operation_model("glue", "UpdateTable")
MOMENT = dt.datetime(2013, 3, 1, 12, 30, tzinfo=dt.UTC)


def shape(service: str, name: str):  # type: ignore[no-untyped-def]
    return service_model(service).shape_for(name)


def test_null_and_unmodelled_members_are_left_out() -> None:
    read = from_json(GET_TABLE.input_shape, {"Name": "t", "CatalogId": None, "Extra": 1})  # type: ignore[union-attr]
    assert read == {"Name": "t"}


@pytest.mark.parametrize(
    "value",
    [
        1362141000,
        1362141000.0,
        "1362141000",
        "2013-03-01T12:30:00Z",
        "Fri, 01 Mar 2013 12:30:00 GMT",
    ],
)
def test_a_timestamp_in_any_form(value: object) -> None:
    assert parse_timestamp(value, "x") == MOMENT


@pytest.mark.parametrize("value", ["soon", "9" * 40, "2013-13-45"])
def test_no_timestamp_is_refused(value: str) -> None:
    with pytest.raises(SerializationError, match="'when' is not a timestamp"):
        parse_timestamp(value, "when")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Name": 1}, "'Name' expects string"),
        ({"Name": ["t"]}, "'Name' expects string"),
        ([], "'body' expects a structure"),
    ],
)
def test_a_wrong_type_names_the_member(value: object, message: str) -> None:
    with pytest.raises(SerializationError, match=message):
        from_json(GET_TABLE.input_shape, value)  # type: ignore[union-attr]


def test_nested_values_round_trip() -> None:
    table = {
        "Name": "flights",
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {"Columns": [{"Name": "day", "Type": "int"}]},
        "LastAccessTime": MOMENT,
    }
    form = shape("glue", "TableInput")
    assert from_json(form, to_json(form, table)) == table


def test_a_member_that_the_model_lacks_is_our_defect() -> None:
    with pytest.raises(TypeError, match="has no member \\['Colour'\\]"):
        to_json(shape("glue", "TableInput"), {"Name": "t", "Colour": "red"})

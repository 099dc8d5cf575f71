"""Members in paths, queries, headers and bodies."""

import json

import pytest

from local_aws.errors import SerializationError, ServiceError
from local_aws.wire import rest_json
from local_aws.wire.http import HttpRequest
from local_aws.wire.models import operation_model, service_model

Pairs = list[tuple[str, str]]


def request(
    method: str, path: str, query: list[tuple[str, str]] | None = None, body: object = None
):  # type: ignore[no-untyped-def]
    raw = b"" if body is None else json.dumps(body).encode()
    return HttpRequest(method, path, query or [], {}, raw)


@pytest.mark.parametrize(
    ("service", "method", "path", "operation"),
    [
        ("databrew", "GET", "/recipes", "ListRecipes"),
        ("databrew", "GET", "/recipes/flights", "DescribeRecipe"),
        ("databrew", "POST", "/jobs/flights-clean/startJobRun", "StartJobRun"),
        ("databrew", "GET", "/jobs/flights-clean/jobRun/db_1", "DescribeJobRun"),
        ("quicksight", "GET", "/accounts/1/data-sets/d/ingestions/i", "DescribeIngestion"),
        ("quicksight", "PUT", "/accounts/1/data-sets/d/ingestions/i", "CreateIngestion"),
        ("quicksight", "GET", "/accounts/1/dashboards/d/definition", "DescribeDashboardDefinition"),
    ],
)
def test_a_path_names_its_operation(service: str, method: str, path: str, operation: str) -> None:
    assert rest_json.operation_of(service, request(method, path)) == operation


@pytest.mark.parametrize("service", ["databrew", "quicksight"])
def test_every_operation_is_reached_by_its_own_path(service: str) -> None:
    for name in service_model(service).operation_names:
        http = service_model(service).operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pairs = [tuple(part.partition("=")[::2]) for part in query.split("&") if part]
        filled = rest_json.LABEL.sub("x", path)
        assert rest_json.operation_of(service, request(http["method"], filled, pairs)) == name


def test_labels_and_queries_are_decoded() -> None:
    operation = operation_model("databrew", "DescribeRecipe")
    assert operation is not None
    parsed = rest_json.parse(
        operation, request("GET", "/recipes/a%20b%2Fc", [("recipeVersion", "1.0")])
    )
    assert parsed == {"Name": "a b/c", "RecipeVersion": "1.0"}


def test_a_number_that_is_none_is_refused() -> None:
    operation = operation_model("databrew", "ListRecipes")
    assert operation is not None
    with pytest.raises(SerializationError, match="'MaxResults' is not a number: 'many'"):
        rest_json.parse(operation, request("GET", "/recipes", [("maxResults", "many")]))


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b'{"Name": ' + b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    operation = operation_model("databrew", "CreateRecipe")
    assert operation is not None
    with pytest.raises(SerializationError):
        rest_json.parse(operation, HttpRequest("POST", "/recipes", [], {}, raw))


def test_a_status_code_travels_as_one() -> None:
    operation = operation_model("quicksight", "DescribeIngestion")
    assert operation is not None
    response = rest_json.serialise(operation, {"Status": 201, "RequestId": "r"})
    assert response.status == 201
    assert json.loads(response.body) == {"RequestId": "r"}


def test_an_errors_status_is_the_models() -> None:
    class Missing(ServiceError):
        code = "ResourceNotFoundException"

    response = rest_json.serialise_error("databrew", Missing("no recipe 'x'"))
    assert response.status == 404
    assert response.headers["x-amzn-errortype"] == "ResourceNotFoundException"
    assert json.loads(response.body) == {"Message": "no recipe 'x'"}

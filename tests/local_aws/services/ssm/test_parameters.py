"""Parameter Store through boto3."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.conftest import Person, allow

ARN = "arn:aws:ssm:us-east-1:123456789012:parameter"


@pytest.fixture
def ssm(aws: LocalServer) -> Any:
    """With no parameter there."""
    client = aws.client("ssm")
    there = [one["Name"] for one in client.describe_parameters()["Parameters"]]
    for name in there:
        client.delete_parameter(Name=name)
    return client


def put(ssm: Any, name: str, value: str = "v", **more: Any) -> Any:
    return ssm.put_parameter(**({"Name": name, "Value": value, "Type": "String"} | more))


def names(found: dict[str, Any]) -> list[str]:
    return [one["Name"] for one in found["Parameters"]]


def test_a_parameter_and_its_versions(ssm: Any) -> None:
    assert put(ssm, "/lake/bucket", "raw", Description="the raw zone")["Version"] == 1
    second = ssm.put_parameter(Name="/lake/bucket", Value="clean", Overwrite=True)
    assert (second["Version"], second["Tier"]) == (2, "Standard")
    now = ssm.get_parameter(Name="/lake/bucket")["Parameter"]
    assert (now["Type"], now["Value"], now["Version"]) == ("String", "clean", 2)
    assert (now["ARN"], now["DataType"]) == (f"{ARN}/lake/bucket", "text")
    assert "Selector" not in now
    old = ssm.get_parameter(Name=f"{ARN}/lake/bucket:1")["Parameter"]
    assert (old["Value"], old["Selector"]) == ("raw", ":1")
    history = ssm.get_parameter_history(Name="/lake/bucket")["Parameters"]
    assert [one["Value"] for one in history] == ["raw", "clean"]
    assert {one["Description"] for one in history} == {"the raw zone"}


def test_of_many_versions_the_last_hundred_are_kept(ssm: Any) -> None:
    for number in range(102):
        put(ssm, "counted", str(number), Overwrite=True)
    pages = ssm.get_paginator("get_parameter_history").paginate(Name="counted")
    kept = [one["Version"] for page in pages for one in page["Parameters"]]
    assert kept == list(range(3, 103))


def test_a_secure_string_is_sealed(ssm: Any, aws: LocalServer) -> None:
    put(ssm, "/lake/password", "open sesame", Type="SecureString")
    shut = ssm.get_parameter(Name="/lake/password")["Parameter"]
    assert (shut["Type"], "sesame" in shut["Value"]) == ("SecureString", False)
    plain = aws.client("kms").decrypt(
        CiphertextBlob=base64.b64decode(shut["Value"]),
        EncryptionContext={"PARAMETER_ARN": f"{ARN}/lake/password"},
    )["Plaintext"]
    assert plain == b"open sesame"
    opened = ssm.get_parameter(Name="/lake/password", WithDecryption=True)["Parameter"]
    assert opened["Value"] == "open sesame"


def test_several_by_name(ssm: Any) -> None:
    put(ssm, "one", "1")
    found = ssm.get_parameters(Names=["one", "two", "one:7"])
    assert (names(found), found["InvalidParameters"]) == (["one"], ["two", "one:7"])
    with pytest.raises(ClientError, match="Duplicate"):
        ssm.get_parameters(Names=["one", "one"])
    gone = ssm.delete_parameters(Names=["one", "two"])
    assert (gone["DeletedParameters"], gone["InvalidParameters"]) == (["one"], ["two"])


def test_by_path_in_pages(ssm: Any) -> None:
    for name in ("/a/b", "/a/c/d", "/a/e", "/ab/f", "g"):
        put(ssm, name)
    assert names(ssm.get_parameters_by_path(Path="/a")) == ["/a/b", "/a/e"]
    assert names(ssm.get_parameters_by_path(Path="/a/", Recursive=True)) == [
        *["/a/b", "/a/c/d", "/a/e"]
    ]
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path="/", Recursive=True, PaginationConfig={"PageSize": 2}
    )
    found = [names(page) for page in pages]
    assert found == [["/a/b", "/a/c/d"], ["/a/e", "/ab/f"], ["g"]]
    with pytest.raises(ClientError, match="begin with a forward slash"):
        ssm.get_parameters_by_path(Path="a")
    with pytest.raises(ClientError, match="InvalidNextToken"):
        ssm.get_parameters_by_path(Path="/", NextToken="=x")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"Key": "Name", "Values": ["/a/b"]}, ["/a/b"]),
        ({"Key": "Name", "Option": "BeginsWith", "Values": ["/a/", "x"]}, ["/a/b", "/a/c/d", "x"]),
        ({"Key": "Name", "Option": "Contains", "Values": ["c"]}, ["/a/c/d"]),
        ({"Key": "Path", "Values": ["/a"]}, ["/a/b"]),
        ({"Key": "Path", "Option": "Recursive", "Values": ["/a"]}, ["/a/b", "/a/c/d"]),
        ({"Key": "Type", "Values": ["StringList"]}, ["x"]),
        ({"Key": "Tier", "Values": ["Advanced"]}, []),
        ({"Key": "tag:team", "Values": ["lake"]}, ["x"]),
        ({"Key": "tag:team"}, ["x"]),
    ],
)
def test_described_by_filters(ssm: Any, asked: dict[str, Any], found: list[str]) -> None:
    put(ssm, "/a/b")
    put(ssm, "/a/c/d")
    put(ssm, "x", "1,2", Type="StringList", Tags=[{"Key": "team", "Value": "lake"}])
    assert names(ssm.describe_parameters(ParameterFilters=[asked])) == found


def test_tags(ssm: Any) -> None:
    put(ssm, "p", Tags=[{"Key": "team", "Value": "lake"}])
    of = {"ResourceType": "Parameter", "ResourceId": "p"}
    ssm.add_tags_to_resource(**of, Tags=[{"Key": "env", "Value": "dev"}])
    ssm.remove_tags_from_resource(**of, TagKeys=["team", "other"])
    assert ssm.list_tags_for_resource(**of)["TagList"] == [{"Key": "env", "Value": "dev"}]
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    with pytest.raises(ClientError, match="TooManyTags"):
        ssm.add_tags_to_resource(**of, Tags=many)
    with pytest.raises(ClientError, match="InvalidResourceId"):
        ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="q")
    with pytest.raises(ClientError, match="Tags of the resource type Document"):
        ssm.list_tags_for_resource(ResourceType="Document", ResourceId="q")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"Name": "/aws/service/x"}, "No access to reserved parameter name"),
        ({"Name": "SSM-mine"}, "prefixed"),
        ({"Name": "a/b"}, "fully qualified"),
        ({"Name": "/a b"}, "sub-paths"),
        ({"Name": "/a//b"}, "sub-paths"),
        ({"Name": "x" * 1000}, "exceeds 1011"),
        ({"Name": "/a" * 16}, "maximum of 15 levels"),
        ({"Value": ""}, "greater than or equal to 1"),
        ({"Value": "x" * 4097}, "maximum parameter value of 4096"),
        ({"Value": "{{ssm:other}}"}, "nest"),
        ({"Value": "12a", "AllowedPattern": r"^\d+$"}, "allowedPattern"),
        ({"AllowedPattern": "("}, "InvalidAllowedPattern"),
        ({"Value": "a" * 60 + "!", "AllowedPattern": r"^(a|aa)+$"}, "PatternMismatch|InvalidAll"),
        ({"Tier": "Advanced"}, "The Tier Advanced is not supported by local_aws"),
        ({"DataType": "aws:ec2:image"}, "aws:ec2:image is not supported by local_aws"),
        ({"Policies": "[{}]"}, "Policies is not supported by local_aws"),
        ({"KeyId": "alias/mine", "Type": "SecureString"}, "key alias/mine is not supported"),
        ({"Overwrite": True, "Tags": [{"Key": "a", "Value": "b"}]}, "can't be used together"),
        ({"Tags": [{"Key": "aws:a", "Value": "b"}]}, "AWS's own"),
    ],
)
def test_what_cannot_be_put(ssm: Any, arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ClientError, match=refusal):
        put(ssm, **({"name": "p"} | {_small(k): v for k, v in arguments.items()}))
    assert ssm.describe_parameters()["Parameters"] == []


def _small(member: str) -> str:
    return {"Name": "name", "Value": "value"}.get(member, member)


def test_what_is_there_is_not_made_anew_by_mistake(ssm: Any) -> None:
    put(ssm, "p")
    with pytest.raises(ClientError, match="ParameterAlreadyExists"):
        put(ssm, "p")
    with pytest.raises(ClientError, match="HierarchyTypeMismatch"):
        put(ssm, "p", Type="StringList", Overwrite=True)
    with pytest.raises(ClientError, match="type is required"):
        ssm.put_parameter(Name="q", Value="v")


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("get_parameter", {"Name": "/aws/service/ami"}, "ParameterNotFound"),
        ("get_parameter", {"Name": "p:2"}, "ParameterVersionNotFound"),
        ("get_parameter", {"Name": "p:label"}, "ParameterVersionNotFound"),
        ("get_parameter", {"Name": "q:1"}, "ParameterNotFound"),
        ("get_parameter_history", {"Name": "q"}, "ParameterNotFound"),
        ("delete_parameter", {"Name": "q"}, "ParameterNotFound"),
        ("label_parameter_version", {"Name": "p", "Labels": ["l"]}, "UnknownOperation"),
        ("describe_instance_information", {}, "UnknownOperation"),
        ("describe_parameters", {"Shared": True}, "Shared is not supported"),
        ("describe_parameters", {"ParameterFilters": [{"Key": "Label"}]}, "InvalidFilter"),
        (
            "describe_parameters",
            {"ParameterFilters": [{"Key": "Type", "Option": "Contains", "Values": ["S"]}]},
            "InvalidFilterOption",
        ),
        (
            "get_parameters_by_path",
            {"Path": "/", "ParameterFilters": [{"Key": "Name", "Values": ["x"]}]},
            "InvalidFilterKey",
        ),
    ],
)
def test_what_is_not_here_is_refused(
    ssm: Any, operation: str, arguments: dict[str, Any], code: str
) -> None:
    put(ssm, "p")
    with pytest.raises(ClientError, match=code):
        getattr(ssm, operation)(**arguments)


def test_a_policy_names_parameters(ssm: Any, user: Callable[..., Person]) -> None:
    put(ssm, "/lake/a")
    put(ssm, "/other")
    mine = user(allow("ssm:Get*", f"{ARN}/lake/*")).client("ssm")
    assert mine.get_parameter(Name="/lake/a:1")["Parameter"]["Value"] == "v"
    assert names(mine.get_parameters(Names=["/lake/a"])) == ["/lake/a"]
    for refused in (
        lambda: mine.get_parameter(Name="/other"),
        lambda: mine.get_parameters(Names=["/lake/a", "/other"]),
        lambda: mine.get_parameters_by_path(Path="/"),
        lambda: mine.describe_parameters(),
        lambda: put(mine, "/lake/b"),
    ):
        with pytest.raises(ClientError, match="not authorized to perform: ssm:"):
            refused()

"""Each file of ``refused/``: its first line is what CloudFormation says of the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.services.cloudformation.template import document, unsupported
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.resolve import Resolver

FILES = sorted((Path(__file__).parent / "refused").glob("*.yaml"))
BUCKET = "Resources: {B: {Type: AWS::S3::Bucket}}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_parse(path: Path) -> None:
    body = path.read_text()
    with pytest.raises(TemplateInvalid) as refused:
        document.parse(body)
    assert refused.value.message == body.splitlines()[0].removeprefix("# ")
    assert refused.value.code == "ValidationError"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"Resources": {}\n"a": 1}', "JSON not well-formed. (line 2, column 1)"),
        (
            '{"Resources": {"B": {"Type": "AWS::S3::Bucket", ',
            "JSON not well-formed. (line 1, column",
        ),
        ('{"Resources": {}, "Outputs": 1e999', "JSON not well-formed. (line 1, column"),
        ('{"a": 1, "b": 2, "a": 3}', "JSON not well-formed. Duplicate key a"),
    ],
)
def test_json(body: str, message: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        document.parse(body)
    assert message in refused.value.message


def test_a_brace_may_begin_yaml() -> None:
    assert list(document.parse("{Resources: {B: {Type: AWS::S3::Bucket}}}").resources) == ["B"]


@pytest.mark.parametrize(
    ("section", "member", "limit"),
    [
        ("Resources", "{Type: AWS::S3::Bucket}", 500),
        ("Parameters", "{Type: String}", 200),
        ("Outputs", "{Value: 1}", 200),
        ("Mappings", "{a: {b: c}}", 200),
    ],
)
def test_limits(section: str, member: str, limit: int) -> None:
    def body(count: int) -> str:
        lines = [f"  M{number}: {member}" for number in range(count)]
        return "\n".join([f"{section}:", *lines, "" if section == "Resources" else BUCKET])

    assert len(getattr(document.parse(body(limit)), section.lower())) == limit
    with pytest.raises(TemplateInvalid, match=f", {limit + 1}, is greater than maximum allowed"):
        document.parse(body(limit + 1))


@pytest.mark.parametrize("transform", unsupported.TRANSFORMS)
def test_transforms_of_aws(transform: str) -> None:
    with pytest.raises(TemplateInvalid, match=f"{transform} is not supported by local_aws"):
        document.parse(f"Transform: {transform}\n{BUCKET}")


@pytest.mark.parametrize("function", unsupported.FUNCTIONS)
def test_functions(function: str) -> None:
    with pytest.raises(TemplateInvalid, match=f"{function} is not supported by local_aws"):
        document.parse(f"Rules: {{R: {{Assertions: [{{Assert: {{{function}: x}}}}]}}}}\n{BUCKET}")


@pytest.mark.parametrize("service", unsupported.DYNAMIC_REFERENCES)
def test_dynamic_references(service: str, resolved: Callable[..., Resolver]) -> None:
    """Not even where no text of the template has them whole."""
    resolver = resolved(
        "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: {'Fn::Join': ['', "
        f"['{{{{resolve:', '{service}:name:1', '}}}}']]}}}}}}}}"
    )
    with pytest.raises(TemplateInvalid, match=f"{service} are not supported by local_aws"):
        resolver.properties("B")


def test_a_secure_string_where_aws_takes_none() -> None:
    place = r"AWS::S3::Bucket/Properties/Tags/Value"
    with pytest.raises(
        TemplateInvalid, match=f"SSM Secure reference is not supported in: .{place}"
    ):
        document.parse(
            "Resources: {B: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: a, Value: "
            "{'Fn::Sub': '{{resolve:ssm-secure:${AWS::StackName}:1}}'}}]}}}"
        )

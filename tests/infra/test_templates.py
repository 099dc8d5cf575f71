"""The templates themselves: cfn-lint, what must not be in them, and how they hang together."""

import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from tests.infra.resolved import INFRA, NAMES, plain_yaml, raw, resolve, stack, text

LARGEST = 51_200
"""Bytes of a template that CreateChangeSet takes inline.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

FILES = sorted(
    path for path in INFRA.rglob("*") if path.is_file() and "environments" not in path.parts
)
SECRETS = {
    "an account's number": re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])"),
    "an access key": re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}"),
    "a private key": re.compile(r"BEGIN [A-Z ]*PRIVATE KEY"),
    "a password": re.compile(r"(?i)(password|secret|token)\w*\s*[:=]\s*['\"]?[A-Za-z0-9/+]{12,}"),
}


def test_every_template_is_looked_at() -> None:
    expected = {"airflow", "guardrails", "lake", "oidc", "quicksight", "security"}
    assert set(NAMES) == expected, "add the new one to resolved.GIVEN, and its tests"


@pytest.mark.restart  # two seconds for the largest
@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_finds_nothing(name: str) -> None:
    assert [str(found) for found in lint(text(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_change_set_takes_it_inline(name: str) -> None:
    assert len(text(name).encode()) < LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_is(name: str) -> None:
    for parameter, definition in raw(name)["Parameters"].items():
        assert len(definition.get("Description", "")) > 10, parameter
        bounded = {"AllowedPattern", "AllowedValues", "MinValue"} & set(definition)
        assert bounded or definition["Type"] == "CommaDelimitedList", f"{parameter} takes anything"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(INFRA)))
def test_nothing_is_secret_or_ones_own(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for what, pattern in SECRETS.items():
            assert not pattern.search(line), f"{path.name}:{number} has {what}: {line.strip()}"
        named = path.suffix != ".md" and re.search("tarn-(dev|prod)", line)
        assert not named, f"{path.name}:{number} names one environment: {line.strip()}"


NAMED = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Events::Rule": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Athena::WorkGroup": "Name",
    "AWS::MWAA::Environment": "Name",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_begin_with_lake_and_environment(name: str) -> None:
    found = resolve(name, Lake="pond", Env="test")
    for kind, member in NAMED.items():
        for logical_id, properties in found.of_type(kind).items():
            assert properties[member].startswith("pond-test"), logical_id


def _imports(part: Any) -> set[str]:
    if isinstance(part, list):
        return {name for one in part for name in _imports(one)}
    if not isinstance(part, dict):
        return set()
    if "Fn::ImportValue" in part:
        return {part["Fn::ImportValue"]["Fn::Sub"].rpartition("-")[2]}
    return {name for one in part.values() for name in _imports(one)}


def _exports(name: str) -> set[str]:
    outputs = raw(name)["Outputs"].values()
    named = [one["Export"]["Name"]["Fn::Sub"] for one in outputs if "Export" in one]
    return {one.rpartition("-")[2] for one in named}


def test_what_is_imported_is_exported_by_a_stack_before() -> None:
    order = ("guardrails", "lake", "security", "airflow", "quicksight", "oidc")
    exported: set[str] = set()
    for name in order:
        assert _imports(raw(name)["Resources"]) <= exported, name
        exported |= _exports(name)


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Glue::Database"])
def test_data_outlives_its_stack(kind: str) -> None:
    found = [
        (name, logical_id, resource)
        for name in NAMES
        for logical_id, resource in raw(name)["Resources"].items()
        if resource["Type"] == kind
    ]
    assert found
    for name, logical_id, resource in found:
        kept = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        assert kept == ("Retain", "Retain"), f"{name}: {logical_id}"


def test_an_e_mail_subscribes_where_one_is_given() -> None:
    assert not stack("lake").of_type("AWS::SNS::Subscription")
    told = resolve("lake", AlertEmail="team@example.com").of_type("AWS::SNS::Subscription")
    assert [one["Endpoint"] for one in told.values()] == ["team@example.com"]


def test_the_accounts_logs_are_one_lakes() -> None:
    owned = stack("lake").of_type("AWS::Logs::LogGroup").values()
    assert {one["LogGroupName"] for one in owned} == {
        "/aws-glue/jobs/output",
        "/aws-glue/jobs/error",
        "/aws-glue/crawlers",
    }
    assert not resolve("lake", GlueLogs="shared").of_type("AWS::Logs::LogGroup")


def test_a_boundary_is_on_every_role() -> None:
    arn = "arn:aws:iam::123456789012:policy/tarn-dev-boundary"
    for name in ("lake", "security", "airflow"):
        roles = resolve(name, PermissionsBoundary=arn).of_type("AWS::IAM::Role")
        assert roles
        assert {role["PermissionsBoundary"] for role in roles.values()} == {arn}


def test_without_a_nat_gateway_there_are_endpoints() -> None:
    with pytest.raises(TemplateInvalid, match="Endpoints=all"):
        resolve("security", Nat="none")
    walled = resolve("security", Nat="none", Endpoints="all")
    assert not walled.of_type("AWS::EC2::NatGateway")
    assert len(walled.of_type("AWS::EC2::VPCEndpoint")) > 10
    assert len(stack("security").of_type("AWS::EC2::NatGateway")) == 1
    assert len(resolve("security", Nat="each").of_type("AWS::EC2::NatGateway")) == 2


@pytest.mark.parametrize(
    "given",
    [{"EnvironmentClass": "mw1.micro"}, {"EnvironmentClass": "mw1.small", "Schedulers": "1"}],
)
def test_airflows_size_is_one_that_mwaa_has(given: dict[str, str]) -> None:
    with pytest.raises(TemplateInvalid, match="Schedulers"):
        resolve("airflow", **given)
    resolve("airflow", EnvironmentClass="mw1.micro", Schedulers="1", MaxWorkers="1")


def test_the_data_source_acts_in_the_lakes_role_where_it_is_told_to() -> None:
    def parameters(**given: str) -> dict[str, Any]:
        source = resolve("quicksight", **given).properties["DataSource"]
        athena: dict[str, Any] = source["DataSourceParameters"]["AthenaParameters"]
        return athena

    assert "RoleArn" not in parameters()
    role = parameters(RunAs="lake")["RoleArn"]
    assert role == "arn:aws:iam::123456789012:role/tarn-dev-quicksight"


ENVIRONMENTS = sorted((INFRA / "environments").glob("*.yaml"))


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environments_parameters_are_those_of_its_templates(path: Path) -> None:
    for one in plain_yaml(path)["stacks"]:
        known = set(raw(one["name"])["Parameters"])
        unknown = set(one.get("parameters", {})) - known
        assert not unknown, f"{path.name}: {one['name']}.yaml has no {', '.join(unknown)}"

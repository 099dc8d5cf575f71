"""Service Quotas through boto3."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.conftest import Person, allow


def test_a_quota_by_its_code(aws: LocalServer) -> None:
    quotas = aws.client("service-quotas")
    quota = quotas.get_service_quota(ServiceCode="databrew", QuotaCode="L-935D4120")["Quota"]
    assert quota["QuotaName"] == "Concurrent jobs per AWS account"
    assert (quota["Value"], quota["Adjustable"]) == (10.0, True)
    assert quota["QuotaArn"] == "arn:aws:servicequotas:us-east-1:123456789012:databrew/L-935D4120"


def test_all_of_a_service_in_pages(aws: LocalServer) -> None:
    pages = aws.client("service-quotas").get_paginator("list_service_quotas")
    found = list(pages.paginate(ServiceCode="glue", PaginationConfig={"PageSize": 2}))
    assert [len(page["Quotas"]) for page in found] == [2, 2, 2]
    assert len({quota["QuotaCode"] for page in found for quota in page["Quotas"]}) == 6


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("get_service_quota", {"ServiceCode": "ec2", "QuotaCode": "L-1"}, "NoSuchResource"),
        ("get_service_quota", {"ServiceCode": "glue", "QuotaCode": "L-1"}, "NoSuchResource"),
        ("list_service_quotas", {"ServiceCode": "glue", "NextToken": "x"}, "InvalidPagination"),
        (
            "request_service_quota_increase",
            {"ServiceCode": "glue", "QuotaCode": "L-5E4153CA", "DesiredValue": 1e6},
            "UnknownOperation",
        ),
    ],
)
def test_what_is_not_here_is_refused(
    aws: LocalServer, operation: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError, match=code):
        getattr(aws.client("service-quotas"), operation)(**arguments)


def test_a_policy_names_quotas(aws: LocalServer, user: Callable[..., Person]) -> None:
    arn = "arn:aws:servicequotas:us-east-1:123456789012:glue/*"
    quotas = user(allow("servicequotas:GetServiceQuota", arn)).client("service-quotas")
    assert quotas.get_service_quota(ServiceCode="glue", QuotaCode="L-5E4153CA")["Quota"]["Value"]
    with pytest.raises(ClientError, match="not authorized to perform: servicequotas:GetServ"):
        quotas.get_service_quota(ServiceCode="athena", QuotaCode="L-FC5F6546")

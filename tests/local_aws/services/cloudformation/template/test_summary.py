"""What GetTemplateSummary and ValidateTemplate tell, and which capabilities a template needs."""

import pytest

from local_aws.services.cloudformation.template import document
from local_aws.services.cloudformation.template.capabilities import capabilities
from local_aws.services.cloudformation.template.summary import summary

ROLE = "Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}"


@pytest.mark.parametrize(
    ("resource", "needed"),
    [
        ("{Type: AWS::S3::Bucket}", []),
        (f"{{{ROLE}}}}}", ["CAPABILITY_IAM"]),
        (f"{{{ROLE}, RoleName: a}}}}", ["CAPABILITY_NAMED_IAM"]),
        ("{Type: AWS::IAM::Policy, Properties: {PolicyName: a}}", ["CAPABILITY_IAM"]),
        ("{Type: AWS::IAM::OIDCProvider}", []),
    ],
)
def test_capabilities(resource: str, needed: list[str]) -> None:
    assert capabilities(document.parse(f"Resources: {{R: {resource}}}")) == needed


def test_a_transform_needs_a_capability() -> None:
    template = document.parse(f"Transform: AWS::LanguageExtensions\nResources: {{R: {{{ROLE}}}}}}}")
    assert capabilities(template) == ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


def test_summary() -> None:
    told = summary(
        document.parse(
            """
            AWSTemplateFormatVersion: 2010-09-09
            Description: A lake
            Metadata: {Owner: data}
            Parameters:
              Env: {Type: String, Default: dev, AllowedValues: [dev, prod], Description: Which}
              Secret: {Type: String, NoEcho: true}
              Network: {Type: AWS::SSM::Parameter::Value<String>}
            Resources:
              B: {Type: AWS::S3::Bucket}
              C: {Type: AWS::S3::Bucket}
              R: {Type: AWS::IAM::Role, Properties: {RoleName: r}}
            """
        )
    )
    assert told == {
        "Description": "A lake",
        "Version": "2010-09-09",
        "Metadata": '{"Owner": "data"}',
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "CapabilitiesReason": "The following resource(s) require capabilities: [AWS::IAM::Role]",
        "Parameters": [
            {
                "ParameterKey": "Env",
                "ParameterType": "String",
                "NoEcho": False,
                "DefaultValue": "dev",
                "Description": "Which",
                "ParameterConstraints": {"AllowedValues": ["dev", "prod"]},
            },
            {
                "ParameterKey": "Secret",
                "ParameterType": "String",
                "NoEcho": True,
                "ParameterConstraints": {},
            },
            {
                "ParameterKey": "Network",
                "ParameterType": "AWS::SSM::Parameter::Value<String>",
                "NoEcho": False,
                "ParameterConstraints": {},
            },
        ],
        "ResourceTypes": ["AWS::S3::Bucket", "AWS::IAM::Role"],
        "ResourceIdentifierSummaries": [
            {
                "ResourceType": "AWS::S3::Bucket",
                "LogicalResourceIds": ["B", "C"],
                "ResourceIdentifiers": ["BucketName"],
            },
            {
                "ResourceType": "AWS::IAM::Role",
                "LogicalResourceIds": ["R"],
                "ResourceIdentifiers": ["RoleName"],
            },
        ],
    }


def test_a_policy_is_read_from_a_template_as_it_is_written() -> None:
    template = document.parse(
        "Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: RetainExceptOnCreate, "
        "UpdateReplacePolicy: Retain, CreationPolicy: {ResourceSignal: {Count: 1}}}}"
    )
    bucket = template.resources["B"]
    assert (bucket.deletion_policy, bucket.update_replace_policy) == (
        "RetainExceptOnCreate",
        "Retain",
    )
    assert bucket.attributes == {"CreationPolicy": {"ResourceSignal": {"Count": 1}}}

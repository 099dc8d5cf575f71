"""infra/guard's rules hold of infra/, and each refuses a template that breaks it."""

import copy
import json
import re
from functools import cache
from typing import Any

import pytest
from cfn_guard_rs.cfn_guard_rs import run_checks_rs

from tests.infra.resolved import INFRA, NAMES, raw

FILES = sorted((INFRA / "guard").glob("*.guard"))


@cache
def rules() -> dict[str, str]:
    """Each rule by its name, with the queries of its file before it."""
    found = {}
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        start = re.search(r"^rule ", text, re.MULTILINE)
        assert start
        for rule in re.split(r"^(?=rule )", text[start.start() :], flags=re.MULTILINE)[1:]:
            found[rule.split()[1]] = text[: start.start()] + rule
    return found


def verdict(template: dict[str, Any], rule: str) -> str:
    """PASS, FAIL or SKIP (the template has nothing that the rule is about)."""
    # Not the wheel's own run_checks: it cannot read a report of alternatives ("or").
    report = run_checks_rs(json.dumps(template), rules()[rule], False)
    try:
        return str(json.loads(report)["status"])
    except json.JSONDecodeError:
        return "FAIL"  # the wheel cuts a long report off; of a template that passes it is short


@cache
def of_ours(name: str, rule: str) -> str:
    return verdict(raw(name), rule)


@pytest.mark.parametrize("rule", rules())
@pytest.mark.parametrize("name", NAMES)
def test_our_templates_keep_the_rules(name: str, rule: str) -> None:
    assert of_ours(name, rule) in ("PASS", "SKIP")


@pytest.mark.parametrize("rule", rules())
def test_no_rule_is_about_nothing(rule: str) -> None:
    about_jobs = {"JOBS_ARE_SMALL", "RECIPE_JOBS_ARE_SMALL"}  # Tarn makes them beside the stacks
    about_lists = {"ROLES_ARE_NOT_ADMINISTRATORS"}  # ours attach policies by reference alone
    seen = {of_ours(name, rule) for name in NAMES}
    assert ("PASS" in seen) is (rule not in about_jobs | about_lists)


def resource(kind: str, properties: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {"Resources": {"It": {"Type": kind, "Properties": properties, **beside}}}


RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
DENY_HTTP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
BUCKET = resource(
    "AWS::S3::Bucket",
    {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "BucketKeyEnabled": True,
                    "ServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": "key",
                    },
                }
            ]
        },
        "PublicAccessBlockConfiguration": dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
            True,
        ),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LoggingConfiguration": {"DestinationBucketName": "logs"},
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                }
            ]
        },
    },
    **RETAINED,
)
BUCKET_POLICY = resource("AWS::S3::BucketPolicy", {"PolicyDocument": {"Statement": [DENY_HTTP]}})
TOPIC_POLICY = resource("AWS::SNS::TopicPolicy", {"PolicyDocument": {"Statement": [DENY_HTTP]}})
KEY = resource(
    "AWS::KMS::Key",
    {
        "EnableKeyRotation": True,
        "KeyPolicy": {
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": "arn"}, "Action": ["kms:Decrypt"]}
            ]
        },
    },
    **RETAINED,
)
ROLE = resource(
    "AWS::IAM::Role",
    {
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "AssumeRolePolicyDocument": {"Statement": [{"Principal": {"AWS": "arn"}}]},
    },
)
POLICY = resource(
    "AWS::IAM::ManagedPolicy",
    {"PolicyDocument": {"Statement": [{"Action": ["s3:GetObject"], "Resource": "arn"}]}},
)
WORKGROUP = resource(
    "AWS::Athena::WorkGroup",
    {
        "WorkGroupConfiguration": {
            "EnforceWorkGroupConfiguration": True,
            "BytesScannedCutoffPerQuery": 10_000_000,
            "ResultConfiguration": {"EncryptionConfiguration": {"EncryptionOption": "SSE_KMS"}},
        }
    },
)
GROUP = resource("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8"}]})
AIRFLOW = resource(
    "AWS::MWAA::Environment",
    {
        "KmsKey": "key",
        "EnvironmentClass": "mw1.small",
        "MaxWorkers": 3,
        "LoggingConfiguration": {
            f"{part}Logs": {"Enabled": True}
            for part in ("DagProcessing", "Scheduler", "Task", "Webserver", "Worker")
        },
    },
)
JOB = resource("AWS::Glue::Job", {"WorkerType": "G.1X", "NumberOfWorkers": 2, "Timeout": 60})
RECIPE_JOB = resource("AWS::DataBrew::Job", {"MaxCapacity": 2, "Timeout": 60})
LOGS = resource("AWS::Logs::LogGroup", {"RetentionInDays": 30, "KmsKeyId": "key"})
TRAIL = resource("AWS::CloudTrail::Trail", {"EnableLogFileValidation": True, "KMSKeyId": "key"})
SUBNET = resource(
    "AWS::EC2::Subnet",
    {"MapPublicIpOnLaunch": False, "AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}},
)
ENDPOINT = resource(
    "AWS::EC2::VPCEndpoint",
    {"VpcEndpointType": "Interface", "ServiceName": {"Fn::Sub": "com.amazonaws.x.s3"}},
    Condition="Chosen",
)
CHOICES = {"Parameters": {"MaxWorkers": {"MaxValue": 25}}, "Resources": {}}
P = "Resources.It.Properties"
ENCRYPTION = f"{P}.BucketEncryption.ServerSideEncryptionConfiguration.0"
CONFIGURATION = f"{P}.WorkGroupConfiguration"
NOTHING = object()

# Rule, a template that keeps it, where it is changed, and to what it is broken.
BROKEN = [
    ("BUCKETS_ENCRYPT_WITH_A_KEY", BUCKET, f"{ENCRYPTION}.BucketKeyEnabled", False),
    ("BUCKETS_ENCRYPT_WITH_A_KEY", BUCKET, f"{P}.BucketEncryption", NOTHING),
    (
        "BUCKETS_ENCRYPT_WITH_A_KEY",
        BUCKET,
        f"{ENCRYPTION}.ServerSideEncryptionByDefault.SSEAlgorithm",
        "AES256",
    ),
    ("BUCKETS_ENCRYPT", BUCKET, f"{P}.BucketEncryption", NOTHING),
    ("BUCKETS_BLOCK_THE_PUBLIC", BUCKET, f"{P}.PublicAccessBlockConfiguration", NOTHING),
    (
        "BUCKETS_BLOCK_THE_PUBLIC",
        BUCKET,
        f"{P}.PublicAccessBlockConfiguration.BlockPublicPolicy",
        False,
    ),
    ("BUCKETS_HAVE_ONE_OWNER", BUCKET, f"{P}.OwnershipControls.Rules.0.ObjectOwnership", "Writer"),
    ("BUCKETS_KEEP_VERSIONS", BUCKET, f"{P}.VersioningConfiguration.Status", "Suspended"),
    ("BUCKETS_LOG_ACCESS", BUCKET, f"{P}.LoggingConfiguration", NOTHING),
    (
        "BUCKETS_TIDY_UP",
        BUCKET,
        f"{P}.LifecycleConfiguration.Rules.0.AbortIncompleteMultipartUpload",
        NOTHING,
    ),
    ("DATA_OUTLIVES_ITS_STACK", BUCKET, "Resources.It.DeletionPolicy", "Delete"),
    ("DATA_OUTLIVES_ITS_STACK", BUCKET, "Resources.It.UpdateReplacePolicy", NOTHING),
    ("KEYS_OUTLIVE_THEIR_STACK", KEY, "Resources.It.DeletionPolicy", NOTHING),
    ("BUCKETS_REFUSE_PLAIN_HTTP", BUCKET_POLICY, f"{P}.PolicyDocument.Statement.0.Effect", "Allow"),
    ("BUCKETS_REFUSE_PLAIN_HTTP", BUCKET_POLICY, f"{P}.PolicyDocument.Statement.0.Principal", "me"),
    ("TOPICS_REFUSE_PLAIN_HTTP", TOPIC_POLICY, f"{P}.PolicyDocument.Statement.0.Effect", "Allow"),
    ("TOPICS_ENCRYPT", resource("AWS::SNS::Topic", {"KmsMasterKeyId": "k"}), P, {}),
    ("KEYS_ROTATE", KEY, f"{P}.EnableKeyRotation", False),
    ("KEYS_ARE_FOR_NAMED_PRINCIPALS", KEY, f"{P}.KeyPolicy.Statement.0.Principal", "*"),
    ("KEYS_ARE_FOR_NAMED_PRINCIPALS", KEY, f"{P}.KeyPolicy.Statement.0.Principal.AWS", "*"),
    ("KEYS_ARE_FOR_NAMED_PRINCIPALS", KEY, f"{P}.KeyPolicy.Statement.0.Action", "kms:*"),
    (
        "WORKGROUPS_ENFORCE_ENCRYPTED_RESULTS",
        WORKGROUP,
        f"{CONFIGURATION}.EnforceWorkGroupConfiguration",
        False,
    ),
    (
        "WORKGROUPS_ENFORCE_ENCRYPTED_RESULTS",
        WORKGROUP,
        f"{CONFIGURATION}.ResultConfiguration",
        NOTHING,
    ),
    ("LOGS_ARE_KEPT_FOR_A_TIME", LOGS, f"{P}.RetentionInDays", NOTHING),
    ("LOGS_ARE_KEPT_FOR_A_TIME", LOGS, f"{P}.KmsKeyId", NOTHING),
    (
        "ROLES_ARE_NOT_ADMINISTRATORS",
        ROLE,
        f"{P}.ManagedPolicyArns.0",
        "arn:aws:iam::aws:policy/AdministratorAccess",
    ),
    ("ROLES_TRUST_NOT_EVERYBODY", ROLE, f"{P}.AssumeRolePolicyDocument.Statement.0.Principal", "*"),
    (
        "ROLES_TRUST_NOT_EVERYBODY",
        ROLE,
        f"{P}.AssumeRolePolicyDocument.Statement.0.Principal.AWS",
        "*",
    ),
    ("POLICIES_NAME_ACTIONS", POLICY, f"{P}.PolicyDocument.Statement.0.Action", "*"),
    ("POLICIES_NAME_ACTIONS", POLICY, f"{P}.PolicyDocument.Statement.0.Action.0", "*"),
    ("POLICIES_NAME_ACTIONS", POLICY, f"{P}.PolicyDocument.Statement.0.NotAction", "s3:*"),
    ("TRAILS_ARE_EVIDENCE", TRAIL, f"{P}.EnableLogFileValidation", False),
    ("TRAILS_ARE_EVIDENCE", TRAIL, f"{P}.KMSKeyId", NOTHING),
    ("GROUPS_LET_NO_STRANGER_IN", GROUP, f"{P}.SecurityGroupIngress.0.CidrIp", "0.0.0.0/0"),
    (
        "INGRESSES_LET_NO_STRANGER_IN",
        resource("AWS::EC2::SecurityGroupIngress", {"CidrIp": "10.0.0.0/8"}),
        f"{P}.CidrIp",
        "0.0.0.0/0",
    ),
    ("SUBNETS_GIVE_NO_PUBLIC_ADDRESS", SUBNET, f"{P}.MapPublicIpOnLaunch", True),
    ("AIRFLOW_ENCRYPTS_AND_LOGS", AIRFLOW, f"{P}.KmsKey", NOTHING),
    ("AIRFLOW_ENCRYPTS_AND_LOGS", AIRFLOW, f"{P}.LoggingConfiguration.TaskLogs.Enabled", False),
    ("JOBS_ARE_SMALL", JOB, f"{P}.NumberOfWorkers", 50),
    ("JOBS_ARE_SMALL", JOB, f"{P}.WorkerType", "G.8X"),
    ("JOBS_ARE_SMALL", JOB, f"{P}.Timeout", NOTHING),
    ("RECIPE_JOBS_ARE_SMALL", RECIPE_JOB, f"{P}.MaxCapacity", 50),
    ("QUERIES_ARE_CUT_OFF", WORKGROUP, f"{CONFIGURATION}.BytesScannedCutoffPerQuery", NOTHING),
    (
        "NAT_GATEWAYS_ARE_CHOSEN",
        resource("AWS::EC2::NatGateway", {}, Condition="HasNat"),
        "Resources.It.Condition",
        NOTHING,
    ),
    ("INTERFACE_ENDPOINTS_ARE_CHOSEN", ENDPOINT, "Resources.It.Condition", NOTHING),
    ("AIRFLOW_IS_SMALL", AIRFLOW, f"{P}.EnvironmentClass", "mw1.2xlarge"),
    ("AIRFLOW_IS_SMALL", AIRFLOW, f"{P}.MaxWorkers", 20),
    ("NOTHING_RUNS_ON", JOB, "Resources.It.Type", "AWS::EC2::Instance"),
    ("NOTHING_RUNS_ON", JOB, "Resources.It.Type", "AWS::Redshift::Cluster"),
    ("NO_REGION_IS_FIXED", SUBNET, f"{P}.AvailabilityZone", "us-east-1a"),
    ("NO_ENDPOINTS_REGION_IS_FIXED", ENDPOINT, f"{P}.ServiceName", "com.amazonaws.us-east-1.s3"),
    ("CHOICES_ARE_BOUNDED", CHOICES, "Parameters.MaxWorkers.MaxValue", 250),
]


def changed(template: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    found: Any = copy.deepcopy(template)
    *way, last = path.split(".")
    part = found
    for name in way:
        part = part[int(name)] if isinstance(part, list) else part[name]
    if value is NOTHING:
        del part[last]
    elif isinstance(part, list):
        part[int(last)] = value
    else:
        part[last] = value
    return dict(found)


@pytest.mark.parametrize(
    ("rule", "template", "path", "value"), BROKEN, ids=[f"{b[0]}-{b[2]}" for b in BROKEN]
)
def test_a_rule_refuses_what_breaks_it(
    rule: str, template: dict[str, Any], path: str, value: Any
) -> None:
    assert verdict(template, rule) == "PASS"
    assert verdict(changed(template, path, value), rule) == "FAIL"


def test_every_rule_is_broken_once() -> None:
    assert {rule for rule, *_ in BROKEN} == set(rules())

"""What each role may do and what it may not, decided by local_aws's own evaluator.

The table is about rights that a slip in a policy would change: another bucket, prefix, database or
key, other roles, plain HTTP, another encryption.
"""

import json
from collections.abc import Mapping
from functools import cache

import pytest

from local_aws.access import document, evaluate
from local_aws.access.document import Policy
from local_aws.access.evaluate import Query
from local_aws.access.principal import SESSION, Principal
from tests.infra.resolved import ACCOUNT, REGION, documents, policies_of, stack

S3 = "arn:aws:s3:::tarn-dev-"
LOCAL = f"{REGION}:{ACCOUNT}"
GLUE, LOGS = f"arn:aws:glue:{LOCAL}:", f"arn:aws:logs:{LOCAL}:log-group:"
BREW, ATHENA = f"arn:aws:databrew:{LOCAL}:", f"arn:aws:athena:{LOCAL}:"
SIGHT, ROLE = f"arn:aws:quicksight:{LOCAL}:", f"arn:aws:iam::{ACCOUNT}:role/"
TOPIC = f"arn:aws:sns:{LOCAL}:tarn-dev-alerts"
KEY = f"arn:aws:kms:{LOCAL}:key/id-of-Key"
VIA_S3 = {"kms:viaservice": f"s3.{REGION}.amazonaws.com"}
TO_GLUE = {"iam:passedtoservice": "glue.amazonaws.com"}
TO_BREW = {"iam:passedtoservice": "databrew.amazonaws.com"}
STACK = f"arn:aws:cloudformation:{LOCAL}:stack/"
BY_STACK = {"aws:calledvia": "cloudformation.amazonaws.com"}
BOUNDED = {"iam:permissionsboundary": f"arn:aws:iam::{ACCOUNT}:policy/tarn-dev-boundary"}
NONE: dict[str, str] = {}

ALLOWED = [
    ("glue", "s3:GetObject", f"{S3}clean/flights/run=a/part.parquet", NONE),
    ("glue", "s3:GetObject", f"{S3}ops/contracts/kept/flights/abc.json", NONE),
    ("glue", "s3:GetObject", f"{S3}ops/glue/flights.py", NONE),
    ("glue", "s3:PutObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("glue", "s3:PutObject", f"{S3}ops/metrics/flights/run=a.json", NONE),
    ("glue", "s3:DeleteObject", f"{S3}quarantine/flights/run=a/part.parquet", NONE),
    ("glue", "s3:ListBucket", f"{S3}clean", NONE),
    ("glue", "kms:GenerateDataKey", KEY, VIA_S3),
    ("glue", "logs:PutLogEvents", f"{LOGS}/aws-glue/jobs/output:log-stream:jr_1", NONE),
    ("crawler", "s3:GetObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("crawler", "glue:CreateTable", f"{GLUE}table/lake_shadow/flights_run_a", NONE),
    ("databrew", "s3:GetObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("databrew", "s3:PutObject", f"{S3}clean/flights/run=a/part.parquet", NONE),
    ("databrew", "s3:PutObject", f"{S3}ops/profiles/flights/run=a/profile.json", NONE),
    ("quicksight", "athena:StartQueryExecution", f"{ATHENA}workgroup/tarn-dev", NONE),
    ("quicksight", "glue:GetTable", f"{GLUE}table/lake/cancellations", NONE),
    ("quicksight", "s3:GetObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("quicksight", "s3:PutObject", f"{S3}ops/athena/1.csv", NONE),
    ("airflow", "s3:PutObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("airflow", "s3:PutObject", f"{S3}ops/ledger/runs/flights/1.json", NONE),
    ("airflow", "s3:DeleteObjectVersion", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("airflow", "glue:UpdatePartition", f"{GLUE}table/lake/flights", NONE),
    ("airflow", "glue:DeleteTable", f"{GLUE}table/lake_shadow/flights_run_a", NONE),
    ("airflow", "glue:StartJobRun", f"{GLUE}job/tarn-dev-convert-flights", NONE),
    ("airflow", "databrew:StartJobRun", f"{BREW}job/tarn-dev-flights-2013-01-clean", NONE),
    ("airflow", "iam:PassRole", f"{ROLE}tarn-dev-crawler", TO_GLUE),
    ("airflow", "iam:PassRole", f"{ROLE}tarn-dev-databrew", TO_BREW),
    ("airflow", "sns:Publish", TOPIC, NONE),
    (
        "airflow",
        "quicksight:CreateIngestion",
        f"{SIGHT}dataset/tarn-worst-routes/ingestion/a",
        NONE,
    ),
    ("mwaa", "s3:PutObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("mwaa", "s3:GetObject", f"{S3}airflow/dags/flights.py", NONE),
    ("mwaa", "sqs:SendMessage", f"arn:aws:sqs:{REGION}:999999999999:airflow-celery-1", NONE),
    ("mwaa", "cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AmazonMWAA"}),
    ("ci-plan", "cloudformation:DescribeStacks", f"{STACK}tarn-dev-lake/1", NONE),
    ("ci-plan", "cloudformation:CreateChangeSet", f"{STACK}tarn-dev-lake/1", NONE),
    ("ci-deploy", "cloudformation:CreateChangeSet", f"{STACK}tarn-dev-lake/1", NONE),
    ("ci-deploy", "cloudformation:ExecuteChangeSet", f"{STACK}tarn-dev-lake/1", NONE),
    ("ci-deploy", "iam:CreateRole", f"{ROLE}tarn-dev-glue", BY_STACK | BOUNDED),
    ("ci-deploy", "s3:PutObject", f"{S3}ops/contracts/flights.json", NONE),
    ("ci-deploy", "iam:PassRole", f"{ROLE}tarn-dev-glue", TO_GLUE),
]
REFUSED = [
    # another bucket, another prefix
    ("glue", "s3:GetObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("glue", "s3:PutObject", f"{S3}clean/flights/run=a/part.parquet", NONE),
    ("glue", "s3:PutObject", f"{S3}ops/contracts/flights.json", NONE),
    ("glue", "s3:PutObject", f"{S3}ops/glue/flights.py", NONE),
    ("glue", "s3:PutObject", f"{S3}ops/ledger/runs/flights/1.json", NONE),
    ("glue", "s3:GetObject", "arn:aws:s3:::tarn-prod-clean/flights/a", NONE),
    ("crawler", "s3:PutObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("crawler", "s3:GetObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("databrew", "s3:PutObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("databrew", "s3:PutObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("databrew", "s3:PutObject", f"{S3}ops/athena/1.csv", NONE),
    ("quicksight", "s3:GetObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("quicksight", "s3:GetObject", f"{S3}quarantine/flights/run=a/part.parquet", NONE),
    ("quicksight", "s3:GetObject", f"{S3}ops/ledger/runs/flights/1.json", NONE),
    ("quicksight", "s3:PutObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("airflow", "s3:PutObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("airflow", "s3:PutObject", f"{S3}ops/contracts/flights.json", NONE),
    ("airflow", "s3:PutObject", f"{S3}ops/glue/flights.py", NONE),
    ("airflow", "s3:DeleteObject", f"{S3}ops/ledger/runs/flights/1.json", NONE),
    ("airflow", "s3:GetObject", f"{S3}logs/access/raw/1", NONE),
    ("mwaa", "s3:PutObject", f"{S3}airflow/dags/flights.py", NONE),
    # another database, workgroup, job
    ("glue", "glue:UpdateTable", f"{GLUE}table/lake/flights", NONE),
    ("crawler", "glue:UpdateTable", f"{GLUE}table/lake/flights", NONE),
    ("crawler", "glue:CreateTable", f"{GLUE}table/lake_ops/runs", NONE),
    ("crawler", "glue:DeleteTable", f"{GLUE}table/lake_shadow/flights_run_a", NONE),
    ("quicksight", "glue:GetTable", f"{GLUE}table/lake_shadow/flights_run_a", NONE),
    ("quicksight", "glue:GetTable", f"{GLUE}table/lake_ops/runs", NONE),
    ("quicksight", "athena:StartQueryExecution", f"{ATHENA}workgroup/primary", NONE),
    ("airflow", "athena:StartQueryExecution", f"{ATHENA}workgroup/primary", NONE),
    ("airflow", "glue:DeleteTable", f"{GLUE}table/lake/flights", NONE),
    ("airflow", "glue:DeleteDatabase", f"{GLUE}database/lake", NONE),
    ("airflow", "glue:StartJobRun", f"{GLUE}job/tarn-prod-convert-flights", NONE),
    ("airflow", "glue:UpdateJob", f"{GLUE}job/tarn-dev-convert-flights", NONE),
    ("airflow", "databrew:UpdateRecipe", f"{BREW}recipe/tarn-dev-flights", NONE),
    ("airflow", "databrew:StartJobRun", f"{BREW}job/tarn-prod-flights-clean", NONE),
    # another key, and the lake's past its service
    ("glue", "kms:Decrypt", f"arn:aws:kms:{LOCAL}:key/another", VIA_S3),
    ("glue", "kms:Decrypt", KEY, NONE),
    ("glue", "kms:Decrypt", KEY, {"kms:viaservice": "s3.eu-west-1.amazonaws.com"}),
    ("crawler", "kms:GenerateDataKey", KEY, VIA_S3),
    ("airflow", "kms:ScheduleKeyDeletion", KEY, NONE),
    # the zones themselves
    ("airflow", "s3:DeleteBucket", f"{S3}raw", NONE),
    ("airflow", "s3:PutBucketPolicy", f"{S3}raw", NONE),
    ("mwaa", "s3:PutBucketVersioning", f"{S3}raw", NONE),
    ("ci-deploy", "s3:DeleteBucket", f"{S3}raw", BY_STACK),
    ("ci-deploy", "s3:DeleteObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("ci-deploy", "s3:GetObject", f"{S3}curated/flights/run=a/part.parquet", NONE),
    ("ci-deploy", "kms:ScheduleKeyDeletion", KEY, BY_STACK),
    # other roles, and roles to other services
    ("airflow", "iam:PassRole", f"{ROLE}administrator", TO_GLUE),
    ("airflow", "iam:PassRole", f"{ROLE}tarn-dev-glue", TO_GLUE),
    ("airflow", "iam:PassRole", f"{ROLE}tarn-prod-databrew", TO_BREW),
    ("airflow", "iam:PassRole", f"{ROLE}tarn-dev-databrew", TO_GLUE),
    (
        "airflow",
        "iam:PassRole",
        f"{ROLE}tarn-dev-databrew",
        {"iam:passedtoservice": "ec2.amazonaws.com"},
    ),
    ("ci-deploy", "iam:PassRole", f"{ROLE}administrator", TO_GLUE),
    # CI past CloudFormation, without the boundary, over its own rights
    ("ci-plan", "cloudformation:ExecuteChangeSet", f"{STACK}tarn-dev-lake/1", NONE),
    ("ci-plan", "cloudformation:DeleteStack", f"{STACK}tarn-dev-lake/1", NONE),
    ("ci-plan", "s3:GetObject", f"{S3}raw/flights/run=a/flights.csv", NONE),
    ("ci-deploy", "cloudformation:CreateChangeSet", f"{STACK}another/1", NONE),
    ("ci-deploy", "iam:CreateRole", f"{ROLE}tarn-dev-glue", BOUNDED),
    ("ci-deploy", "iam:CreateRole", f"{ROLE}tarn-dev-glue", BY_STACK),
    ("ci-deploy", "iam:CreateRole", f"{ROLE}administrator", BY_STACK | BOUNDED),
    ("ci-deploy", "iam:PutRolePolicy", f"{ROLE}tarn-dev-ci-deploy", BY_STACK | BOUNDED),
    ("ci-deploy", "iam:UpdateAssumeRolePolicy", f"{ROLE}tarn-dev-ci-deploy", BY_STACK),
    ("ci-deploy", "iam:CreatePolicyVersion", BOUNDED["iam:permissionsboundary"], BY_STACK),
    # what is no one's
    ("quicksight", "quicksight:DeleteDashboard", f"{SIGHT}dashboard/flights", NONE),
    ("airflow", "iam:CreateRole", f"{ROLE}tarn-dev-new", NONE),
    ("mwaa", "cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Another"}),
    ("mwaa", "sqs:SendMessage", f"arn:aws:sqs:{LOCAL}:another-queue", NONE),
    ("airflow", "sns:Publish", f"arn:aws:sns:{LOCAL}:another", NONE),
]


@cache
def principal(suffix: str) -> Principal:
    name = f"tarn-dev-{suffix}"
    policies = tuple(
        document.parse(json.dumps(one), document.IDENTITY) for one in policies_of(name)
    )
    entity = f"{ROLE}{name}"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session"
    return Principal(SESSION, ACCOUNT, arn, f"AROA:{name}", entity, name, True, identity=policies)


def decide(
    who: str, action: str, resource: str, facts: Mapping[str, str], policy: Policy | None = None
) -> bool:
    def lookup(key: str) -> tuple[str, ...] | None:
        return (facts[key],) if key in facts else None

    return evaluate.decide(Query(principal(who), action, resource, lookup), policy).allowed


@pytest.mark.parametrize(("role", "action", "resource", "facts"), ALLOWED)
def test_a_role_may(role: str, action: str, resource: str, facts: dict[str, str]) -> None:
    assert decide(role, action, resource, facts)


@pytest.mark.parametrize(("role", "action", "resource", "facts"), REFUSED)
def test_a_role_may_not(role: str, action: str, resource: str, facts: dict[str, str]) -> None:
    assert not decide(role, action, resource, facts)


ZONES = ("raw", "clean", "curated", "quarantine", "ops")
HTTPS = {"aws:securetransport": "true"}
SSE, SSE_KEY = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
SSE_C = "s3:x-amz-server-side-encryption-customer-algorithm"
WRITERS = {
    "raw": ("airflow", "flights/a.csv"),
    "clean": ("databrew", "flights/a"),
    "curated": ("glue", "flights/a"),
    "quarantine": ("glue", "flights/a"),
    "ops": ("airflow", "ledger/a"),
}


def bucket_policy(zone: str) -> Policy:
    found = next(one for one in documents() if one.logical_id == f"{zone.capitalize()}BucketPolicy")
    return document.parse(json.dumps(found.body), document.BUCKET)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        (HTTPS, True),
        (HTTPS | {SSE: "aws:kms", SSE_KEY: KEY}, True),
        ({"aws:securetransport": "false"}, False),
        (HTTPS | {SSE: "AES256"}, False),
        (HTTPS | {SSE: "aws:kms"}, False),
        (HTTPS | {SSE: "aws:kms", SSE_KEY: KEY + "x"}, False),
        (HTTPS | {SSE_C: "AES256"}, False),
    ],
    ids=["as-the-bucket", "our-key", "http", "sse-s3", "aws-key", "other-key", "own-key"],
)
def test_a_put_is_encrypted_with_the_lakes_key(
    zone: str, facts: dict[str, str], allowed: bool
) -> None:
    role, key = WRITERS[zone]
    put = decide(role, "s3:PutObject", f"{S3}{zone}/{key}", facts, bucket_policy(zone))
    assert put is allowed


@pytest.mark.parametrize("zone", ZONES)
def test_reading_needs_https(zone: str) -> None:
    role, key = {**WRITERS, "clean": ("glue", "flights/a")}[zone]
    for secure in ("true", "false"):
        facts = {"aws:securetransport": secure}
        read = decide(role, "s3:GetObject", f"{S3}{zone}/{key}", facts, bucket_policy(zone))
        assert read is (secure == "true")


def test_no_task_writes_the_dags_that_run_with_its_rights() -> None:
    found = next(one for one in documents() if (one.template, one.kind) == ("airflow", "bucket"))
    denied = [one for one in found.statements if one["Sid"] == "DenyTasksToWrite"]
    assert denied[0]["Principal"] == {"AWS": f"{ROLE}tarn-dev-mwaa"}


def test_the_boundary_bounds() -> None:
    boundary = stack("guardrails").properties["Boundary"]["PolicyDocument"]
    policy = document.parse(json.dumps(boundary), document.IDENTITY)

    def bounded(action: str, resource: str, region: str = REGION) -> bool:
        def lookup(key: str) -> tuple[str, ...] | None:
            return (region,) if key == "aws:requestedregion" else None

        query = Query(principal("airflow"), action, resource, lookup)
        return evaluate.allows(policy, query) and not evaluate.denies(policy, query)

    assert bounded("s3:PutObject", f"{S3}raw/a")
    assert not bounded("s3:PutObject", f"{S3}raw/a", "eu-west-1")
    assert not bounded("s3:PutBucketPolicy", f"{S3}raw")
    assert not bounded("glue:CreateSession", "*")
    assert not bounded("iam:CreateRole", f"{ROLE}tarn-dev-new")
    assert not bounded("iam:PassRole", f"{ROLE}administrator")
    assert not bounded("ec2:RunInstances", "*")


def test_mwaas_role_has_the_policies_that_a_full_run_was_replayed_through() -> None:
    """tests/infra/test_least_privilege.py does it with the role of Airflow outside of MWAA."""
    _, *managed = policies_of("tarn-dev-mwaa")
    assert managed == policies_of("tarn-dev-airflow")

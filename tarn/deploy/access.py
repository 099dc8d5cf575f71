"""The role that DataBrew, Glue and crawlers act in: the lake's buckets and catalog, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.deploy.compare import Change
from tarn.errors import aws_errors, code_of
from tarn.settings import ZONES

POLICY = "lake"


def role(aws: Aws) -> Iterator[Change]:
    iam, name, wanted = aws.client("iam"), aws.settings.role_name, permissions(aws)
    with aws_errors(f"role {name}"):
        missing = _missing(iam.get_role, RoleName=name)
        differs = missing or _policy(iam, name) != wanted
    if missing:
        document = json.dumps(trust())
        create = partial(iam.create_role, RoleName=name, AssumeRolePolicyDocument=document)
        yield Change(f"role {name}", "create", create)
    if differs:
        document = json.dumps(wanted)
        write = partial(
            iam.put_role_policy, RoleName=name, PolicyName=POLICY, PolicyDocument=document
        )
        yield Change(f"permissions of role {name}", "write", write)


def _missing(get: Any, **which: str) -> bool:
    try:
        get(**which)
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return True
        raise
    return False


def _policy(iam: Any, name: str) -> Any:
    try:
        document = iam.get_role_policy(RoleName=name, PolicyName=POLICY)["PolicyDocument"]
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise
    return json.loads(document) if isinstance(document, str) else document


def trust() -> dict[str, Any]:
    services = ["databrew.amazonaws.com", "glue.amazonaws.com"]
    return _document({"Principal": {"Service": services}, "Action": "sts:AssumeRole"})


def permissions(aws: Aws) -> dict[str, Any]:
    settings = aws.settings
    buckets = [f"arn:aws:s3:::{settings.bucket(zone)}" for zone in ZONES]
    glue = f"arn:aws:glue:{settings.region}:{aws.account_id}"
    databases = (settings.database, settings.shadow_database, settings.ops_database)
    catalog = [f"{glue}:catalog"]
    catalog += [f"{glue}:database/{database}" for database in databases]
    catalog += [f"{glue}:table/{database}/*" for database in databases]
    logs = f"arn:aws:logs:{settings.region}:{aws.account_id}:log-group:/aws-*"
    return _document(
        {"Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": buckets},
        {
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": [f"{bucket}/*" for bucket in buckets],
        },
        {"Action": _catalog_actions(), "Resource": catalog},
        {
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [logs],
        },
    )


def _catalog_actions() -> list[str]:
    reads = ["Database", "Table", "Tables", "Partition", "Partitions"]
    writes = ["CreateTable", "UpdateTable", "BatchCreatePartition", "BatchGetPartition"]
    return [f"glue:Get{what}" for what in reads] + [f"glue:{what}" for what in writes]


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    return {"Version": "2012-10-17", "Statement": allowed}

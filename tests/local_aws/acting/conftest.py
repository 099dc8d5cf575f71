"""A small lake under a key, and roles with all that a service needs, or all but one permission."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.conftest import Person, allow, keys_of, policy

ACCOUNT = "123456789012"
Statement = dict[str, Any]


@dataclass
class Lake:
    """A bucket with the table `db`.t over data/t/, and results/ for answers."""

    server: LocalServer
    bucket: str
    database: str
    key: str = ""

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.bucket}"

    def glue_arn(self, resource: str) -> str:
        return f"arn:aws:glue:us-east-1:{ACCOUNT}:{resource}"

    @property
    def table_arns(self) -> list[str]:
        names = ("catalog", f"database/{self.database}", f"table/{self.database}/*")
        return [self.glue_arn(name) for name in names]


def without(statements: list[Statement], action: str) -> list[Statement]:
    """The statements but for one action, which has to be there."""
    assert any(action in one["Action"] for one in statements), action
    kept = [one | {"Action": [a for a in one["Action"] if a != action]} for one in statements]
    return [one for one in kept if one["Action"]]


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    found = Lake(aws, f"acting-{uuid.uuid4().hex[:8]}", f"d{uuid.uuid4().hex[:8]}")
    s3, glue = aws.client("s3"), aws.client("glue")
    s3.create_bucket(Bucket=found.bucket)
    s3.put_object(Bucket=found.bucket, Key="data/t/a.csv", Body=b"1,one\n2,two\n")
    glue.create_database(DatabaseInput={"Name": found.database})
    glue.create_table(DatabaseName=found.database, TableInput=table(found, "t", "data/t/"))
    return found


def table(lake: Lake, name: str, prefix: str) -> dict[str, Any]:
    """A table of CSV."""
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [{"Name": "i", "Type": "int"}, {"Name": "s", "Type": "string"}],
            "Location": f"s3://{lake.bucket}/{prefix}",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                "Parameters": {"field.delim": ","},
            },
        },
    }


@pytest.fixture
def lake_key(lake: Lake) -> str:
    """The ARN of a new key that is the bucket's default; its policy hands on to the account."""
    kms, s3 = lake.server.client("kms"), lake.server.client("s3")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(
        Bucket=lake.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    s3.put_object(Bucket=lake.bucket, Key="data/t/a.csv", Body=b"1,one\n2,two\n")
    lake.key = str(key)
    return lake.key


MakeRole = Callable[..., str]


@pytest.fixture
def role_of(aws: LocalServer) -> MakeRole:
    """``role_of("glue", *statements)``: the ARN of a new role that the service may assume."""

    def make(service: str, *statements: Statement, path: str = "/") -> str:
        iam, name = aws.client("iam"), f"{service}-{uuid.uuid4().hex[:8]}"
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
        made = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=policy(trust))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return str(made["Role"]["Arn"])

    return make


@pytest.fixture
def session(aws: LocalServer) -> Callable[..., Person]:
    """``session(*statements)``: somebody in a new role with that policy."""

    def make(*statements: Statement) -> Person:
        iam, name = aws.client("iam"), f"person-{uuid.uuid4().hex[:8]}"
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        found = aws.client("sts").assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="me")
        return Person(aws, name, found["AssumedRoleUser"]["Arn"], keys_of(found["Credentials"]))

    return make


__all__ = ["Lake", "allow", "without"]

"""What infra/'s stacks make, as far as a step needs it: plain, and made in a moment.

A stack takes longer than most tests; those of a deploy make the real thing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.deploy import STAGES, stage
from tarn.settings import ZONES


def buckets(aws: Aws) -> None:
    for zone in ZONES:
        aws.s3.create_bucket(Bucket=aws.settings.bucket(zone))
    raw = aws.settings.bucket("raw")  # whose objects the ledger names by version
    aws.s3.put_bucket_versioning(Bucket=raw, VersioningConfiguration={"Status": "Enabled"})


def databases(aws: Aws) -> None:
    settings = aws.settings
    for name in (settings.database, settings.shadow_database, settings.ops_database):
        _once(aws.glue.create_database, DatabaseInput={"Name": name})


def workgroup(aws: Aws) -> None:
    _once(
        aws.athena.create_work_group,
        Name=aws.settings.workgroup,
        Configuration={
            "EnforceWorkGroupConfiguration": True,
            "BytesScannedCutoffPerQuery": aws.settings.athena_cutoff_bytes,
            "ResultConfiguration": {"OutputLocation": aws.settings.athena_results},
        },
    )


def topic(aws: Aws) -> None:
    aws.client("sns").create_topic(Name=aws.settings.topic_name)


def data_source(aws: Aws) -> None:
    _once(
        aws.quicksight.create_data_source,
        AwsAccountId=aws.account_id,
        DataSourceId=f"{aws.settings.lake}-athena",
        Name="Athena",
        Type="ATHENA",
        DataSourceParameters={"AthenaParameters": {"WorkGroup": aws.settings.workgroup}},
    )


def deploy_upon_it(aws: Aws) -> None:
    """A deploy whose stacks are this ground: for lakes that share a database, as stacks cannot.

    The data sets of dashboards/ name the database `lake`, whatever the lake's name is.
    """
    for make in (buckets, databases, workgroup, data_source):
        make(aws)
    for name in STAGES:
        if name != "stacks:stacks":
            list(stage(name)(aws))


def _once(create: Callable[..., Any], **wanted: Any) -> None:
    """Create a thing; there already is as good."""
    try:
        create(**wanted)
    except ClientError as error:
        if "exist" not in str(error) and "already created" not in str(error):
            raise

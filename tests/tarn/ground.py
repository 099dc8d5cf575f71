"""What infra/'s stacks make, as far as a step needs it: plain, and made in a moment.

A stack takes longer than most tests; those of a deploy make the real thing.
"""

from __future__ import annotations

from tarn.aws import Aws
from tarn.settings import ZONES


def buckets(aws: Aws) -> None:
    for zone in ZONES:
        aws.s3.create_bucket(Bucket=aws.settings.bucket(zone))
    raw = aws.settings.bucket("raw")  # whose objects the ledger names by version
    aws.s3.put_bucket_versioning(Bucket=raw, VersioningConfiguration={"Status": "Enabled"})


def databases(aws: Aws) -> None:
    settings = aws.settings
    for name in (settings.database, settings.shadow_database, settings.ops_database):
        aws.glue.create_database(DatabaseInput={"Name": name})


def workgroup(aws: Aws) -> None:
    aws.athena.create_work_group(
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
    aws.quicksight.create_data_source(
        AwsAccountId=aws.account_id,
        DataSourceId=f"{aws.settings.lake}-athena",
        Name="Athena",
        Type="ATHENA",
        DataSourceParameters={"AthenaParameters": {"WorkGroup": aws.settings.workgroup}},
    )

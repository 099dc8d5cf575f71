"""The published tables as the contracts say them, and where readers are pointed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts.contract import Column, Contract
from tarn.errors import code_of
from tarn.partition import Partition

PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
MOVES = "tarn.moves"  # a parameter beside a partition's location
# What UpdateTable takes of what GetTable gives.
TABLE_INPUT = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "TableType",
    "Parameters",
)


def table_input(contract: Contract, location: str) -> dict[str, Any]:
    """The Glue table of a dataset."""
    return {
        "Name": contract.name,
        "Description": contract.description,
        "Owner": contract.owner,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [_column(column) for column in contract.partition_columns],
        "StorageDescriptor": _storage(contract, location),
    }


def unpublished(contract: Contract, aws: Aws) -> str:
    """Where a table points before its first publish: a folder in which nothing is ever put.

    The dataset's own folder holds runs that readers must not see.
    """
    return aws.settings.uri("curated", f"{contract.name}/unpublished/")


def _storage(contract: Contract, location: str) -> dict[str, Any]:
    return {
        "Columns": [_column(column) for column in contract.columns],
        "Location": location,
        "Compressed": False,
        **PARQUET,
    }


def _column(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {"Name": column.name, "Type": column.type}
    if column.description:
        described["Comment"] = column.description
    if column.classification:
        described["Parameters"] = {"classification": column.classification}
    return described


def create_run_table(database: str, name: str, contract: Contract, location: str, aws: Aws) -> None:
    """A table of one run's folder, without partition keys; one that is there is left as it is."""
    definition = table_input(contract, location) | {"Name": name, "PartitionKeys": []}
    try:
        aws.glue.create_table(DatabaseName=database, TableInput=definition)  # type: ignore[arg-type]
    except ClientError as error:
        if code_of(error) != "AlreadyExistsException":
            raise


def get_table(database: str, name: str, aws: Aws) -> dict[str, Any] | None:
    try:
        return dict(aws.glue.get_table(DatabaseName=database, Name=name)["Table"])
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def get_partition(partition: Partition, aws: Aws) -> dict[str, Any] | None:
    try:
        answer = aws.glue.get_partition(
            DatabaseName=aws.settings.database,
            TableName=partition.dataset,
            PartitionValues=_values(partition),
        )
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return dict(answer["Partition"])


def _values(partition: Partition) -> list[str]:
    return [str(value) for value in partition.values.values()]


@dataclass(frozen=True)
class Seen:
    """What readers of a partition see.

    location: "" before the first publish; version_id: of a table, "" of a partition, which has
    none.
    """

    location: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    version_id: str = ""

    @property
    def moves(self) -> int:
        """How often readers were moved: no two moves leave the same."""
        return int(self.parameters.get(MOVES, 0))


def location_of(partition: Partition, aws: Aws) -> tuple[str, dict[str, str]]:
    """Where readers find the partition now ("" before its first publish), and its parameters."""
    found = seen(partition, aws)
    return found.location, dict(found.parameters)


def seen(partition: Partition, aws: Aws) -> Seen:
    if partition.keys:
        found = get_partition(partition, aws)
    else:
        found = get_table(aws.settings.database, partition.dataset, aws)
    if found is None:
        return Seen()
    location = found["StorageDescriptor"]["Location"]
    if location.endswith("/unpublished/"):
        location = ""
    return Seen(location, dict(found.get("Parameters", {})), str(found.get("VersionId", "")))


def point(
    contract: Contract,
    partition: Partition,
    location: str,
    parameters: Mapping[str, str],
    aws: Aws,
    version_id: str = "",
) -> None:
    """Point readers of a partition at a folder: one catalog call, which they see whole or not.

    version_id: of the table that the caller has seen; Glue refuses where it has another by now.
    """
    if partition.keys:
        _point_partition(contract, partition, location, parameters, aws)
    else:
        _point_table(contract, location, parameters, aws, version_id)


def _point_partition(
    contract: Contract, partition: Partition, location: str, parameters: Mapping[str, str], aws: Aws
) -> None:
    where = {"DatabaseName": aws.settings.database, "TableName": contract.name}
    definition: dict[str, Any] = {
        "Values": _values(partition),
        "StorageDescriptor": _storage(contract, location),
        "Parameters": dict(parameters),
    }
    if get_partition(partition, aws) is None:
        try:
            aws.glue.create_partition(**where, PartitionInput=definition)  # type: ignore[arg-type]
            return
        except ClientError as error:
            if code_of(error) != "AlreadyExistsException":
                raise
    aws.glue.update_partition(
        **where,
        PartitionValueList=_values(partition),
        PartitionInput=definition,  # type: ignore[arg-type]
    )


def _point_table(
    contract: Contract, location: str, parameters: Mapping[str, str], aws: Aws, version_id: str
) -> None:
    definition = table_input(contract, location)
    definition["Parameters"] |= parameters
    version = {"VersionId": version_id} if version_id else {}
    aws.glue.update_table(
        DatabaseName=aws.settings.database,
        TableInput=definition,  # type: ignore[arg-type]
        **version,  # type: ignore[arg-type]
    )

"""Hive's structs as Glue's documents and back, member by member as AWS's client does it.

https://github.com/awslabs/aws-glue-data-catalog-client-for-apache-hive-metastore
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from .protocol import hive
from .storage import Storage

Document = dict[str, Any]


class Documents:
    """The two ways, with the locations as each side knows them."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    # To Glue

    def database_input(self, database: Any) -> Document:
        return _given(
            Name=database.name,
            Description=database.description,
            LocationUri=self._remembered(database.locationUri),
            Parameters=database.parameters,
        )

    def table_input(self, table: Any) -> Document:
        return _given(
            Name=table.tableName,
            Owner=table.owner,
            LastAccessTime=_moment(table.lastAccessTime),
            Retention=table.retention or 0,
            StorageDescriptor=self._descriptor_input(table.sd),
            PartitionKeys=_column_inputs(table.partitionKeys),
            ViewOriginalText=table.viewOriginalText,
            ViewExpandedText=table.viewExpandedText,
            TableType=table.tableType,
            Parameters=table.parameters,
        )

    def partition_input(self, partition: Any) -> Document:
        return _given(
            Values=partition.values,
            LastAccessTime=_moment(partition.lastAccessTime),
            StorageDescriptor=self._descriptor_input(partition.sd),
            Parameters=partition.parameters,
        )

    def _descriptor_input(self, sd: Any) -> Document | None:
        if sd is None:
            return None
        serde = sd.serdeInfo
        return _given(
            Columns=_column_inputs(sd.cols),
            Location=self._remembered(sd.location),
            InputFormat=sd.inputFormat,
            OutputFormat=sd.outputFormat,
            Compressed=bool(sd.compressed),
            NumberOfBuckets=sd.numBuckets or 0,
            SerdeInfo=serde
            and _given(
                Name=serde.name,
                SerializationLibrary=serde.serializationLib,
                Parameters=self._paths(serde.parameters, self._storage.remembered),
            ),
            BucketColumns=sd.bucketCols,
            SortColumns=[{"Column": o.col, "SortOrder": o.order} for o in sd.sortCols or ()],
            Parameters=sd.parameters,
            SkewedInfo=_skewed_input(sd.skewedInfo),
            StoredAsSubDirectories=bool(sd.storedAsSubDirectories),
        )

    # From Glue

    def database(self, document: Document) -> Any:
        return hive.Database(
            name=document["Name"],
            description=document.get("Description"),
            locationUri=self._storage.present(document.get("LocationUri") or ""),
            parameters=document.get("Parameters") or {},
        )

    def table(self, document: Document) -> Any:
        """Raises InvalidObjectException where a member is missing that Hive cannot do without."""
        _check(document)
        return hive.Table(
            tableName=document["Name"],
            dbName=document["DatabaseName"],
            owner=document.get("Owner"),
            createTime=_seconds(document.get("CreateTime")),
            lastAccessTime=_seconds(document.get("LastAccessTime")),
            retention=document.get("Retention", 0),
            sd=self._descriptor(document.get("StorageDescriptor") or {}),
            partitionKeys=_columns(document.get("PartitionKeys")),
            parameters=document.get("Parameters") or {},
            viewOriginalText=document.get("ViewOriginalText"),
            viewExpandedText=document.get("ViewExpandedText"),
            tableType=document["TableType"],
        )

    def partition(self, document: Document) -> Any:
        return hive.Partition(
            values=document["Values"],
            dbName=document["DatabaseName"],
            tableName=document["TableName"],
            createTime=_seconds(document.get("CreationTime")),
            lastAccessTime=_seconds(document.get("LastAccessTime")),
            sd=self._descriptor(document.get("StorageDescriptor") or {}),
            parameters=document.get("Parameters") or {},
        )

    def _descriptor(self, document: Document) -> Any:
        serde = document.get("SerdeInfo") or {}
        location = document.get("Location")
        return hive.StorageDescriptor(
            cols=_columns(document.get("Columns")),
            location=location and self._storage.present(location),
            inputFormat=document.get("InputFormat"),
            outputFormat=document.get("OutputFormat"),
            compressed=document.get("Compressed", False),
            numBuckets=document.get("NumberOfBuckets", 0),
            serdeInfo=hive.SerDeInfo(
                name=serde.get("Name"),
                serializationLib=serde.get("SerializationLibrary"),
                parameters=self._paths(serde.get("Parameters"), self._storage.present),
            ),
            bucketCols=document.get("BucketColumns") or [],
            sortCols=[
                hive.Order(col=order["Column"], order=order["SortOrder"])
                for order in document.get("SortColumns") or ()
            ],
            parameters=document.get("Parameters") or {},
            skewedInfo=hive.SkewedInfo(skewedColNames=[], skewedColValues=[]),
            storedAsSubDirectories=document.get("StoredAsSubDirectories", False),
        )

    def _remembered(self, location: str | None) -> str | None:
        return location and self._storage.remembered(location)

    @staticmethod
    def _paths(parameters: dict[str, str] | None, spelled: Any) -> dict[str, str]:
        """A table of a Spark data source has its location among the SerDe's parameters too."""
        found = dict(parameters or {})
        return found | ({"path": spelled(found["path"])} if "path" in found else {})


def _check(table: Document) -> None:
    """What AWS's client asks of a table, in its words."""
    required: list[tuple[str, Any]] = [("TableType", table.get("TableType"))]
    if table.get("TableType") != "VIRTUAL_VIEW":
        sd = table.get("StorageDescriptor") or {}
        serde = sd.get("SerdeInfo") or {}
        required += [
            ("StorageDescriptor#InputFormat", sd.get("InputFormat")),
            ("StorageDescriptor#OutputFormat", sd.get("OutputFormat")),
            ("StorageDescriptor#SerdeInfo#SerializationLibrary", serde.get("SerializationLibrary")),
        ]
    for member, value in required:
        if not value:
            message = f"{member} cannot be null for table: {table['Name']}"
            raise hive.InvalidObjectException(message=message)


def _given(**members: Any) -> Document:
    return {name: value for name, value in members.items() if value is not None}


def _column_inputs(columns: Iterable[Any] | None) -> list[Document]:
    return [_given(Name=c.name, Type=c.type, Comment=c.comment) for c in columns or ()]


def _columns(documents: Sequence[Document] | None) -> list[Any]:
    return [
        hive.FieldSchema(name=c["Name"], type=c.get("Type"), comment=c.get("Comment"))
        for c in documents or ()
    ]


def _skewed_input(skewed: Any) -> Document | None:
    if skewed is None:
        return None
    if skewed.skewedColNames:  # Spark's SQL has no SKEWED BY
        raise hive.InvalidObjectException(message="Skewed tables are not supported by local_aws")
    return {
        "SkewedColumnNames": [],
        "SkewedColumnValues": [],
        "SkewedColumnValueLocationMaps": {},
    }


def _moment(seconds: int | None) -> datetime:
    return datetime.fromtimestamp(seconds or 0, UTC)


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0

"""The index that a crawler gives the partitions of a table in S3.

What AWS does: https://docs.aws.amazon.com/glue/latest/dg/crawler-configure-partition-indexes.html,
by default, but with ``{"CreatePartitionIndex": false}`` in the crawler's Configuration. The page
does not name the index; in accounts it is `crawler_partition_index`. That it is over all keys is
our reading.
"""

from collections.abc import Callable

from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.catalog.indexes import PartitionIndexes
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import ResourceNumberLimitExceededException

INDEX = "crawler_partition_index"


def index_partitions(catalog: Catalog, table: Document, say: Callable[[str], None]) -> None:
    """Give the table its index, in place of one over the keys that it had before."""
    indexes = PartitionIndexes(catalog)
    place = {"DatabaseName": table["DatabaseName"], "TableName": table["Name"]}
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if keys:
        catalog.require("GetPartitionIndexes", **place)
    if any(index["IndexName"] == INDEX for index in indexes.all(table)):
        catalog.require("DeletePartitionIndex", **place)
        indexes.delete(table, INDEX)
    if not keys:
        return
    catalog.require("CreatePartitionIndex", **place)
    try:
        indexes.create(table, {"IndexName": INDEX, "Keys": keys})
    except ResourceNumberLimitExceededException as error:
        say(f"WARN : {INDEX} is not made: {error.message}")

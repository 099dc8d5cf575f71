"""The Data Catalog: databases, tables with their versions, partitions, and what hangs on them.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html): names are
folded to lower case; an update replaces the whole definition and keeps the old one as a version;
deleting a database deletes what is in it; nothing checks that a location exists. So do we.

Other services use `Catalog` through `platform.glue`: dictionaries in AWS's own shape.
"""

from typing import TYPE_CHECKING, Any

from local_aws.services.glue.catalog import schema
from local_aws.services.glue.catalog.partitions import Partitions
from local_aws.services.glue.catalog.versions import Versions

if TYPE_CHECKING:
    from local_aws.context import Platform

__all__ = ["Catalog"]


class Catalog(Versions, Partitions):
    """The catalog of the one account that we have."""

    def __init__(self, platform: "Platform") -> None:
        self.account_id = platform.account_id
        self.db = platform.db("glue")
        schema.bring_up(self.db)

    def require(self, operation: str, **parameters: Any) -> None:
        """Raise where who works here may not call the operation of Glue; the server may all."""

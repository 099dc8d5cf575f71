"""spark.sql over the Data Catalog: ``--enable-glue-datacatalog``.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-data-catalog-hive.html):
Spark's Hive support with Glue as its metastore, through a client of AWS's inside of the JVM. What
we do: the Hive client of PySpark's wheel as it is, which speaks Hive's own protocol to the bridge
here, which asks Glue. See docs/adr/0019-metastore.md.
"""

from pathlib import Path

import boto3

from .bridge import Bridge
from .service import Metastore


def serve(jvm: int, folder: Path, buckets: Path) -> dict[str, str]:
    """Start the bridge for this JVM; the settings of a Spark session that uses it."""
    warehouse = folder / "warehouse"
    metastore = Metastore(boto3.client("glue"), boto3.client("s3"), buckets, warehouse)
    scratch = folder / "hive"
    return {
        "spark.sql.catalogImplementation": "hive",
        "spark.hadoop.hive.metastore.uris": Bridge(metastore, jvm).uri,
        "spark.hadoop.hive.exec.scratchdir": str(scratch),
        "spark.hadoop.hive.exec.local.scratchdir": str(scratch / "local"),
        "spark.hadoop.hive.downloaded.resources.dir": str(scratch / "resources"),
        "spark.hadoop.hive.querylog.location": str(scratch / "log"),
    }

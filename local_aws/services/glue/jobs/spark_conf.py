"""The settings that a job's Spark session starts with; the job's `--conf` goes before them."""

import os
from pathlib import Path

from local_aws.context import Platform

S3_SCHEMES = ("s3", "s3a", "s3n")


def defaults(platform: Platform, job: str, folder: Path, paths: list[str]) -> dict[str, str]:
    """For a run of this job: its scratch folder, and what its Python workers import from."""
    return {
        "spark.app.name": job,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(paths),
        "spark.hadoop.fs.local_aws.buckets": str(platform.data_dir / "s3"),
        "spark.hadoop.fs.local_aws.staging": str(folder / "staging"),
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
        # Hadoop's default for s3a is a class of hadoop-aws, which is not here.
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": (
            "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory"
        ),
        "spark.master": "local[*]",
        # Spark lists folders with a task for each, up to 10,000: made for a cluster.
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
        "spark.sql.streaming.checkpointFileManagerClass": (
            "org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager"
        ),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        # A script that enables Hive support itself has a metastore in the JVM, for its run alone.
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder / 'metastore_db'};create=true"
        ),
        **{f"spark.hadoop.fs.{scheme}.impl": "local_aws.LocalS3" for scheme in S3_SCHEMES},
    }

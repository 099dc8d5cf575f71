"""Spark through Hadoop's own S3A, where its jars are at hand.

No wheel that the lock can hold carries them (the one on PyPI pins another Spark), so this runs only
where TARN_S3A_JARS names a folder with hadoop-aws and the SDK bundle that belongs to it.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

JARS = os.environ.get("TARN_S3A_JARS", "")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not JARS, reason="TARN_S3A_JARS names no folder of S3A's jars"),
]
SCRIPT = """
import sys
from pyspark.sql import SparkSession

root, jars, *options = sys.argv[1:]
builder = SparkSession.builder.master("local[2]").config("spark.jars", jars)
builder = builder.config("spark.ui.enabled", "false")
for option in options:
    name, _, value = option.partition("=")
    builder = builder.config("spark.hadoop.fs.s3a." + name, value)
spark = builder.getOrCreate()
frame = spark.range(0, 100000).selectExpr("id", "id % 7 AS k")
frame.write.partitionBy("k").parquet(root + "/t")
frame.write.mode("overwrite").partitionBy("k").parquet(root + "/t")
assert spark.read.parquet(root + "/t").filter("k = 3").count() == 14286
for _ in range(2):
    frame.write.mode("append").json(root + "/j")
assert spark.read.json(root + "/j").count() == 200000

Path = spark._jvm.org.apache.hadoop.fs.Path
files = Path(root).getFileSystem(spark._jsc.hadoopConfiguration())
assert files.rename(Path(root + "/t"), Path(root + "/moved"))
assert not files.exists(Path(root + "/t"))
assert spark.read.parquet(root + "/moved").count() == 100000
assert files.mkdirs(Path(root + "/empty/folder"))
assert files.getFileStatus(Path(root + "/empty/folder")).isDirectory()
out = files.create(Path(root + "/big"))
for number in range(20):
    out.write(bytearray([number]) * (1 << 20))
out.close()
read = files.open(Path(root + "/big"))
read.seek(7 << 20)
assert read.read() == 7
read.close()
assert files.delete(Path(root + "/moved"), True)
assert not files.exists(Path(root + "/moved"))
print("all of it")
"""
SMALL_PARTS = ("multipart.size=8388608", "multipart.threshold=8388608")
GUARDED = ("change.detection.mode=server", "server-side-encryption-algorithm=AES256")


@pytest.mark.parametrize("options", [(), (*SMALL_PARTS, *GUARDED), ("list.version=1",)])
def test_spark_writes_renames_reads_and_deletes(
    aws: Any, bucket: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    script = tmp_path / "job.py"
    script.write_text(SCRIPT)
    told = {
        "endpoint": aws.endpoint,
        "endpoint.region": aws.env["AWS_REGION"],
        "access.key": aws.env["AWS_ACCESS_KEY_ID"],
        "secret.key": aws.env["AWS_SECRET_ACCESS_KEY"],
        "path.style.access": "true",
    }
    jars = ",".join(str(jar) for jar in Path(JARS).glob("*.jar"))
    settings = [f"{name}={value}" for name, value in told.items()]
    done = subprocess.run(
        [sys.executable, str(script), f"s3a://{bucket}", jars, *settings, *options],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.stdout.strip().endswith("all of it"), done.stderr[-3000:]
    big = aws.client("s3").head_object(Bucket=bucket, Key="big")
    assert big["ContentLength"] == 20 << 20
    assert big["ETag"].endswith('-3"') == (SMALL_PARTS[0] in options)

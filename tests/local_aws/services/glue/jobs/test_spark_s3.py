"""S3 from Spark: what a script reads and writes is what an S3 client sees, and nothing before."""

import hashlib
import io
import os
import signal
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
from support import Glue, script, until

pytestmark = pytest.mark.spark

ODD = (
    "odd/plain.txt",
    "odd/sp ace +plus%25=x.txt",
    "odd/colon:and?hash#.txt",
    "odd/größe-日本.txt",
    "odd/decomposed-e\u0301.txt",
    "odd/tab\there.txt",
    "odd/" + "long" * 62 + ".txt",
    "odd/.~hidden.txt",
    "odd/sub",
    "odd/sub/below-an-object.txt",
)
READS_ODD_KEYS = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
sc, root = spark.sparkContext, "s3://@bucket@"
lines = spark.read.option("recursiveFileLookup", "true").text(root + "/odd/")
print(sorted(int(row.value) for row in lines.collect()))
print(sc.textFile(root + "/odd/sub").collect())
print(sc.textFile(root + "/odd/sub/below-an-object.txt").collect())
print(sorted(len(text) for _, text in sc.wholeTextFiles(root + "/marked").collect()))
try:
    spark.read.text(root + "/unnameable/").count()
except Exception as error:
    print("a//b" in str(error), "Hadoop has no path" in str(error))
for name in ("out/.~x", "k" * 1100):
    try:
        spark.range(1).write.csv(f"{root}/{name}")
    except Exception as error:
        print("begins with .~" in str(error), "KeyTooLongError" in str(error))
spark.range(2).selectExpr("CAST(id AS STRING) s").write.mode("overwrite").text(root + "/odd/")
print(spark.read.text(root + "/odd/").count())
"""
WRITES = """
from pyspark.sql import SparkSession, functions as F
from pyspark.sql.types import StructType
spark = SparkSession.builder.getOrCreate()
sc, root = spark.sparkContext, "s3://@bucket@"
hadoop = sc._jsc.hadoopConfiguration()
hadoop.set("fs.s3a.access.key", "AKIA")
hadoop.set("fs.s3a.secret.key", "secret")
hadoop.set("fs.s3a.endpoint", "s3.amazonaws.com")
hadoop.set("fs.s3a.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
hadoop.set("fs.s3n.impl", "org.apache.hadoop.fs.s3native.NativeS3FileSystem")
hadoop.set("mapreduce.fileoutputcommitter.algorithm.version", "2")
rows = spark.range(0, 40, 1, 2).selectExpr("id", "id % 4 AS k", "CAST(id AS STRING) AS s")

rows.write.partitionBy("k").orc("s3a://@bucket@/t")
spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
rows.filter("k = 1 AND id < 8").write.mode("overwrite").partitionBy("k").orc("s3n://@bucket@/t")
rows.filter("k = 2").write.mode("append").partitionBy("k").orc(root + "/t")
counts = spark.read.orc(root + "/t").groupBy("k").count().orderBy("k").collect()
print([row["count"] for row in counts])
print(spark.read.orc(root + "/t/k={1,2}").count(), spark.read.orc(root + "/t/*/part-*").count())
spark.conf.set("spark.sql.sources.partitionOverwriteMode", "static")
try:
    spark.read.orc(root + "/t").write.mode("overwrite").orc(root + "/t")
except Exception as error:
    print("No such file or directory" in str(error))

values = spark.createDataFrame([(1, "a b:c/d%=é"), (2, None)], "id int, p string")
values.write.partitionBy("p").json(root + "/escaped")
print(spark.read.json(root + "/escaped").orderBy("id").collect()[0].p)
lines = rows.coalesce(1).select("s")
for codec in ("bzip2", "gzip", "deflate", "lz4", "snappy"):
    lines.write.option("compression", codec).text(f"{root}/text-{codec}")
    print(codec, spark.read.text(f"{root}/text-{codec}").count())
bloom = rows.coalesce(1).write.option("parquet.bloom.filter.enabled#s", "true")
for codec in ("zstd", "gzip", "snappy", "lz4"):
    bloom.option("compression", codec).parquet(f"{root}/parquet-{codec}")
    print(codec, spark.read.parquet(f"{root}/parquet-{codec}").filter("s = '7'").count())
found = spark.read.parquet(root + "/parquet-zstd").select(
    F.input_file_name().alias("f"), "_metadata.file_path", "_metadata.file_size")
first = found.first()
print(first.f.startswith(root), first.file_path == first.f, first.file_size > 0)

sc.parallelize([("a", 1), ("b", 2)], 1).saveAsSequenceFile(root + "/sequence")
print(sorted(sc.sequenceFile(root + "/sequence").collect()))
sc.parallelize(["x", "y"], 2).saveAsTextFile(root + "/lines")
print(sorted(sc.textFile(root + "/lines").collect()), sc.binaryFiles(root + "/lines").count())
for turn in range(2):
    stream = spark.readStream.schema("id long, s string").parquet(root + "/parquet-zstd")
    query = (stream.writeStream.format("parquet").option("checkpointLocation", root + "/checkpoint")
        .trigger(availableNow=True).start(root + "/streamed"))
    query.awaitTermination()
    print(spark.read.parquet(root + "/streamed").count())
rows.write.parquet("s3://@versioned@/t")
rows.write.mode("overwrite").parquet("s3://@versioned@/t")
print(spark.read.parquet("s3://@versioned@/t").count())
try:
    rows.write.format("avro").save(root + "/avro")
except Exception as error:
    print("avro" in str(error), type(error).__name__)
"""
WRITES_SLOWLY = """
import time
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.getOrCreate()
print(spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid())
wait = F.udf(lambda n: time.sleep(120) if n == 9 else n, "long")
rows = spark.range(0, 10, 1, 10)
rows.write.mode("overwrite").parquet("s3://@bucket@/half/")
rows.select(wait("id").alias("id")).write.mode("append").parquet("s3://@bucket@/half/")
"""
WRITES_AGAIN = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.range(3).write.mode("append").parquet("s3://@bucket@/half/")
print(spark.read.parquet("s3://@bucket@/half/").count())
"""


def keys(glue: Glue, prefix: str, bucket: str = "") -> list[str]:
    pages = glue.s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket or glue.bucket, Prefix=prefix
    )
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def run(glue: Glue, text: str, **values: Any) -> list[str]:
    found = glue.run(glue.job(script(text, bucket=glue.bucket, **values), kind="glueetl"))
    assert found["JobRunState"] == "SUCCEEDED", found.get("ErrorMessage")
    return glue.log(found["Id"])


def test_every_key_is_read_or_refused_by_name(glue: Glue) -> None:
    for number, key in enumerate(ODD):
        glue.put(key, f"{number}\n")
    glue.put("marked/", "")
    glue.put("marked/sub/", "")
    glue.put("marked/a.txt", "four")
    glue.put("unnameable/a//b", "x")
    assert run(glue, READS_ODD_KEYS) == [
        "[0, 1, 2, 3, 4, 5, 6, 8, 9]",  # all but the one that begins with a dot, as on AWS
        "['8']",
        "['9']",
        "[4]",
        "True True",
        "True False",
        "False True",
        "2",
    ]
    written = keys(glue, "odd/")
    assert [key.split("-")[0] for key in written] == ["odd/part"] * 2


def test_writes_and_formats(glue: Glue) -> None:
    versioned = f"{glue.bucket}-v"
    glue.s3.create_bucket(Bucket=versioned)
    glue.s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Enabled"})
    glue.s3.put_object(Bucket=versioned, Key="kept", Body=b"1")
    glue.s3.put_object(Bucket=versioned, Key="kept", Body=b"2")
    assert run(glue, WRITES, versioned=versioned) == [
        "[10, 2, 20, 10]",
        "22 42",
        "True",
        "a b:c/d%=é",
        *(f"{codec} 40" for codec in ("bzip2", "gzip", "deflate", "lz4", "snappy")),
        *(f"{codec} 1" for codec in ("zstd", "gzip", "snappy", "lz4")),
        "True True True",
        "[('a', 1), ('b', 2)]",
        "['x', 'y'] 2",
        "40",  # the stream
        "40",  # again: its checkpoint remembers
        "40",
        "True AnalysisException",
    ]
    written = keys(glue, "")
    litter = ("_SUCCESS", ".crc", "_temporary", ".spark-staging", ".upload")
    assert not [key for key in written if any(word in key for word in litter)]
    assert "escaped/p=a b%3Ac%2Fd%25%3Dé/" in {key.rpartition("/")[0] + "/" for key in written}
    versions = glue.s3.list_object_versions(Bucket=versioned, Prefix="kept")["Versions"]
    assert len(versions) == 2
    key = next(key for key in written if key.startswith("parquet-zstd/"))
    body = glue.s3.get_object(Bucket=glue.bucket, Key=key)
    data = body["Body"].read()
    assert body["ETag"] == f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
    assert body["Metadata"] == {}
    column = pq.read_metadata(io.BytesIO(data)).row_group(0).column(2)
    assert column.compression == "ZSTD"


def test_a_killed_job_leaves_nothing_half_written(glue: Glue) -> None:
    name = glue.job(script(WRITES_SLOWLY, bucket=glue.bucket), kind="glueetl")
    run_id = glue.start(name)
    [pid] = until(lambda: glue.log(run_id))
    first = until(lambda: keys(glue, "half/"))
    until(lambda: psutil.Process(int(pid)).children(recursive=True))
    assert {key.rsplit(".", 1)[-1] for key in first} == {"parquet"}
    os.kill(int(pid), signal.SIGKILL)
    assert glue.wait(name, run_id)["JobRunState"] == "FAILED"
    left = keys(glue, "half/")
    assert len(left) == 10
    bodies = [glue.s3.get_object(Bucket=glue.bucket, Key=key)["Body"].read() for key in left]
    assert sum(pq.read_table(io.BytesIO(body)).num_rows for body in bodies) == 10
    assert run(glue, WRITES_AGAIN) == ["13"]

"""glueetl jobs: real Spark in a JVM that serves one job after another."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
from support import Glue, script, until

from local_aws.services.glue.jobs.class_archive import ClassArchive
from local_aws.services.glue.jobs.java import java_home
from local_aws.services.glue.jobs.jvm import LAYOUT, Jvm, classes_folder, spark_jars

pytestmark = pytest.mark.spark

ROUND_TRIP = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
df = spark.range(100).selectExpr("id", "id % 3 AS k", "cast(id AS string) AS s")
df.write.mode("overwrite").partitionBy("k").parquet("s3://@bucket@/out/")
back = spark.read.parquet("s3a://@bucket@/out/")
print(back.count(), sorted(r.k for r in back.select("k").distinct().collect()))
print(sorted(name.split("part-")[0] for name in back.inputFiles())[-1])
try:
    spark.read.parquet("s3://@bucket@/nothing/")
except Exception as error:
    print(type(error).__name__)
df.write.mode("append").csv("s3://no-such-bucket-of-ours/out/")
"""
LEAVES_STATE = """
import os
from pyspark.sql import SparkSession
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "7").getOrCreate()
jvm, sc = spark._jvm, spark.sparkContext
spark.range(3).createOrReplaceGlobalTempView("left_behind")
spark.range(3).createOrReplaceTempView("left_behind")
spark.range(3).write.saveAsTable("table_left_behind")
spark.udf.register("left_behind", lambda: 1)
spark.catalog.cacheTable("table_left_behind")
sc._jsc.hadoopConfiguration().set("left.behind", "yes")
sc.setLogLevel("OFF")
sc.addPyFile(__file__)
sc.setLocalProperty("left.behind", "yes")
system = jvm.java.lang.System
system.setProperty("spark.left.behind", "yes")
system.setProperty("left.behind", "yes")
system.setProperty("user.timezone", "Asia/Tokyo")
system.clearProperty("file.encoding")
with open(jvm.java.lang.System.getProperty("java.io.tmpdir") + "/left_behind", "w") as file:
    file.write("yes")
os.environ["LEFT_BEHIND"] = "yes"
os.chdir("/")
print(jvm.java.lang.ProcessHandle.current().pid())
"""
FINDS_NONE = """
import os
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
jvm, sc = spark._jvm, spark.sparkContext
system = jvm.java.lang.System
print(jvm.java.lang.ProcessHandle.current().pid())
print(spark.conf.get("spark.sql.shuffle.partitions"), spark.conf.get("spark.left.behind", "none"))
print(spark.catalog.listTables(), spark.catalog.listTables("global_temp"))
print(spark.catalog.functionExists("left_behind"), sc._jsc.sc().getPersistentRDDs().size())
print(sc._jsc.hadoopConfiguration().get("left.behind"), sc.getLocalProperty("left.behind"))
print(system.getProperty("left.behind"), system.getProperty("left.too"))
print(system.getProperty("user.timezone"), system.getProperty("file.encoding"))
print(spark.sql("SELECT date_format(timestamp'2020-01-05 00:00:00', 'EEEE HH z')").first()[0])
print(jvm.org.apache.logging.log4j.LogManager.getRootLogger().getLevel().toString())
print(os.path.exists(system.getProperty("java.io.tmpdir") + "/left_behind"))
print(os.environ.get("LEFT_BEHIND"), os.getcwd() == "/")
"""
LEAVES_WHAT_STAYS = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
jvm = spark._jvm
print(jvm.java.lang.ProcessHandle.current().pid())
@call@
"""
LASTING = (
    "jvm.java.util.TimeZone.setDefault(jvm.java.util.TimeZone.getTimeZone('Asia/Tokyo'))",
    "spark._jsc.getClass().getClassLoader()",
)
RUNS_PYTHON_WORKERS = """
from pyspark.context import SparkContext
from pyspark.sql.functions import udf
from awsglue.context import GlueContext
import helper_of_workers
glue = GlueContext(SparkContext.getOrCreate())
glue.get_logger().info("logged by glue")
double = udf(helper_of_workers.double, "long")
rows = glue.spark_session.range(4).select(double("id")).collect()
print(sum(row[0] for row in rows), glue.spark_session.conf.get("spark.of.test"))
"""
SLEEPS = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print(spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid())
spark.sparkContext.parallelize([1], 1).map(lambda x: __import__("time").sleep(120)).count()
"""
BREAKS = """
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate().range(1).select("nothing")
"""
FILLS_THE_HEAP = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.sparkContext._jvm.java.util.ArrayList(2**31 - 1)
"""
COUNTS = """
from pyspark.sql import SparkSession
print(SparkSession.builder.getOrCreate().range(10).count())
"""


def keys(glue: Glue, prefix: str) -> list[str]:
    answer = glue.s3.list_objects_v2(Bucket=glue.bucket, Prefix=prefix)
    return [item["Key"] for item in answer.get("Contents", [])]


def test_s3_paths_are_the_buckets(glue: Glue) -> None:
    run = glue.run(glue.job(script(ROUND_TRIP, bucket=glue.bucket), kind="glueetl"))
    assert glue.log(run["Id"]) == [
        "100 [0, 1, 2]",
        f"s3a://{glue.bucket}/out/k=2/",
        "AnalysisException",
    ]
    written = keys(glue, "out/")
    assert {key.split("/")[1] for key in written} == {"k=0", "k=1", "k=2"}
    assert all(key.endswith(".snappy.parquet") for key in written)
    assert run["JobRunState"] == "FAILED"
    assert "NoSuchBucket" in run["ErrorMessage"]
    assert "no-such-bucket-of-ours" in run["ErrorMessage"]


def test_a_job_does_not_see_the_one_before(glue: Glue) -> None:
    first = glue.run(glue.job(LEAVES_STATE, kind="glueetl"))
    second = glue.run(glue.job(FINDS_NONE, kind="glueetl"))
    for run in (first, second):
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    [pid] = glue.log(first["Id"])
    assert glue.log(second["Id"]) == [
        pid,  # the very same JVM
        "200 none",
        "[] []",
        "False 0",
        "None None",
        "None None",
        "UTC UTF-8",
        "Sunday 00 UTC",
        "WARN",
        "False",
        "None False",
    ]


def test_a_jvm_with_what_cannot_be_put_back_is_thrown_away(glue: Glue) -> None:
    pids = []
    for call in LASTING:
        run = glue.run(glue.job(script(LEAVES_WHAT_STAYS, call=call), kind="glueetl"))
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
        pids += glue.log(run["Id"])
    assert len(set(pids)) == len(LASTING)


def test_python_workers_conf_and_logger(glue: Glue) -> None:
    helper = glue.put("helper_of_workers.py", "def double(n):\n    return 2 * n\n")
    arguments = {"--extra-py-files": helper, "--conf": "spark.of.test=set"}
    run = glue.run(glue.job(RUNS_PYTHON_WORKERS, kind="glueetl", DefaultArguments=arguments))
    assert glue.log(run["Id"]) == ["12 set"], run.get("ErrorMessage")
    assert any("logged by glue" in line for line in glue.log(run["Id"], "error"))


def test_an_analysis_error_is_a_query_error(glue: Glue) -> None:
    run = glue.run(glue.job(BREAKS, kind="glueetl"))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith(
        "Error Category: QUERY_ERROR; Failed Line Number: 3; AnalysisException: [UNRESOLVED_COLUMN"
    )


def test_a_full_heap_is_out_of_memory(glue: Glue) -> None:
    run = glue.run(glue.job(FILLS_THE_HEAP, kind="glueetl"))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith(
        "Error Category: OUT_OF_MEMORY_ERROR; Failed Line Number: 4; Py4JJavaError"
    )


def test_more_jobs_than_jvms_wait_their_turn(glue: Glue) -> None:
    name = glue.job(COUNTS, kind="glueetl", ExecutionProperty={"MaxConcurrentRuns": 5})
    runs = [glue.wait(name, run_id) for run_id in [glue.start(name) for _ in range(3)]]
    assert [run["JobRunState"] for run in runs] == ["SUCCEEDED"] * 3
    assert [glue.log(run["Id"]) for run in runs] == [["10"]] * 3


def test_stop_ends_the_spark_work_and_the_next_job_runs(glue: Glue) -> None:
    name = glue.job(SLEEPS, kind="glueetl")
    run_id = glue.start(name)
    [pid] = until(lambda: glue.log(run_id))
    workers = until(lambda: psutil.Process(int(pid)).children(recursive=True))
    glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    assert glue.wait(name, run_id)["JobRunState"] == "STOPPED"
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    assert gone
    assert glue.run(glue.job(COUNTS, kind="glueetl"))["JobRunState"] == "SUCCEEDED"


def test_a_killed_jvm_fails_its_run_and_is_replaced(glue: Glue) -> None:
    name = glue.job(SLEEPS, kind="glueetl")
    run_id = glue.start(name)
    [pid] = until(lambda: glue.log(run_id))
    os.kill(int(pid), signal.SIGKILL)
    run = glue.wait(name, run_id)
    assert run["JobRunState"] == "FAILED"
    assert "Spark's JVM ended during the run" in run["ErrorMessage"]
    assert glue.run(glue.job(COUNTS, kind="glueetl"))["JobRunState"] == "SUCCEEDED"


def test_no_java_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.conftest import start_server

    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "rm").symlink_to(str(shutil.which("rm")))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert shutil.which("java") is None
    server: Any = start_server(tmp_path / "data")
    try:
        glue = Glue(server)
        run = glue.run(glue.job(COUNTS, kind="glueetl"))
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    finally:
        server.stop()


def test_java_takes_an_archive_and_tells_when_it_does_not(tmp_path: Path) -> None:
    def start(*options: str, archive: ClassArchive | None = None) -> Jvm:
        environment = dict(os.environ)
        return Jvm(tmp_path / "jvm", classes_folder(tmp_path), environment, options, archive)

    def train(options: list[str]) -> None:
        jvm = start(*options)
        until(jvm.connection.exists)
        jvm.finish()

    def refused() -> bool:
        jvm = start(archive=archive)
        until(jvm.connection.exists)
        found = jvm.refused_archive is not None
        jvm.end()
        return found

    archive = ClassArchive(tmp_path / "archive", java_home(), spark_jars(), LAYOUT)
    archive.make(train)
    assert archive.complete
    assert not refused()
    [layer] = (tmp_path / "archive").glob("*/spark.jsa")
    layer.chmod(0o644)
    with layer.open("r+b") as file:
        file.seek(layer.stat().st_size // 2)
        file.write(os.urandom(4096))
    assert archive.complete
    assert refused()

"""The awsglue library, used as a Glue script uses it."""

import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
RUNTIME = ROOT / "local_aws" / "glue_runtime"
sys.path.append(str(ROOT / "tests" / "local_aws" / "services" / "glue" / "jobs"))

USES_FRAMES = """
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import ApplyMapping, DropNullFields, Filter, SelectFields

glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init("frames", {})
frame = glue.create_dynamic_frame.from_options(
    "s3", {"paths": ["s3://@bucket@/in/"]}, format="csv", format_options={"withHeader": True}
)
frame = ApplyMapping.apply(
    frame=frame,
    mappings=[("id", "string", "number", "long"), ("name", "string", "name", "string"),
              ("none", "string", "none", "string")],
)
frame = DropNullFields.apply(frame=frame)
frame = Filter.apply(frame=frame, f=lambda record: record["number"] > 1)
print(frame.count(), frame.toDF().dtypes)
glue.write_dynamic_frame.from_options(
    frame, "s3", {"path": "s3://@bucket@/out/", "partitionKeys": ["name"]}, format="parquet"
)
trips = glue.create_dynamic_frame.from_catalog(
    database="@database@", table_name="trips", push_down_predicate="month > 9"
)
print(sorted(tuple(row) for row in SelectFields.apply(trips, ["miles", "month"]).toDF().collect()))
for use in (lambda: glue.create_dynamic_frame.from_options("mysql", {}),
            lambda: glue.write_dynamic_frame.from_catalog(frame, "d", "t"),
            lambda: frame.relationalize("root", "s3://x/")):
    try:
        use()
    except NotImplementedError as error:
        print(error)
job.commit()
"""


def resolve(*argv: str) -> str:
    code = (
        "import sys, json; from awsglue.utils import getResolvedOptions as get;"
        "print(json.dumps(get(sys.argv, ['JOB_NAME', 'input', 'in'])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *argv],
        env={"PYTHONPATH": str(RUNTIME)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_resolved_options() -> None:
    given = ("--JOB_NAME", "j", "--input=s3://a=b", "--in", "-1", "--other", "x", "--TempDir", "t")
    assert resolve(*given) == ('{"JOB_NAME": "j", "input": "s3://a=b", "in": "-1", "TempDir": "t"}')


def test_resolved_options_name_what_is_missing() -> None:
    assert "the following arguments are required: --input, --in" in resolve("--JOB_NAME", "j")


def catalog(glue: Any, database: str, bucket: str) -> None:
    """A CSV table with two months, whose partitions are where only the catalog knows."""
    storage = {
        "Columns": [{"Name": "miles", "Type": "int"}],
        "Location": f"s3://{bucket}/trips/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": "|"},
        },
        "Parameters": {"skip.header.line.count": "1"},
    }
    keys = [{"Name": "month", "Type": "int"}]
    glue.create_database(DatabaseInput={"Name": database})
    table = {"Name": "trips", "StorageDescriptor": storage, "PartitionKeys": keys}
    glue.create_table(DatabaseName=database, TableInput=table)
    for month in ("9", "10"):
        location = storage | {"Location": f"s3://{bucket}/trips/run-{month}/"}
        glue.create_partition(
            DatabaseName=database,
            TableName="trips",
            PartitionInput={"Values": [month], "StorageDescriptor": location},
        )


@pytest.mark.spark
def test_frames(aws: Any) -> None:
    from support import Glue, script

    glue, database = Glue(aws), f"d{uuid.uuid4().hex[:8]}"
    glue.put("in/a.csv", "id,name,none\n1,a,\n2,b,\n3,c,\n")
    glue.put("trips/run-9/x.csv", "miles|more\n9|\n")
    glue.put("trips/run-10/x.csv", "miles|more\n10|\n")
    catalog(glue.client, database, glue.bucket)
    text = script(USES_FRAMES, bucket=glue.bucket, database=database)
    run = glue.run(glue.job(text, kind="glueetl"))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert glue.log(run["Id"]) == [
        "2 [('number', 'bigint'), ('name', 'string')]",
        "[(10, 10)]",
        "create_dynamic_frame.from_options(connection_type='mysql')",
        "write_dynamic_frame.from_catalog is not supported by local_aws",
        "DynamicFrame.relationalize is not supported by local_aws",
    ]
    found = glue.s3.list_objects_v2(Bucket=glue.bucket, Prefix="out/")["Contents"]
    assert {item["Key"].split("/")[1] for item in found} == {"name=b", "name=c"}

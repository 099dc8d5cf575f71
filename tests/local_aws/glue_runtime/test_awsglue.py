"""The awsglue library, used as a Glue script uses it."""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
RUNTIME = ROOT / "local_aws" / "glue_runtime"
sys.path.append(str(ROOT / "tests" / "local_aws" / "services" / "glue" / "jobs"))

USES_CATALOG = """
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job

glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init("frames", {})
read = glue.create_dynamic_frame.from_catalog


def show(**options):
    frame = read(database="@database@", table_name="trips", **options)
    names = [f"{field.name} {field.dataType.typeName()}" for field in frame.schema()]
    print(names, sorted(map(str, (row.asDict() for row in frame.toDF().collect()))))


show(push_down_predicate="month > 9")
show(additional_options={"catalogPartitionPredicate": "month = '9'"})
show(push_down_predicate="month > 12")
table = glue.create_data_frame.from_catalog(database="@database@", table_name="trips")
print(table.dtypes, table.filter("miles is null").count())
frame = read(database="@database@", table_name="trips", push_down_predicate="month = 9")
frame = frame.resolveChoice(choice="match_catalog", database="@database@", table_name="trips")
sink = glue.getSink("s3", path="s3://@bucket@/out/", enableUpdateCatalog=True,
                    updateBehavior="UPDATE_IN_DATABASE", partitionKeys=["month"])
sink.setFormat("json")
sink.setCatalogInfo(catalogDatabase="@database@", catalogTableName="made")
sink.writeFrame(frame)
more = glue.create_dynamic_frame.from_rdd(
    glue.sparkContext.parallelize([{"miles": 5, "note": "n", "month": 10}]), "more")
for behavior in ("LOG", "UPDATE_IN_DATABASE"):
    glue.write_dynamic_frame.from_catalog(
        more, "@database@", "made",
        additional_options={"enableUpdateCatalog": True, "updateBehavior": behavior,
                            "partitionKeys": ["month"]})
    client = glue.catalog.client
    found = client.get_table(DatabaseName="@database@", Name="made")["Table"]
    parts = client.get_partitions(DatabaseName="@database@", TableName="made")["Partitions"]
    print([c["Name"] for c in found["StorageDescriptor"]["Columns"]],
          sorted(p["Values"][0] for p in parts))
print(read(database="@database@", table_name="made").count())
glue.purge_table("@database@", "made", {"retentionPeriod": 0, "partitionPredicate": "month = 9"})
print([p["Values"] for p in client.get_partitions(
    DatabaseName="@database@", TableName="made")["Partitions"]])
for use in (lambda: read(database="@database@", table_name="plain"),
            lambda: read(database="@database@", table_name="trips",
                         additional_options={"colour": 1})):
    try:
        use()
    except (NotImplementedError, ValueError) as error:
        print(error)
job.commit()
"""


def resolve(*argv: str, options: str = "'JOB_NAME', 'input', 'in'") -> str:
    code = (
        "import sys, json; from awsglue.utils import getResolvedOptions as get;"
        f"print(json.dumps(get(sys.argv, [{options}])));"
        "assert not {'pyspark', 'boto3', 'pandas'} & set(sys.modules)"
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
    found = json.loads(resolve(*given, "--JOB_RUN_ID", "jr_1"))
    assert {name: value for name, value in found.items() if value is not None} == {
        "JOB_NAME": "j",
        "JOB_RUN_ID": "jr_1",
        "TempDir": "t",
        "in": "-1",
        "input": "s3://a=b",
        "job_bookmark_option": "job-bookmark-disable",
    }


def test_names_come_back_with_underscores_and_may_be_begun() -> None:
    given = ("--my-name", "a", "--long_na", "b", "--job-bookmark-option", "job-bookmark-pause")
    found = json.loads(resolve(*given, options="'my-name', 'long_name'"))
    assert (found["my_name"], found["long_name"]) == ("a", "b")
    assert found["job_bookmark_option"] == "job-bookmark-pause"


def test_resolved_options_name_what_is_wrong() -> None:
    assert "the following arguments are required: --input, --in" in resolve("--JOB_NAME", "j")
    assert "argument --input: expected one argument" in resolve("--input", "--in", "x")
    assert "RuntimeError: Using reserved arguments --JOB_ID" in resolve(options="'JOB_ID'")


def catalog(glue: Any, database: str, bucket: str) -> None:
    """A CSV table with two months, whose partitions are where only the catalog knows."""
    storage = {
        "Columns": [{"Name": "miles", "Type": "bigint"}],
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
    glue.create_table(DatabaseName=database, TableInput=table | {"Name": "plain"})
    table["Parameters"] = {"classification": "csv"}
    glue.create_table(DatabaseName=database, TableInput=table)
    for month in ("9", "10"):
        location = storage | {"Location": f"s3://{bucket}/trips/run-{month}/"}
        glue.create_partition(
            DatabaseName=database,
            TableName="trips",
            PartitionInput={"Values": [month], "StorageDescriptor": location},
        )


@pytest.mark.spark
def test_the_catalog_is_read_and_kept_in_step(aws: Any) -> None:
    from support import Glue, script

    glue, database = Glue(aws), f"d{uuid.uuid4().hex[:8]}"
    glue.put("trips/run-9/x.csv", "miles|more\n9|\nnone|\n")
    glue.put("trips/run-10/x.csv", "miles|more\n10|\n|\n")
    catalog(glue.client, database, glue.bucket)
    text = script(USES_CATALOG, bucket=glue.bucket, database=database)
    run = glue.run(glue.job(text, kind="glueetl"))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert glue.log(run["Id"]) == [
        "['miles long', 'month int'] [\"{'miles': 10, 'month': 10}\", "
        "\"{'miles': None, 'month': 10}\"]",
        "['miles choice', 'month int'] [\"{'miles': Row(long=9, string=None), 'month': 9}\", "
        "\"{'miles': Row(long=None, string='none'), 'month': 9}\"]",
        "[] []",
        "[('miles', 'bigint'), ('month', 'int')] 2",
        "['miles'] ['9']",
        "['miles', 'note'] ['10', '9']",
        "4",
        "[['10']]",
        f"No classification or connection in {database}.plain",
        "from_catalog(trips): additional_options: colour is not supported by local_aws",
    ]
    made = glue.client.get_table(DatabaseName=database, Name="made")["Table"]
    assert made["Parameters"]["classification"] == "json"
    assert made["PartitionKeys"] == [{"Name": "month", "Type": "int"}]
    assert [c["Type"] for c in made["StorageDescriptor"]["Columns"]] == ["int", "string"]

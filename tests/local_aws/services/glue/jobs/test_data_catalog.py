"""--enable-glue-datacatalog: spark.sql over the Data Catalog, and Athena over what it wrote."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from support import Glue, script, until

from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries

pytestmark = pytest.mark.spark

ENABLED = {"--enable-glue-datacatalog": ""}
EMR_SETTING = {
    "--conf": "spark.hadoop.hive.metastore.client.factory.class="
    "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
}
BEGIN = """
from pyspark.context import SparkContext
from awsglue.context import GlueContext
spark = GlueContext(SparkContext.getOrCreate()).spark_session
spark.sql("USE @database@")
"""
WRITES = (
    BEGIN
    + '''
spark.conf.set("hive.exec.dynamic.partition.mode", "nonstrict")
spark.sql("""CREATE TABLE Sales (Id INT COMMENT 'the key', price DECIMAL(10,2), place STRING)
             USING parquet PARTITIONED BY (place)""")
spark.sql("""INSERT INTO sales VALUES (1, 1.50, 'a/b'), (2, 2.25, 'Köln'), (3, NULL, "it's"),
             (4, 4, NULL)""")
spark.sql("""CREATE TABLE logs (line STRING) PARTITIONED BY (year INT, month STRING)
             ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE""")
spark.sql("INSERT INTO logs PARTITION (year = 2013, month = '01') VALUES ('static')")
spark.sql("INSERT INTO logs SELECT concat('dynamic ', id), 2014, id FROM range(2)")
spark.sql("INSERT OVERWRITE logs PARTITION (year = 2013, month = '01') VALUES ('again')")
spark.sql("ALTER TABLE logs DROP PARTITION (year = 2014, month = '0')")
spark.sql("ALTER TABLE logs ADD PARTITION (year = 2015, month = '1') LOCATION 's3://@bucket@/far/'")
spark.sql("CREATE TABLE counted STORED AS ORC AS SELECT id, id * 2 AS twice FROM range(4)")
spark.sql("ALTER TABLE counted ADD COLUMNS (nested ARRAY<STRUCT<a: INT, b: STRING>>)")
spark.range(5).write.mode("overwrite").saveAsTable("saved")
spark.range(5, 7).write.insertInto("saved")
spark.range(120).selectExpr("id", "id AS p").write.partitionBy("p").saveAsTable("many")
spark.sql("CREATE VIEW seen AS SELECT place, count(*) AS n FROM sales GROUP BY place")
spark.sql("""CREATE TABLE quoted (a STRING) ROW FORMAT SERDE
             'org.apache.hadoop.hive.serde2.OpenCSVSerde' STORED AS TEXTFILE""")
spark.sql("INSERT INTO quoted VALUES ('x, y')")
spark.sql("CREATE TABLE gone USING parquet AS SELECT 1 AS one")
spark.sql("DROP TABLE gone")
print(sorted(table.name for table in spark.catalog.listTables()))
print([row.partition for row in spark.sql("SHOW PARTITIONS sales").collect()])
print([row.partition for row in spark.sql("SHOW PARTITIONS logs").collect()])
print(spark.table("SALES").where("place = \\"it's\\"").collect())
print(spark.table("sales").where("place IS NULL").count(), spark.table("seen").count())
print(spark.sql("SELECT count(*), sum(id) FROM many WHERE p >= 20").collect()[0])
'''
)
# What fails, and how: as on AWS, where Spark and Hive are the same.
FAILURES = (
    ("SELECT * FROM nothing", "AnalysisException [TABLE_OR_VIEW_NOT_FOUND]"),
    ("CREATE DATABASE @database@", "[SCHEMA_ALREADY_EXISTS] Cannot create schema `@database@`"),
    ("SELECT * FROM by_openx", "ClassNotFoundException: org.openx.data.jsonserde.JsonSerDe"),
    ("SELECT * FROM athenas_view", "Can not create a Path from an empty string"),
    ("SELECT nothing(1)", "[UNRESOLVED_ROUTINE] Cannot resolve function `nothing`"),
    ("ALTER TABLE by_athena RENAME TO other", "Table rename is not supported"),
    ("CREATE FUNCTION f AS 'x.Y'", "call create_function is not supported by local_aws"),
    (
        "CREATE TABLE nowhere_@database@.t (a INT) USING parquet",
        "IllegalArgumentException Can not create a Path from an empty string",
    ),
)
READS = (
    BEGIN
    + """
print(sorted(map(tuple, spark.sql("SELECT * FROM by_athena WHERE year = 2014").collect())))
print(sorted(map(tuple, spark.table("crawled").collect())))
print(sorted(map(tuple, spark.sql("SELECT * FROM repaired").collect())))
spark.sql("MSCK REPAIR TABLE repaired")
print(sorted(map(tuple, spark.sql("SELECT * FROM repaired").collect())))
"""
    + f"for failing in {[sql for sql, _ in FAILURES]}:"
    + """
    try:
        spark.sql(failing).show()
        print("no error:", failing)
    except Exception as error:
        print(type(error).__name__, " ".join(str(error).split())[:250])
"""
)
LOOKS = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
names = [row.namespace for row in spark.sql("SHOW DATABASES").collect()]
pid = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
print(spark.conf.get("spark.sql.catalogImplementation"), "@database@" in names, pid)
"""


@dataclass
class Lake:
    """A database in a bucket of its own."""

    glue: Glue
    queries: Queries
    database: str

    def run(self, text: str, arguments: dict[str, str]) -> list[str]:
        """The output of a job that has to succeed."""
        filled = script(text, bucket=self.glue.bucket, database=self.database)
        run = self.glue.run(self.glue.job(filled, kind="glueetl", DefaultArguments=arguments))
        assert run["JobRunState"] == "SUCCEEDED", run["ErrorMessage"]
        return self.glue.log(run["Id"])

    def athena(self, sql: str) -> list[list[str | None]]:
        context = {"Database": self.database}
        answer = self.queries.answer(sql, QueryExecutionContext=context)
        rows = answer["ResultSet"]["Rows"][1:]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]

    def table(self, name: str) -> Any:
        return self.glue.client.get_table(DatabaseName=self.database, Name=name)["Table"]


@pytest.fixture(scope="module")
def lake(server: LocalServer) -> Lake:
    glue = Glue(server)
    name = f"lake_{uuid.uuid4().hex[:8]}"
    location = f"s3://{glue.bucket}/{name}/"
    glue.client.create_database(DatabaseInput={"Name": name, "LocationUri": location})
    glue.client.create_database(DatabaseInput={"Name": f"nowhere_{name}"})
    return Lake(glue, Queries(server.client("athena"), glue.s3, glue.bucket), name)


@pytest.fixture(scope="module")
def written(lake: Lake) -> list[str]:
    return lake.run(WRITES, ENABLED)


def test_what_spark_says_of_its_own_tables(written: list[str]) -> None:
    assert written == [
        "['counted', 'logs', 'many', 'quoted', 'sales', 'saved', 'seen']",
        "['place=Köln', 'place=__HIVE_DEFAULT_PARTITION__', 'place=a%2Fb', 'place=it%27s']",
        "['year=2013/month=01', 'year=2014/month=1', 'year=2015/month=1']",
        '[Row(Id=3, price=None, place="it\'s")]',
        "1 4",
        "Row(count(1)=100, sum(id)=6950)",
    ]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (
            "SELECT id, price, place FROM sales ORDER BY id",
            [["1", "1.50", "a/b"], ["2", "2.25", "Köln"], ["3", None, "it's"], ["4", "4.00", None]],
        ),
        (
            "SELECT line, year, month FROM logs ORDER BY year",
            [["again", "2013", "01"], ["dynamic 1", "2014", "1"]],
        ),
        ("SELECT sum(twice), count(nested) FROM counted", [["12", "0"]]),
        ("SELECT count(*), max(id) FROM saved", [["7", "6"]]),
        ("SELECT sum(id) FROM many WHERE p >= 20", [["6950"]]),
        ("SELECT a FROM quoted", [["x, y"]]),
    ],
)
def test_athena_reads_what_spark_wrote(lake: Lake, sql: str, rows: list[list[str]]) -> None:
    assert lake.athena(sql) == rows


@pytest.mark.usefixtures("written")
def test_a_data_source_table_stands_in_glue_as_on_aws(lake: Lake) -> None:
    table = lake.table("sales")
    location = f"s3://{lake.glue.bucket}/{lake.database}/sales"
    assert table["TableType"] == "MANAGED_TABLE"
    assert table["StorageDescriptor"]["Location"] == location
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(
        "ParquetHiveSerDe"
    )
    columns = table["StorageDescriptor"]["Columns"]
    assert [(c["Name"].lower(), c["Type"], c.get("Comment")) for c in columns] == [
        ("id", "int", "the key"),
        ("price", "decimal(10,2)", None),
    ]
    assert table["Parameters"]["spark.sql.sources.provider"] == "parquet"
    assert '"name":"Id"' in table["Parameters"]["spark.sql.sources.schema"]


@pytest.mark.usefixtures("written")
def test_a_dropped_managed_table_leaves_nothing(lake: Lake) -> None:
    listed = lake.glue.s3.list_objects_v2(Bucket=lake.glue.bucket, Prefix=f"{lake.database}/gone")
    assert listed["KeyCount"] == 0


def _table(lake: Lake, name: str, serde: str, **members: Any) -> None:
    lake.glue.client.create_table(
        DatabaseName=lake.database,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": [{"Name": "a", "Type": "int"}],
                "Location": f"s3://{lake.glue.bucket}/{name}/",
                "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {}},
            },
            **members,
        },
    )


def _crawl(lake: Lake) -> None:
    lake.glue.put("crawled/data.csv", "1,x\n2,y\n")
    name = f"crawler-{lake.database}"
    target = {"S3Targets": [{"Path": f"s3://{lake.glue.bucket}/crawled/"}]}
    client = lake.glue.client
    client.create_crawler(Name=name, Role="lake", DatabaseName=lake.database, Targets=target)
    client.start_crawler(Name=name)
    until(lambda: client.get_crawler(Name=name)["Crawler"]["State"] == "READY")


def test_spark_reads_what_others_made_and_names_what_fails(lake: Lake) -> None:
    lake.athena(
        "CREATE TABLE by_athena WITH (partitioned_by = ARRAY['year']) AS SELECT * FROM"
        " (VALUES (1, 'a', 2013), (2, 'b', 2014)) x(id, name, year)"
    )
    lake.athena("CREATE VIEW athenas_view AS SELECT id FROM by_athena")
    _crawl(lake)
    lazy = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    _table(lake, "repaired", lazy, PartitionKeys=[{"Name": "day", "Type": "date"}])
    lake.glue.put("repaired/day=2013-01-02/data", "7\n")
    _table(lake, "by_openx", "org.openx.data.jsonserde.JsonSerDe")
    said = lake.run(READS, ENABLED)
    assert said[:4] == [
        "[(2, 'b', 2014)]",
        "[(1, 'x'), (2, 'y')]",
        "[]",
        "[(7, datetime.date(2013, 1, 2))]",
    ]
    assert len(said[4:]) == len(FAILURES)
    for line, (_, error) in zip(said[4:], FAILURES, strict=True):
        assert error.replace("@database@", lake.database) in line


def test_the_next_job_has_a_catalog_of_its_own(lake: Lake) -> None:
    """One JVM serves them all: Hive's state ends with each."""
    [with_it] = lake.run(LOOKS, ENABLED)
    [without] = lake.run(LOOKS, {})
    [false] = lake.run(LOOKS, {"--enable-glue-datacatalog": "false"})
    [setting] = lake.run(LOOKS, EMR_SETTING)
    pid = with_it.split()[-1]
    assert with_it == f"hive True {pid}"
    assert without == f"in-memory False {pid}"
    assert false == f"in-memory False {pid}"
    assert setting == f"hive True {pid}"

"""The bridge as Hive's client meets it: over Thrift, before a real Glue and S3."""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from thriftpy2.protocol import TBinaryProtocolFactory
from thriftpy2.rpc import make_client
from thriftpy2.thrift import TApplicationException
from thriftpy2.transport import TTransportException

from local_aws.glue_runtime.metastore.bridge import Bridge
from local_aws.glue_runtime.metastore.protocol import hive
from local_aws.glue_runtime.metastore.service import Metastore
from local_aws.glue_runtime.metastore.storage import JOB_DISK
from tests.conftest import LocalServer

SERDE = hive.SerDeInfo(
    serializationLib="org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", parameters={}
)


class Lake:
    """A database with its bucket, and a client of the bridge."""

    def __init__(self, server: LocalServer, folder: Path) -> None:
        self.glue, self.s3 = server.client("glue"), server.client("s3")
        self.name = f"db_{uuid.uuid4().hex[:8]}"
        self.bucket = self.name.replace("_", "-")
        self.s3.create_bucket(Bucket=self.bucket)
        self.folder = folder
        self.service = Metastore(self.glue, self.s3, server.data / "s3", folder / "warehouse")
        self.bridge = Bridge(self.service, os.getpid())
        self.client = connect(self.bridge)
        self.client.create_database(
            hive.Database(name=self.name, locationUri=self.uri(""), parameters={})
        )

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def put(self, key: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"1")

    def keys(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [item["Key"] for item in found]

    def table(self, name: str = "t", **members: Any) -> Any:
        given: dict[str, Any] = {
            "tableName": name,
            "dbName": self.name,
            "tableType": "MANAGED_TABLE",
            "sd": hive.StorageDescriptor(
                cols=[hive.FieldSchema(name="a", type="int", comment="an ä")],
                inputFormat="in",
                outputFormat="out",
                serdeInfo=SERDE,
            ),
            "partitionKeys": [],
            "parameters": {},
        }
        return hive.Table(**given | members)

    def create(self, name: str = "t", **members: Any) -> None:
        self.client.create_table_with_environment_context(self.table(name, **members), None)

    def partition(self, *values: str, location: str | None = None) -> Any:
        sd = self.table().sd
        sd.location = location
        return hive.Partition(
            dbName=self.name, tableName="t", values=list(values), sd=sd, parameters={}
        )

    def add(self, *partitions: Any, if_not_exists: bool = False) -> None:
        self.client.add_partitions_req(
            hive.AddPartitionsRequest(
                dbName=self.name,
                tblName="t",
                parts=list(partitions),
                ifNotExists=if_not_exists,
                needResult=False,
            )
        )

    def stored(self, name: str = "t") -> Any:
        return self.glue.get_table(DatabaseName=self.name, Name=name)["Table"]


def connect(bridge: Bridge) -> Any:
    port = urlsplit(bridge.uri).port
    service = hive.ThriftHiveMetastore
    return make_client(service, "127.0.0.1", port, proto_factory=TBinaryProtocolFactory())


@pytest.fixture
def lake(aws: LocalServer, tmp_path: Path) -> Iterator[Lake]:
    made = Lake(aws, tmp_path)
    yield made
    made.client.close()
    made.bridge.close()


@pytest.fixture
def partitioned(lake: Lake) -> Lake:
    keys = [hive.FieldSchema(name="p", type="string"), hive.FieldSchema(name="n", type="int")]
    lake.create(partitionKeys=keys)
    return lake


def test_a_stranger_is_refused(lake: Lake) -> None:
    jvm = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    bridge = Bridge(lake.service, jvm.pid)
    try:
        with pytest.raises((TTransportException, OSError)):
            connect(bridge).get_all_databases()
    finally:
        bridge.close()
        jvm.communicate(b"\n")
    assert lake.name in lake.client.get_all_databases()


def test_a_jvm_that_is_gone_lets_nobody_in(lake: Lake) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    bridge = Bridge(lake.service, gone.pid)
    with pytest.raises((TTransportException, OSError)):
        connect(bridge).get_all_databases()
    bridge.close()


def test_nonsense_ends_its_connection_alone(lake: Lake) -> None:
    port = urlsplit(lake.bridge.uri).port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as nonsense:
        nonsense.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
        nonsense.shutdown(socket.SHUT_WR)
        assert nonsense.recv(1000) == b""
    assert lake.client.get_database(lake.name).name == lake.name


def test_a_call_that_we_do_not_know_is_named(lake: Lake) -> None:
    client = lake.client
    client._oprot.write_message_begin("heartbeat", 1, 0)
    client._oprot.write_struct(hive.EnvironmentContext(properties={}))
    client._oprot.write_message_end()
    client._oprot.trans.flush()
    client._iprot.read_message_begin()
    error = TApplicationException()
    error.read(client._iprot)
    client._iprot.read_message_end()
    assert error.type == TApplicationException.UNKNOWN_METHOD
    assert error.message == "The metastore call heartbeat is not supported by local_aws"
    assert client.get_all_functions().functions == []


def test_a_managed_table_lies_in_its_database_and_goes_with_its_files(lake: Lake) -> None:
    lake.create("Mine")
    assert lake.stored("mine")["StorageDescriptor"]["Location"] == lake.uri("mine")
    lake.put("mine/data")
    lake.put("mine2/data")
    lake.client.drop_table_with_environment_context(lake.name, "mine", True, None)
    assert lake.keys() == ["mine2/data"]
    with pytest.raises(hive.NoSuchObjectException, match="mine not found"):
        lake.client.get_table(lake.name, "mine")


def test_an_external_table_leaves_its_files(lake: Lake) -> None:
    lake.create(tableType="EXTERNAL_TABLE", parameters={"EXTERNAL": "TRUE"})
    lake.put("t/data")
    lake.client.drop_table_with_environment_context(lake.name, "t", True, None)
    assert lake.keys() == ["t/data"]


def test_a_new_table_stands_in_glue_as_from_aws(lake: Lake) -> None:
    lake.create(owner="spark", retention=0)
    stored = lake.stored()
    assert stored["StorageDescriptor"]["Columns"] == [
        {"Name": "a", "Type": "int", "Comment": "an ä"}
    ]
    assert stored["Parameters"].pop("transient_lastDdlTime").isdigit()
    assert stored["Parameters"] == {}
    assert stored["LastAccessTime"].timestamp() == 0
    back = lake.client.get_table(lake.name, "T")
    assert (back.tableName, back.owner, back.sd.cols[0].comment) == ("t", "spark", "an ä")


def test_errors_are_hives(lake: Lake) -> None:
    lake.create()
    with pytest.raises(hive.AlreadyExistsException):
        lake.create()
    with pytest.raises(hive.InvalidOperationException, match="not empty"):
        lake.client.drop_database(lake.name, False, False)
    with pytest.raises(hive.NoSuchObjectException):
        lake.client.get_database("nothing_of_ours")
    with pytest.raises(hive.NoSuchObjectException):
        lake.client.get_function(lake.name, "nothing")
    found = lake.client.get_table_objects_by_name(lake.name, ["nothing", "t"])
    assert [table.tableName for table in found] == ["t"]


@pytest.mark.parametrize(
    ("location", "why"),
    [("s3://no-such-bucket-of-ours/x", "NoSuchBucket"), ("s3://b/../../x", r"'\.\.' in")],
)
def test_a_location_that_cannot_be(lake: Lake, location: str, why: str) -> None:
    sd = lake.table().sd
    sd.location = location
    with pytest.raises(hive.MetaException, match=why):
        lake.create("other", sd=sd)


def test_what_awss_client_refuses(lake: Lake) -> None:
    lake.create()
    alter = lake.client.alter_table_with_environment_context
    cascade = hive.EnvironmentContext(properties={"CASCADE": "true"})
    with pytest.raises(hive.InvalidOperationException, match="Table rename is not supported"):
        alter(lake.name, "t", lake.table("u"), None)
    with pytest.raises(hive.InvalidOperationException, match="Cascade"):
        alter(lake.name, "t", lake.table(), cascade)


def test_a_table_that_hive_cannot_read_is_named(lake: Lake) -> None:
    lake.glue.create_table(
        DatabaseName=lake.name, TableInput={"Name": "bare", "TableType": "EXTERNAL_TABLE"}
    )
    with pytest.raises(hive.MetaException, match="InputFormat cannot be null for table: bare"):
        lake.client.get_table(lake.name, "bare")


def test_altering_counts_the_files_of_a_table_without_partitions(lake: Lake) -> None:
    lake.create()
    for key in ("t/one", "t/two", "t/_SUCCESS", "t/.hidden/three"):
        lake.put(key)
    table = lake.client.get_table(lake.name, "t")
    lake.client.alter_table_with_environment_context(lake.name, "t", table, None)
    counted = lake.stored()["Parameters"]
    assert (counted["numFiles"], counted["totalSize"]) == ("2", "2")


def test_a_filter_is_glues_to_evaluate(partitioned: Lake) -> None:
    values = [("a", "1"), ("it's", "2"), ("ü/b", "3"), ("__HIVE_DEFAULT_PARTITION__", "4")]
    partitioned.add(*(partitioned.partition(*pair) for pair in values))

    def found(filter: str, most: int = -1) -> list[list[str]]:
        name = partitioned.name
        answer = partitioned.client.get_partitions_by_filter(name, "t", filter, most)
        return sorted(partition.values for partition in answer)

    assert found("n >= 3") == [["__HIVE_DEFAULT_PARTITION__", "4"], ["ü/b", "3"]]
    assert found('p = "it\'s"') == [["it's", "2"]]
    assert found('p like "ü.*"') == [["ü/b", "3"]]
    assert len(found("", most=2)) == 2


def test_partition_names_and_partial_values(partitioned: Lake) -> None:
    client, name = partitioned.client, partitioned.name
    partitioned.add(partitioned.partition("a/b", "01"), partitioned.partition("a/b", "2"))
    partitioned.add(partitioned.partition("c", "2"))
    assert client.get_partition_names(name, "t", -1) == ["p=a%2Fb/n=01", "p=a%2Fb/n=2", "p=c/n=2"]
    assert client.get_partition_names_ps(name, "t", ["a/b", ""], -1) == [
        "p=a%2Fb/n=01",
        "p=a%2Fb/n=2",
    ]
    assert client.get_partition_names_ps(name, "t", ["", "01"], -1) == ["p=a%2Fb/n=01"]
    [one] = client.get_partitions_by_names(name, "t", ["p=a%2Fb/n=01"])
    assert one.sd.location == partitioned.uri("t/p=a%2Fb/n=01")
    with pytest.raises(hive.NoSuchObjectException):
        client.get_partition_with_auth(name, "t", ["x", "1"], "me", [])


def test_more_partitions_than_a_batch_holds(partitioned: Lake) -> None:
    partitioned.add(*(partitioned.partition("a", str(number)) for number in range(250)))
    again = [partitioned.partition("a", str(number)) for number in range(200, 260)]
    with pytest.raises(hive.AlreadyExistsException):
        partitioned.add(*again)
    partitioned.add(*again, if_not_exists=True)
    assert len(partitioned.client.get_partitions(partitioned.name, "t", -1)) == 260


def test_a_partition_goes_and_moves_with_its_files(partitioned: Lake) -> None:
    client, name = partitioned.client, partitioned.name
    partitioned.add(partitioned.partition("a", "1"), partitioned.partition("b", "1"))
    partitioned.put("t/p=a/n=1/data")
    partitioned.put("t/p=b/n=1/data")
    client.drop_partition_with_environment_context(name, "t", ["a", "1"], True, None)
    assert partitioned.keys() == ["t/p=b/n=1/data"]
    client.rename_partition(name, "t", ["b", "1"], partitioned.partition("c", "9"))
    assert partitioned.keys() == ["t/p=c/n=9/data"]
    moved = client.get_partition_with_auth(name, "t", ["c", "9"], "me", [])
    assert moved.sd.location == partitioned.uri("t/p=c/n=9")


def test_a_managed_table_takes_partitions_elsewhere_with_it(partitioned: Lake) -> None:
    partitioned.add(partitioned.partition("a", "1", location=partitioned.uri("else/where")))
    partitioned.put("else/where/data")
    partitioned.client.drop_table_with_environment_context(partitioned.name, "t", True, None)
    assert partitioned.keys() == []


def test_the_jobs_own_disk_has_no_name_of_this_machine(lake: Lake) -> None:
    warehouse = lake.folder / "warehouse"
    other = f"{lake.name}_disk"
    lake.client.create_database(hive.Database(name=other, locationUri=f"file:{warehouse}"))
    assert lake.glue.get_database(Name=other)["Database"]["LocationUri"] == JOB_DISK
    assert lake.client.get_database(other).locationUri == f"file:{warehouse}"
    lake.create("t", dbName=other)
    assert (warehouse / "t").is_dir()
    lake.client.drop_table_with_environment_context(other, "t", True, None)
    assert not (warehouse / "t").exists()


def test_files_outside_of_s3_are_not_ours_to_delete(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    sd = lake.table().sd
    sd.location = f"file:{tmp_path / 'kept'}"
    lake.create(sd=sd)
    with pytest.raises(hive.MetaException, match="not in S3"):
        lake.client.drop_table_with_environment_context(lake.name, "t", True, None)
    assert (tmp_path / "kept").is_dir()
    assert lake.stored()["Name"] == "t"

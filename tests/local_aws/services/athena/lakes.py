"""A bucket and a database, and statements run in them through boto3."""

import io
import time
import uuid
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Rows = list[list[str | None]]


@dataclass
class Lake:
    athena: Any
    s3: Any
    glue: Any
    bucket: str
    database: str

    @classmethod
    def empty(cls, server: Any) -> "Lake":
        """One with nothing in it."""
        name = uuid.uuid4().hex[:8]
        clients = (server.client(service) for service in ("athena", "s3", "glue"))
        made = cls(*clients, f"b-{name}", f"db_{name}")
        made.s3.create_bucket(Bucket=made.bucket)
        made.rows(f"CREATE DATABASE {made.database}")
        return made

    def start(self, sql: str, **kwargs: Any) -> str:
        options = {
            "QueryExecutionContext": {"Database": self.database},
            "ResultConfiguration": {"OutputLocation": f"s3://{self.bucket}/out/"},
        }
        started = self.athena.start_query_execution(QueryString=sql, **(options | kwargs))
        return str(started["QueryExecutionId"])

    def wait(self, query_id: str) -> Any:
        for _ in range(2000):
            found = self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return found
            time.sleep(0.01)
        raise AssertionError("the query does not end")

    def run(self, sql: str, **kwargs: Any) -> Any:
        return self.wait(self.start(sql, **kwargs))

    def rows(self, sql: str, **kwargs: Any) -> Rows:
        found = self.run(sql, **kwargs)
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        answer = self.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
        rows = [[c.get("VarCharValue") for c in r["Data"]] for r in answer["ResultSet"]["Rows"]]
        return rows[1:] if found["SubstatementType"] == "SELECT" else rows

    def reason(self, sql: str, **kwargs: Any) -> str:
        """Why a statement fails."""
        status = self.run(sql, **kwargs)["Status"]
        assert status["State"] == "FAILED", status
        return str(status["StateChangeReason"])

    def body(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def table(self, columns: str, clauses: str, files: dict[str, bytes]) -> str:
        """A table of its own over these files; its name."""
        name = f"t_{uuid.uuid4().hex[:8]}"
        for key, body in files.items():
            self.put(f"{name}/{key}", body)
        place = f"LOCATION 's3://{self.bucket}/{name}/'"
        before, _, after = clauses.partition(" TBLPROPERTIES")
        after = f" TBLPROPERTIES{after}" if after else ""
        self.rows(f"CREATE EXTERNAL TABLE {name} ({columns}) {before} {place}{after}")
        return name


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()

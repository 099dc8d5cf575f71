"""A bucket and a database, and statements run in them through boto3."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.local_aws.services.athena.query_client import Queries

Rows = list[list[str | None]]


@dataclass
class Lake(Queries):
    """Queries of a database of their own."""

    glue: Any
    database: str

    @classmethod
    def empty(cls, server: Any) -> "Lake":
        """One with nothing in it."""
        name = uuid.uuid4().hex[:8]
        athena, s3, glue = (server.client(service) for service in ("athena", "s3", "glue"))
        made = cls(athena, s3, f"b-{name}", glue, f"db_{name}")
        made.s3.create_bucket(Bucket=made.bucket)
        made.rows(f"CREATE DATABASE {made.database}")
        return made

    def start(self, sql: str, **options: Any) -> str:
        return super().start(
            sql, **{"QueryExecutionContext": {"Database": self.database}, **options}
        )

    def rows(self, sql: str, **kwargs: Any) -> Rows:
        found = self.succeeded(sql, **kwargs)
        answer = self.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
        rows = [[c.get("VarCharValue") for c in r["Data"]] for r in answer["ResultSet"]["Rows"]]
        return rows[1:] if found["SubstatementType"] == "SELECT" else rows

    def reason(self, sql: str, **kwargs: Any) -> str:
        """Why a statement fails."""
        status = self.run(sql, **kwargs)["Status"]
        assert status["State"] == "FAILED", status
        return str(status["StateChangeReason"])

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

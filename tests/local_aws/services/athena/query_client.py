"""What the tests of Athena's calls share: queries with a place for their results."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conftest import ACCESS_KEY, SECRET_KEY, LocalServer

NUMBERS = "UNNEST(sequence(1, 10000))"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a(x), {NUMBERS} b(y), {NUMBERS} c(z) WHERE x * y * z = 0"
ACTIVE = ("QUEUED", "RUNNING")


@dataclass
class Queries:
    """Starts queries whose results go to a bucket of the test's own."""

    athena: Any
    s3: Any
    bucket: str

    @property
    def place(self) -> str:
        return f"s3://{self.bucket}/out/"

    def start(self, sql: str, **options: Any) -> str:
        given = {"ResultConfiguration": {"OutputLocation": self.place}} | options
        return str(self.athena.start_query_execution(QueryString=sql, **given)["QueryExecutionId"])

    def known(self, query_id: str) -> Any:
        return self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]

    def state(self, query_id: str) -> str:
        return str(self.known(query_id)["Status"]["State"])

    def stop(self, query_id: str) -> None:
        self.athena.stop_query_execution(QueryExecutionId=query_id)

    def wait(self, query_id: str) -> Any:
        for _ in range(3000):
            found = self.known(query_id)
            if found["Status"]["State"] not in ACTIVE:
                return found
            time.sleep(0.01)
        raise AssertionError("the query does not end")

    def run(self, sql: str, **options: Any) -> Any:
        return self.wait(self.start(sql, **options))

    def succeeded(self, sql: str, **options: Any) -> Any:
        """The execution of a query that has to succeed."""
        found = self.run(sql, **options)
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        return found

    def answer(self, sql: str, **options: Any) -> Any:
        """GetQueryResults of a query that has to succeed."""
        found = self.succeeded(sql, **options)
        return self.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])

    def object(self, uri: str) -> Any:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return self.s3.get_object(Bucket=bucket, Key=key)

    def body(self, uri: str) -> bytes:
        return bytes(self.object(uri)["Body"].read())

    def is_there(self, uri: str) -> bool:
        try:
            self.object(uri)
        except ClientError:
            return False
        return True


def refused(error: ClientError) -> tuple[str, str, str]:
    """Code, Athena's code and message."""
    answer: Any = error.response
    return answer["Error"]["Code"], answer.get("AthenaErrorCode", ""), answer["Error"]["Message"]


def raw(server: LocalServer, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """A call that boto3 would not send: its status and its JSON."""
    request = AWSRequest(
        "POST",
        server.endpoint,
        data=json.dumps(body),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AmazonAthena.{operation}",
        },
    )
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "athena", "us-east-1").add_auth(request)
    sent = urllib.request.Request(
        server.endpoint, str(request.data).encode(), dict(request.headers), method="POST"
    )
    try:
        with urllib.request.urlopen(sent, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())

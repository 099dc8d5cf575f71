"""Each role may do what a full run does, and nothing else: its record, replayed through policies.

The run is of a whole lake: deployed by its stacks, every step and service in its own role.
"""

import os
from collections import Counter
from dataclasses import dataclass

import pytest

from local_aws.access.record import Line, read
from tests.conftest import start_server
from tests.infra.least_privilege import (
    ROLES,
    Call,
    calls_of,
    elsewhere,
    giving,
    grants,
    is_allowed,
    others,
    statements,
    unused,
)
from tests.infra.resolved import ROOT

pytestmark = pytest.mark.spark

DOCS = "https://docs.aws.amazon.com/"
MULTIPART = f"{DOCS}AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions"
ATHENA = f"{DOCS}aws-managed-policy/latest/reference/AmazonAthenaFullAccess.html"
CATALOG = f"{DOCS}athena/latest/ug/fine-grained-access-to-glue-resources.html"
QUICKSIGHT = f"{DOCS}aws-managed-policy/latest/reference/AWSQuicksightAthenaAccess.html"
TOPIC = f"{DOCS}sns/latest/dg/sns-key-management.html"
LOGS = f"{DOCS}aws-managed-policy/latest/reference/AWSGlueServiceRole.html"
DATABREW = f"{DOCS}databrew/latest/dg/iam-policy-for-data-resources-role.html"
HADOOP = "https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html"
NOT_HERE = {
    "airflow LandFiles s3:AbortMultipartUpload": MULTIPART,
    "airflow FindResults s3:ListBucketMultipartUploads": ATHENA,
    "airflow UploadResults s3:AbortMultipartUpload": ATHENA,
    "airflow UploadResults s3:ListMultipartUploadParts": ATHENA,
    "airflow UseKey kms:Decrypt": TOPIC,
    "airflow UseKey kms:GenerateDataKey": TOPIC,
    "airflow UseCatalog glue:BatchGetPartition": CATALOG,
    "airflow UseCatalog glue:GetDatabase": CATALOG,
    "airflow FindDatabases glue:GetDatabase": CATALOG,
    "airflow PointReaders glue:BatchGetPartition": CATALOG,
    "crawler WriteLogs logs:CreateLogGroup": LOGS,
    "crawler WriteLogs logs:CreateLogStream": LOGS,
    "databrew ListZones s3:ListBucket": DATABREW,
    "databrew WriteOutput s3:DeleteObject": DATABREW,
    "glue FindMetrics s3:ListBucket": HADOOP,
    "glue WriteMetrics s3:DeleteObject": HADOOP,
    "glue WriteMetrics s3:GetObject": HADOOP,
    "glue WriteRun s3:AbortMultipartUpload": HADOOP,
    "glue WriteLogs logs:CreateLogGroup": LOGS,
    **{
        f"quicksight {grant}": QUICKSIGHT
        for grant in (
            "Query athena:BatchGetQueryExecution",
            "Query athena:GetQueryResultsStream",
            "Query athena:StopQueryExecution",
            "BrowseCatalog athena:GetDataCatalog",
            "BrowseCatalog athena:GetDatabase",
            "BrowseCatalog athena:GetTableMetadata",
            "BrowseCatalog athena:ListDatabases",
            "BrowseCatalog athena:ListTableMetadata",
            "FindDatabases glue:GetDatabase",
            "ReadCatalog glue:BatchGetPartition",
            "ReadCatalog glue:GetPartition",
            "ReadCatalog glue:GetTables",
            "ListZones s3:ListBucket",
            "FindResults s3:ListBucketMultipartUploads",
            "KeepResults s3:AbortMultipartUpload",
            "KeepResults s3:ListMultipartUploadParts",
        )
    },
}
"""What AWS needs and nothing here asks for, by its documentation. Whatever is used has no place."""

BEGIN, END = "<!-- least privilege -->\n", "<!-- end -->\n"


@dataclass(frozen=True)
class Replay:
    """What was recorded, and the calls of each role."""

    lines: tuple[Line, ...]
    calls: dict[str, list[Call]]

    @property
    def everybody(self) -> list[Call]:
        return [Call.of(line) for line in self.lines]


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    folder = tmp_path_factory.mktemp("run")
    os.environ.setdefault("AIRFLOW_HOME", str(folder / "airflow"))  # its import writes there
    from tests.infra.full_run import FullRun

    server = start_server(folder / "data", None, "--record-calls", str(folder / "calls"))
    try:
        FullRun(server, folder).everything()
        key = server.client("kms").describe_key(KeyId="alias/tarn-dev-lake")["KeyMetadata"]["Arn"]
    finally:
        server.stop()
    lines = tuple(read(folder / "calls"))
    return Replay(lines, {role: calls_of(role, lines, key) for role in ROLES})


def test_nothing_was_refused(replay: Replay) -> None:
    refused = {
        f"{line.role}: {line.action} on {line.resource}"
        for line in replay.lines
        if not line.allowed
    }
    assert not refused


@pytest.mark.parametrize("role", ROLES)
def test_every_call_is_allowed_by_the_template(replay: Replay, role: str) -> None:
    assert replay.calls[role]
    assert [str(call) for call in replay.calls[role] if not is_allowed(role, call)] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_grant_is_used(replay: Replay, role: str) -> None:
    idle = [grant for grant in unused(role, replay.calls[role]) if grant.key not in NOT_HERE]
    assert [str(grant) for grant in idle] == [], "no call needs it: take it out of the template"


@pytest.mark.parametrize("role", ROLES)
def test_exceptions_are_needed(replay: Replay, role: str) -> None:
    idle = {grant.key for grant in unused(role, replay.calls[role])}
    assert {key for key in NOT_HERE if key.startswith(f"{role} ")} - idle == set()


@pytest.mark.parametrize("role", ROLES)
def test_what_is_beside_it_is_refused(replay: Replay, role: str) -> None:
    """Elsewhere in the lake, in another lake or account; every other action on what it touched."""
    calls = replay.calls[role]
    found = elsewhere(role, calls, replay.everybody) | others(calls)
    assert len(found) > 100
    wrong = [
        str(call)
        for call in found
        if is_allowed(role, call) and any(one.key not in NOT_HERE for one in giving(role, call))
    ]
    assert sorted(wrong) == []


def test_the_page_says_so(replay: Replay) -> None:
    """The table of docs/security.md, whose figures are a run's."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    _show(replay)
    block = page.partition(BEGIN)[2].partition(END)[0]
    assert block == _table(replay), "the block between its marks has to be this"


def _table(replay: Replay) -> str:
    rows = ["| role | actions that a run used | statements | grants | of these kept for AWS |"]
    rows.append("|---|---|---|---|---|")
    for role, calls in replay.calls.items():
        actions, kept = {call.action for call in calls}, unused(role, calls)
        counts = (len(actions), len(statements(role)), len(grants(role)), len(kept))
        rows.append(f"| `Prefix-{role}` | {' | '.join(str(count) for count in counts)} |")
    return "\n".join(rows) + "\n"


def _show(replay: Replay) -> None:
    """A run's own figures, which differ from one to the next (``pytest -s``)."""
    recorded = Counter(line.role for line in replay.lines)
    for role, calls in replay.calls.items():
        beside = elsewhere(role, calls, replay.everybody) | others(calls)
        print(f"{role}: {recorded[f'tarn-dev-{role}']} calls, {len(beside)} neighbours refused")  # noqa: T201

"""What a kill of the server leaves: answers that were given, and failures that say so."""

from pathlib import Path

from local_aws.context import Credentials, Platform
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.queries.executions import Executions
from local_aws.services.athena.queries.store import Store
from local_aws.services.athena.statements import SELECT


def test_queries_that_ran_at_a_kill_have_failed(tmp_path: Path) -> None:
    platform = Platform(data_dir=tmp_path, port=1, credentials=Credentials("a", "b"))
    store = Store(platform)
    kind = vars(SELECT)
    body = {"id": "q", "workgroup": "primary", "state": "RUNNING", "submitted": 0.0, "kind": kind}
    store.add_execution(body, None, "key")
    Executions(AthenaEngine(platform), Store(platform)).recover()
    found = store.execution("q")
    assert found is not None
    assert found["state"] == "FAILED"
    assert "server was stopped" in found["reason"]

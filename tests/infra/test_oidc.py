"""CI's roles of oidc.yaml in a real local_aws: a lake from nothing with them, and no more.

Their trust is in tokens of GitHub or GitLab, which nobody signs here: the test lets the account
take them, and leaves their policies as they are.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server
from tests.infra.resolved import ROOT, text
from tests.infra.test_deploy import ended

pytestmark = pytest.mark.restart

ACCOUNT = "123456789012"
LAKE = {"TARN_LAKE": "harbor", "TARN_ENV": "dev"}  # not tarn: no right may hang on that name
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/harbor-dev-boundary"
DECLARED = ("datasets", "recipes", "sql", "dashboards", "expectations", "glue_jobs", "infra")


class Ci:
    """A session of one of the roles: its clients, and ./lake in it."""

    def __init__(self, server: LocalServer, role: str, home: Path) -> None:
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        name = f"harbor-dev-ci-{role}"
        server.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=document)
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        found = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="ci")["Credentials"]
        self._server, self._home = server, home
        self._keys = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def client(self, service: str) -> Any:
        return self._server.client(service, **self._keys)

    def lake(self, command: str) -> tuple[int, str]:
        keys = {name.upper(): value for name, value in self._keys.items()}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TARN_"))}
        place = {"TARN_HOME": str(self._home), "TARN_POLL_SECONDS": "0.3"}
        done = subprocess.run(
            [sys.executable, "-m", "laptop", command, "--aws"],
            cwd=ROOT,
            env=clean | self._server.env | LAKE | place | keys,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    running = start_server(tmp_path_factory.mktemp("oidc") / "data")
    make(running.client("cloudformation"), "guardrails", text("guardrails"))
    given = {"Repository": "somebody/lake", "PermissionsBoundary": BOUNDARY}
    make(running.client("cloudformation"), "oidc", text("oidc"), **given)
    yield running
    running.stop()


def make(stacks: Any, name: str, body: str, **given: str) -> str:
    """The new stack's state."""
    own = {"Lake": "harbor", "Env": "dev"} if name in ("guardrails", "oidc") else {}
    stacks.create_stack(
        StackName=f"harbor-dev-{name}",
        TemplateBody=body,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in (own | given).items()],
    )
    look = partial(stacks.describe_stacks, StackName=f"harbor-dev-{name}")
    return str(ended(lambda: look()["Stacks"][0], "StackStatus")["StackStatus"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's declarations, with the boundary in the environment's file as CI needs it."""
    made = tmp_path_factory.mktemp("home")
    for name in DECLARED:
        shutil.copytree(ROOT / name, made / name)
    dev = made / "infra" / "environments" / "dev.yaml"
    boundary = BOUNDARY.replace(ACCOUNT, "${account}")
    old = "  - name: lake\n    parameters:\n"
    changed = dev.read_text().replace(old, f'{old}      PermissionsBoundary: "{boundary}"\n')
    assert boundary in changed
    dev.write_text(changed)
    return made


@pytest.fixture(scope="module")
def plan(server: LocalServer, home: Path) -> Ci:
    return Ci(server, "plan", home)


@pytest.fixture(scope="module")
def deploy(server: LocalServer, home: Path) -> Ci:
    return Ci(server, "deploy", home)


def test_a_lake_is_planned_made_and_changed(
    server: LocalServer, home: Path, plan: Ci, deploy: Ci
) -> None:
    """In one test, since each step needs the one before."""
    assert plan.lake("plan")[0] == 2
    buckets = [one["Name"] for one in server.client("s3").list_buckets()["Buckets"]]
    assert not buckets, "a plan made something"
    code, said = deploy.lake("deploy")
    assert code == 0, said
    code, said = plan.lake("plan")
    assert (code, "Nothing to deploy" in said) == (0, True), said
    server.client("glue").delete_database(Name="lake_shadow")
    change(home / "infra" / "environments" / "dev.yaml", "NoncurrentDays: 7", "NoncurrentDays: 8")
    change(home / "dashboards" / "flights.json", '"Flights', '"All flights')
    change(home / "sql" / "lake" / "worst_routes.sql", "SELECT", "SELECT /* changed */")
    code, said = plan.lake("plan")
    assert (code, "harbor-dev-lake" in said) == (2, True), said
    code, said = deploy.lake("deploy")
    assert (code, "Dashboard tarn-flights: updated" in said) == (0, True), said
    assert "database lake_shadow: created" in said


def change(path: Path, old: str, new: str) -> None:
    found = path.read_text()
    assert old in found, path
    path.write_text(found.replace(old, new, 1))


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return "is not authorized to perform" in str(caught.value)


@pytest.mark.parametrize("which", ["plan", "deploy"])
def test_neither_reads_data_nor_takes_more(
    which: str, server: LocalServer, request: pytest.FixtureRequest
) -> None:
    ci: Ci = request.getfixturevalue(which)
    s3, iam, glue = ci.client("s3"), ci.client("iam"), ci.client("glue")
    server.client("s3").put_object(Bucket="harbor-dev-raw", Key="a.csv", Body=b"1")
    assert refused(s3.get_object, Bucket="harbor-dev-raw", Key="a.csv")
    assert refused(s3.put_object, Bucket="harbor-dev-curated", Key="a", Body=b"1")
    assert refused(s3.delete_object, Bucket="harbor-dev-ops", Key="ledger/runs/a.json")
    assert refused(s3.delete_bucket, Bucket="harbor-dev-raw")
    name = f"harbor-dev-ci-{which}"
    allow = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    assert refused(iam.put_role_policy, RoleName=name, PolicyName="a", PolicyDocument=allow)
    assert refused(iam.update_role, RoleName=name, MaxSessionDuration=43200)
    role = f"arn:aws:iam::{ACCOUNT}:role/harbor-dev-airflow"
    command = {"Name": "glueetl", "ScriptLocation": "s3://harbor-dev-ops/glue/a.py"}
    wanted = {"Name": "harbor-dev-convert-a", "Role": role, "Command": command}
    assert refused(glue.create_job, **wanted)
    table = {"DatabaseName": "another", "TableInput": {"Name": "a"}}
    server.client("glue").create_database(DatabaseInput={"Name": f"another_{which}"})
    assert refused(glue.create_table, **table | {"DatabaseName": f"another_{which}"})
    assert refused(glue.delete_table, DatabaseName="lake", Name="flights")
    stacks = ci.client("cloudformation")
    assert refused(stacks.delete_stack, StackName="another-dev-lake")


def role_of(name: str, **more: Any) -> str:
    """A template of one role that may do anything, and whom the account may take."""
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [
            {
                "PolicyName": "all",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [anything]},
            }
        ],
    }
    resource = {"Type": "AWS::IAM::Role", "Properties": properties | more}
    return json.dumps({"Resources": {"Role": resource}})


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("harbor-dev-free", {}),
        ("another-dev-role", {"PermissionsBoundary": BOUNDARY}),
        ("harbor-dev-ci-more", {"PermissionsBoundary": BOUNDARY}),
    ],
)
def test_a_template_of_the_branch_makes_no_role_of_more_rights(
    deploy: Ci, name: str, more: dict[str, str]
) -> None:
    stacks = deploy.client("cloudformation")
    made = stacks.create_change_set(
        StackName=name.replace("another", "harbor"),
        ChangeSetName="a",
        ChangeSetType="CREATE",
        TemplateBody=role_of(name, **more),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    ended(lambda: stacks.describe_change_set(ChangeSetName=made["Id"]), "Status")
    stacks.execute_change_set(ChangeSetName=made["Id"])
    look = partial(stacks.describe_stacks, StackName=made["StackId"])
    state = ended(lambda: look()["Stacks"][0], "StackStatus")["StackStatus"]
    assert state.startswith("ROLLBACK"), state

"""What users may call of the services beside S3."""

import json
import re
import urllib.error
import urllib.request
import uuid
from typing import Any

import botocore.auth
import botocore.awsrequest
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_aws.access.resources import HOLE, ROLE_PASSED, ROWS, Arns, needs
from local_aws.fidelity import APIS, operations
from local_aws.wire.models import operation_model, service_model
from tests.local_aws.conftest import Person, allow, deny, policy

ACCOUNT = "123456789012"
GLUE = f"arn:aws:glue:us-east-1:{ACCOUNT}"


def denied(call: Any, code: str = "AccessDeniedException", **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code, caught.value.response
    return str(caught.value.response["Error"]["Message"])


# The table.


@pytest.mark.parametrize("service", ROWS)
def test_each_row_is_of_operations_that_aws_has(service: str) -> None:
    names = service_model(service).operation_names
    for row in ROWS[service]:
        assert any(re.fullmatch(row.operations, name) for name in names), row


@pytest.mark.parametrize("service", [s for s in APIS if s in ROWS])
def test_a_template_names_members_that_the_operation_has(service: str) -> None:
    computed = {"athena": {"WorkGroup"}}.get(service, set())
    for name in operations(service):
        row = next((r for r in ROWS[service] if re.fullmatch(r.operations, name)), None)
        if row is None:
            assert re.match("List|Get|BatchGet|Describe|Search", name), f"{name} has no resource"
            continue
        model = operation_model(service, name)
        assert model is not None
        members = set(model.input_shape.members) if model.input_shape else set()
        for template in row.resources:
            for hole in HOLE.finditer(template):
                optional = hole[2] is not None
                names = {path.partition(".")[0] for path in hole[1].split("/")}
                assert optional or names & (members | computed), (name, hole[0])


def test_roles_that_are_passed_exist_in_the_model() -> None:
    for service, (pattern, members) in ROLE_PASSED.items():
        names = [n for n in service_model(service).operation_names if re.fullmatch(pattern, n)]
        assert names
        for member in members:
            top = member.partition(".")[0]
            models = [operation_model(service, name) for name in names]
            assert any(m and m.input_shape and top in m.input_shape.members for m in models)


def test_needs() -> None:
    arns = Arns(ACCOUNT, "us-east-1")
    table = {"DatabaseName": "d", "Name": "t"}
    assert needs("glue", "GetTable", table, arns) == [
        ("glue:GetTable", f"{GLUE}:catalog"),
        ("glue:GetTable", f"{GLUE}:database/d"),
        ("glue:GetTable", f"{GLUE}:table/d/t"),
    ]
    assert needs("glue", "ListJobs", {}, arns) == [("glue:ListJobs", "*")]
    both = {"DatabaseName": "d", "TablesToDelete": ["a", "b"]}
    assert [r for _, r in needs("glue", "BatchDeleteTable", both, arns)][2:] == [
        f"{GLUE}:table/d/a",
        f"{GLUE}:table/d/b",
    ]
    job = {"Name": "j", "Role": "runner"}
    assert needs("glue", "CreateJob", job, arns) == [
        ("glue:CreateJob", f"{GLUE}:job/j"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/runner"),
    ]
    queue = {"QueueUrl": f"http://127.0.0.1:1/{ACCOUNT}/jobs"}
    assert needs("sqs", "SendMessage", queue, arns) == [
        ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs")
    ]
    dashboard = {"DashboardId": "d"}
    assert needs("quicksight", "DescribeDashboardDefinition", dashboard, arns) == [
        ("quicksight:DescribeDashboard", f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dashboard/d")
    ]


# Through boto3.


@pytest.mark.parametrize(
    ("service", "call", "action", "code"),
    [
        ("glue", "get_jobs", "glue:GetJobs", "AccessDeniedException"),
        ("athena", "list_work_groups", "athena:ListWorkGroups", "AccessDeniedException"),
        ("databrew", "list_jobs", "databrew:ListJobs", "AccessDeniedException"),
        ("logs", "describe_log_groups", "logs:DescribeLogGroups", "AccessDeniedException"),
        ("iam", "list_users", "iam:ListUsers", "AccessDenied"),
        ("sns", "list_topics", "sns:ListTopics", "AccessDenied|AuthorizationError"),
        ("sqs", "list_queues", "sqs:ListQueues", "AccessDeniedException"),
        ("kms", "list_keys", "kms:ListKeys", "AccessDeniedException"),
        ("secretsmanager", "list_secrets", "secretsmanager:ListSecrets", "AccessDeniedException"),
        ("events", "list_rules", "events:ListRules", "AccessDeniedException"),
    ],
)
def test_a_user_needs_a_policy(user: Any, service: str, call: str, action: str, code: str) -> None:
    person: Person = user()
    client = person.client(service)
    message = denied(getattr(client, call), code.split("|")[0])
    assert message.startswith(f"User: {person.arn} is not authorized to perform: {action} on ")
    assert message.endswith(f"because no identity-based policy allows the {action} action")
    person.grant(allow(f"{service}:*"))
    getattr(client, call)()
    person.grant(allow("*"), deny(action))
    assert "explicit deny" in denied(getattr(client, call), code.split("|")[0])


def test_quicksight(user: Any) -> None:
    person: Person = user()
    client = person.client("quicksight")
    denied(client.list_data_sets, AwsAccountId=ACCOUNT)
    person.grant(allow("quicksight:List*"))
    client.list_data_sets(AwsAccountId=ACCOUNT)


def test_quicksights_users_schedules_and_windows_have_arns(user: Any) -> None:
    here = "arn:aws:quicksight:us-east-1:" + ACCOUNT
    person: Person = user(
        allow(
            "quicksight:*",
            [f"{here}:user/default/ann", f"{here}:group/default/g",
             f"{here}:dataset/d/refresh-schedule/s", f"{here}:dataset/d"],
        )
    )  # fmt: skip
    client = person.client("quicksight")
    mine: Any = {"AwsAccountId": ACCOUNT, "Namespace": "default"}
    of_d: Any = {"AwsAccountId": ACCOUNT, "DataSetId": "d"}
    for call, request in (
        (client.describe_user, mine | {"UserName": "ann"}),
        (client.list_user_groups, mine | {"UserName": "ann"}),
        (client.describe_group, mine | {"GroupName": "g"}),
        (client.list_group_memberships, mine | {"GroupName": "g"}),
        (client.describe_refresh_schedule, of_d | {"ScheduleId": "s"}),
        (client.describe_data_set_refresh_properties, of_d),
    ):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            call(**request)
    denied(client.describe_user, **mine, UserName="bob")
    denied(client.describe_group, **mine, GroupName="other")
    denied(client.describe_refresh_schedule, **of_d, ScheduleId="other")
    denied(client.list_users, **mine)


def test_a_table_needs_its_database_and_the_catalog(user: Any, aws: Any) -> None:
    glue, name = aws.client("glue"), f"d{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput={"Name": "t"})
    person: Person = user(
        allow("glue:GetTable", [f"{GLUE}:catalog", f"{GLUE}:database/{name}", f"{GLUE}:table/*"])
    )
    client = person.client("glue")
    assert client.get_table(DatabaseName=name, Name="t")["Table"]["Name"] == "t"
    person.grant(allow("glue:GetTable", f"{GLUE}:table/*"))
    message = denied(client.get_table, DatabaseName=name, Name="t")
    assert f"on resource: {GLUE}:catalog because" in message
    denied(client.delete_table, DatabaseName=name, Name="t")


def test_the_catalogs_resources() -> None:
    arns = Arns(ACCOUNT, "us-east-1")
    function = {"DatabaseName": "D", "FunctionName": "F"}
    assert needs("glue", "UpdateUserDefinedFunction", function, arns)[2] == (
        "glue:UpdateUserDefinedFunction",
        f"{GLUE}:userDefinedFunction/d/f",
    )
    of = {"DatabaseName": "d", "TableName": "t"}
    assert needs("glue", "UpdateColumnStatisticsForPartition", of, arns)[2] == (
        "glue:UpdatePartition",
        f"{GLUE}:table/d/t",
    )
    assert needs("glue", "DeleteConnection", {"ConnectionName": "c"}, arns) == [
        ("glue:DeleteConnection", f"{GLUE}:catalog"),
        ("glue:DeleteConnection", f"{GLUE}:connection/c"),
    ]


def test_actions_that_are_called_otherwise() -> None:
    arns = Arns(ACCOUNT, "us-east-1")
    both = {"SourceKeyId": "a", "DestinationKeyId": "b"}
    assert needs("kms", "ReEncrypt", both, arns) == [
        ("kms:ReEncryptFrom", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/a"),
        ("kms:ReEncryptTo", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/b"),
    ]
    queue = {"QueueUrl": "http://127.0.0.1:4566/1/q"}
    assert needs("sqs", "SendMessageBatch", queue, arns) == [
        ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q")
    ]


def test_the_catalogs_policy_decides_with_the_users(user: Any, aws: Any) -> None:
    person: Person = user(allow("glue:*"))
    glue, client = aws.client("glue"), person.client("glue")
    client.get_databases()
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": person.arn},
        "Action": "glue:GetDatabases",
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    glue.put_resource_policy(PolicyInJson=json.dumps(policy))
    try:
        assert "explicit deny in a resource-based policy" in denied(client.get_databases)
        client.get_jobs()
    finally:
        glue.delete_resource_policy()
    client.get_databases()


def test_a_role_is_passed_only_with_leave(user: Any, role: Any) -> None:
    arn = role({"Service": "glue.amazonaws.com"})
    person: Person = user(allow("glue:*"))
    job = {
        "Name": f"j{uuid.uuid4().hex[:8]}",
        "Role": arn,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://x/y.py"},
    }
    assert "iam:PassRole" in denied(person.client("glue").create_job, **job)
    person.grant(allow("glue:*"), allow("iam:PassRole", arn))
    person.client("glue").create_job(**job)


def test_a_query_is_of_its_workgroup(user: Any, aws: Any) -> None:
    athena, name = aws.client("athena"), f"w{uuid.uuid4().hex[:8]}"
    athena.create_work_group(Name=name)
    where = {"OutputLocation": "s3://results-of-two-groups/"}
    aws.client("s3").create_bucket(Bucket="results-of-two-groups")

    def start(group: str) -> str:
        return str(
            athena.start_query_execution(
                QueryString="SELECT 1", WorkGroup=group, ResultConfiguration=where
            )["QueryExecutionId"]
        )

    mine, other = start(name), start("primary")
    person: Person = user(allow("athena:*", f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/{name}"))
    client = person.client("athena")
    client.get_query_execution(QueryExecutionId=mine)
    denied(client.get_query_execution, QueryExecutionId=other)
    denied(client.get_query_results, QueryExecutionId=other)
    denied(client.batch_get_query_execution, QueryExecutionIds=[mine, other])
    denied(client.start_query_execution, QueryString="SELECT 1")


def test_iam_resources_have_their_paths(user: Any, aws: Any) -> None:
    name = f"r{uuid.uuid4().hex[:8]}"
    aws.client("iam").create_role(RoleName=name, Path="/jobs/", AssumeRolePolicyDocument=policy())
    person: Person = user(allow("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/jobs/*"))
    assert person.client("iam").get_role(RoleName=name)["Role"]["Path"] == "/jobs/"
    person.grant(allow("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/{name}"))
    denied(person.client("iam").get_role, "AccessDenied", RoleName=name)


def test_a_secret_has_its_suffix(user: Any, aws: Any) -> None:
    name = f"s{uuid.uuid4().hex[:8]}"
    aws.client("secretsmanager").create_secret(Name=name, SecretString="x")
    arn = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{name}-??????"
    person: Person = user(allow("secretsmanager:GetSecretValue", arn))
    client = person.client("secretsmanager")
    assert client.get_secret_value(SecretId=name)["SecretString"] == "x"
    denied(client.delete_secret, SecretId=name)


def test_a_key_is_meant_by_all_its_names(user: Any, aws: Any) -> None:
    kms = aws.client("kms")
    key, alias = kms.create_key()["KeyMetadata"], f"alias/{uuid.uuid4().hex[:8]}"
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    person: Person = user(allow("kms:*"), deny("kms:*", key["Arn"]))
    client = person.client("kms")
    for name in (key["KeyId"], key["Arn"], alias):
        denied(client.describe_key, KeyId=name)
        denied(client.encrypt, KeyId=name, Plaintext=b"x")
    denied(client.decrypt, CiphertextBlob=blob)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    denied(client.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)
    person.grant(allow("kms:*", key["Arn"]))
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    client.describe_key(KeyId=alias)


def test_a_secret_and_a_table_by_other_names(user: Any, aws: Any) -> None:
    name = f"s{uuid.uuid4().hex[:8]}"
    made = aws.client("secretsmanager").create_secret(Name=name, SecretString="x")
    person: Person = user(allow("*"), deny("*", made["ARN"]), deny("*", f"{GLUE}:database/shut"))
    client = person.client("secretsmanager")
    for which in (name, made["ARN"], made["ARN"][:-7]):
        denied(client.get_secret_value, SecretId=which)
    for which in ("shut", "SHUT"):
        denied(person.client("glue").get_tables, DatabaseName=which)


def test_groups_and_managed_policies(user: Any, aws: Any) -> None:
    iam, name = aws.client("iam"), f"g{uuid.uuid4().hex[:8]}"
    person: Person = user()
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=person.name)
    client = person.client("glue")
    denied(client.get_jobs)
    text = policy(allow("glue:GetJobs"))
    iam.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=text)
    client.get_jobs()
    iam.remove_user_from_group(GroupName=name, UserName=person.name)
    denied(client.get_jobs)
    arn = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=person.name, PolicyArn=arn)
    client.get_jobs()
    other = policy(allow("glue:GetCrawlers"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    denied(client.get_jobs)


def test_a_users_permissions_boundary(user: Any, aws: Any) -> None:
    iam = aws.client("iam")
    person: Person = user(allow("*"))
    name = f"b{uuid.uuid4().hex[:8]}"
    text = policy(allow("glue:*"))
    arn = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=person.name, PermissionsBoundary=arn)
    found = iam.get_user(UserName=person.name)["User"]["PermissionsBoundary"]
    assert found["PermissionsBoundaryArn"] == arn
    person.client("glue").get_jobs()
    assert "no permissions boundary" in denied(person.client("s3").list_buckets, "AccessDenied")
    iam.delete_user_permissions_boundary(UserName=person.name)
    person.client("s3").list_buckets()
    with pytest.raises(ClientError, match="PermissionsBoundary is not supported"):
        iam.create_user(UserName=name, PermissionsBoundary=arn)


def test_a_roles_permissions_boundary(role: Any, aws: Any) -> None:
    iam, name = aws.client("iam"), f"b{uuid.uuid4().hex[:8]}"
    text = policy(allow("glue:*"))
    boundary = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    arn = role({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, allow("*"))
    iam.put_role_permissions_boundary(RoleName=arn.split("/")[-1], PermissionsBoundary=boundary)
    found = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
    keys = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
    aws.client("glue", **keys).get_jobs()
    denied(aws.client("s3", **keys).list_buckets, "AccessDenied")


def test_a_policy_that_cannot_be_evaluated_is_refused_when_put(user: Any, aws: Any) -> None:
    iam, person = aws.client("iam"), user()
    for statement in (
        allow("s3:*", Condition={"StringIs": {"a": "b"}}),
        {"Effect": "Allow", "Resource": "*"},
        allow("s3:*", Principal="*"),
    ):
        with pytest.raises(ClientError) as caught:
            iam.put_user_policy(
                UserName=person.name, PolicyName="p", PolicyDocument=policy(statement)
            )
        assert caught.value.response["Error"]["Code"] == "MalformedPolicyDocument"


# Tries to be read as another call than was decided on.


def signed(person: Person, service: str, data: str, path: str = "/", **headers: str) -> int:
    keys = Credentials(person.keys["aws_access_key_id"], person.keys["aws_secret_access_key"])
    request = botocore.awsrequest.AWSRequest(
        "POST", person.server.endpoint + path, data=data, headers=headers
    )
    botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
    sent = urllib.request.Request(request.url, data.encode(), dict(request.headers))
    try:
        return int(urllib.request.urlopen(sent).status)
    except urllib.error.HTTPError as error:
        return int(error.code)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/x-amz-json-1.1"}


def test_a_query_request_says_its_action_once(user: Any, aws: Any) -> None:
    person: Person = user(allow("iam:ListUsers"))
    name = f"made-{uuid.uuid4().hex[:8]}"
    make = f"Action=CreateUser&UserName={name}&Version=2010-05-08"
    ask = "Action=ListUsers&Version=2010-05-08"
    assert signed(person, "iam", ask, **FORM) == 200
    for data, path, headers in (
        (make, "/", FORM),
        (f"{ask}&{make}", "/", FORM),
        (f"{make}&{ask}", "/", FORM),
        (ask, f"/?{make}", FORM),
        (make, f"/?{ask}", FORM),
        (make, "/", FORM | {"X-Amz-Target": "IAM.ListUsers"}),
        (make, "/", JSON | {"X-Amz-Target": "IAM.ListUsers"}),
        (make, "/", {"Content-Type": "text/plain"}),
    ):
        assert signed(person, "iam", data, path, **headers) in (400, 403)
    users = aws.client("iam").list_users(MaxItems=1000)["Users"]
    assert name not in {found["UserName"] for found in users}


def test_a_json_request_has_no_action_in_its_body(user: Any, aws: Any) -> None:
    person: Person = user(allow("kms:ListKeys"))
    target = JSON | {"X-Amz-Target": "TrentService.ListKeys"}
    assert signed(person, "kms", "{}", **target) == 200
    before = len(aws.client("kms").list_keys()["Keys"])
    hidden = json.dumps({"Marker": "&Action=CreateKey&Description="})
    assert signed(person, "kms", hidden, **target) in (400, 403)
    assert signed(person, "kms", "{}", "/?Action=CreateKey", **target) in (400, 403)
    assert len(aws.client("kms").list_keys()["Keys"]) == before


def test_only_the_account_may_reset(user: Any) -> None:
    person: Person = user(allow("*"))
    assert signed(person, "glue", "{}", "/moto-api/reset", **JSON) in (400, 403)

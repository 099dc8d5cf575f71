"""Sessions: who gets one, what it may, and when it ends."""

import sqlite3
import urllib.request
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.context import Credentials, Platform
from local_aws.services.sts.sessions import SessionStore
from tests.local_aws.conftest import allow, deny, keys_of, policy

ACCOUNT = "123456789012"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def code_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def assume(client: Any, arn: str, **options: Any) -> dict[str, str]:
    wanted = {"RoleArn": arn, "RoleSessionName": "run"} | options
    return keys_of(client.assume_role(**wanted)["Credentials"])


def test_the_caller_is_told_who_it_is(aws: Any, user: Any, role: Any) -> None:
    root = aws.client("sts").get_caller_identity()
    assert (root["Arn"], root["UserId"]) == (ROOT["AWS"], ACCOUNT)
    person = user(allow("sts:AssumeRole"))
    mine = person.client("sts").get_caller_identity()
    assert (mine["Arn"], mine["Account"]) == (person.arn, ACCOUNT)
    arn = role(ROOT)
    keys = assume(person.client("sts"), arn)
    found = aws.client("sts", **keys).get_caller_identity()
    assert found["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{arn.split('/')[-1]}/run"
    assert found["UserId"].startswith("AROA")
    assert found["UserId"].endswith(":run")


def test_a_role_is_assumed_where_its_trust_and_the_caller_agree(user: Any, role: Any) -> None:
    trusted, other = user(), user(allow("sts:AssumeRole"))
    named = role({"AWS": trusted.arn})
    assume(trusted.client("sts"), named)  # by name: no policy of its own is needed
    assert code_of(assume, client=other.client("sts"), arn=named) == "AccessDenied"
    account = role(ROOT)
    assume(other.client("sts"), account)
    assert code_of(assume, client=trusted.client("sts"), arn=account) == "AccessDenied"
    service = role({"Service": "glue.amazonaws.com"})
    assert code_of(assume, client=other.client("sts"), arn=service) == "AccessDenied"
    missing = f"arn:aws:iam::{ACCOUNT}:role/is-not-there"
    assert code_of(assume, client=other.client("sts"), arn=missing) == "AccessDenied"


def test_root_assumes_what_trusts_the_account(aws: Any, role: Any) -> None:
    sts = aws.client("sts")
    assume(sts, role(ROOT))
    assert code_of(assume, client=sts, arn=role({"Service": "glue.amazonaws.com"})) == (
        "AccessDenied"
    )


def test_an_external_id(aws: Any, role: Any) -> None:
    arn = role(ROOT, Condition={"StringEquals": {"sts:ExternalId": "secret"}})
    sts = aws.client("sts")
    assert code_of(assume, client=sts, arn=arn) == "AccessDenied"
    assert code_of(assume, client=sts, arn=arn, ExternalId="guess") == "AccessDenied"
    assume(sts, arn, ExternalId="secret")


def test_a_session_may_what_its_role_and_its_policy_allow(aws: Any, role: Any) -> None:
    sts, name = aws.client("sts"), "session-bucket"
    aws.client("s3").create_bucket(Bucket=name)
    arn = role(ROOT, allow(["s3:ListBucket", "s3:PutObject"]))
    whole = aws.client("s3", **assume(sts, arn))
    whole.list_objects_v2(Bucket=name)
    whole.put_object(Bucket=name, Key="a")
    less = aws.client("s3", **assume(sts, arn, Policy=policy(allow("s3:List*"))))
    less.list_objects_v2(Bucket=name)
    assert code_of(less.put_object, Bucket=name, Key="a") == "AccessDenied"
    more = aws.client("s3", **assume(sts, arn, Policy=policy(allow("*"))))
    assert code_of(more.delete_object, Bucket=name, Key="a") == "AccessDenied"


def test_session_tags(aws: Any, role: Any) -> None:
    arn = role(
        ROOT,
        allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalTag/team": "lake"}}),
    )
    sts, tags = aws.client("sts"), [{"Key": "team", "Value": "lake"}]
    # The trust must allow sts:TagSession too.
    assert code_of(assume, client=sts, arn=arn, Tags=tags) == "AccessDenied"
    trust = {"Effect": "Allow", "Principal": ROOT, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    name = arn.split("/")[-1]
    iam = aws.client("iam")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(trust))
    aws.client("s3", **assume(sts, arn, Tags=tags)).list_buckets()
    untagged = aws.client("s3", **assume(sts, arn))
    assert code_of(untagged.list_buckets) == "AccessDenied"


def test_a_token_belongs_to_its_key(aws: Any, role: Any, user: Any) -> None:
    sts, arn = aws.client("sts"), role(ROOT, allow("*"))
    one, two = assume(sts, arn), assume(sts, arn)
    swapped = one | {"aws_session_token": two["aws_session_token"]}
    without = {k: v for k, v in one.items() if k != "aws_session_token"}
    stray = user(allow("*")).keys | {"aws_session_token": one["aws_session_token"]}
    rooted = {"aws_session_token": one["aws_session_token"]}
    for keys, s3_code in (
        (swapped, "InvalidToken"),
        (without, "InvalidAccessKeyId"),
        (stray, "InvalidToken"),
        (rooted, "InvalidAccessKeyId"),
    ):
        assert code_of(aws.client("s3", **keys).list_buckets) == s3_code
        assert code_of(aws.client("glue", **keys).get_databases) == "UnrecognizedClientException"
        assert code_of(aws.client("sts", **keys).get_caller_identity) == "InvalidClientTokenId"
    forged = one | {"aws_secret_access_key": "guessed"}
    assert code_of(aws.client("s3", **forged).list_buckets) == "SignatureDoesNotMatch"


def test_a_presigned_url_carries_the_token(aws: Any, role: Any) -> None:
    aws.client("s3").create_bucket(Bucket="presigned-by-a-session")
    aws.client("s3").put_object(Bucket="presigned-by-a-session", Key="a", Body=b"x")
    keys = assume(aws.client("sts"), role(ROOT, allow("s3:GetObject")))
    client = aws.client("s3", config=Config(signature_version="s3v4"), **keys)
    where = {"Bucket": "presigned-by-a-session", "Key": "a"}
    url = client.generate_presigned_url("get_object", Params=where)
    assert "X-Amz-Security-Token" in url
    assert urllib.request.urlopen(url).read() == b"x"


def test_an_expired_session(aws: Any, role: Any) -> None:
    keys = assume(aws.client("sts"), role(ROOT, allow("*")))
    with sqlite3.connect(aws.data / "state" / "sts.sqlite3") as db:
        db.execute(
            "UPDATE sessions SET expires = '2020-01-01T00:00:00+00:00' WHERE access_key = ?",
            (keys["aws_access_key_id"],),
        )
    db.close()
    assert code_of(aws.client("s3", **keys).list_buckets) == "ExpiredToken"
    assert code_of(aws.client("glue", **keys).get_databases) == "ExpiredTokenException"
    assert code_of(aws.client("sts", **keys).get_caller_identity) == "ExpiredToken"


def test_a_session_ends_with_its_role(aws: Any, role: Any) -> None:
    arn = role(ROOT)
    name, iam = arn.split("/")[-1], aws.client("iam")
    keys = assume(aws.client("sts"), arn)
    aws.client("sts", **keys).get_caller_identity()
    iam.delete_role(RoleName=name)
    assert code_of(aws.client("sts", **keys).get_caller_identity) == "InvalidClientTokenId"
    trust = policy({"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    # A namesake is somebody else.
    assert code_of(aws.client("sts", **keys).get_caller_identity) == "InvalidClientTokenId"


def test_get_session_token(aws: Any, user: Any) -> None:
    person = user(allow("s3:ListAllMyBuckets"), allow("iam:*"))
    keys = keys_of(person.client("sts").get_session_token()["Credentials"])
    assert aws.client("sts", **keys).get_caller_identity()["Arn"] == person.arn
    aws.client("s3", **keys).list_buckets()
    person.client("iam").list_users()
    assert code_of(aws.client("iam", **keys).list_users) == "AccessDenied"
    assert code_of(aws.client("sts", **keys).get_session_token) == "AccessDenied"
    own = keys_of(aws.client("sts").get_session_token()["Credentials"])
    assert aws.client("sts", **own).get_caller_identity()["Arn"] == ROOT["AWS"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"DurationSeconds": 7200}, "ValidationError"),
        ({"RoleSessionName": "a b"}, "ValidationError"),
        ({"Policy": "{}"}, "MalformedPolicyDocument"),
        ({"Policy": policy(allow("x"))}, "MalformedPolicyDocument"),
        ({"SourceIdentity": "ana"}, "ValidationError"),
        ({"SerialNumber": "123456789", "TokenCode": "123456"}, "ValidationError"),
    ],
)
def test_what_assume_role_refuses(aws: Any, role: Any, options: dict[str, Any], code: str) -> None:
    assert code_of(assume, client=aws.client("sts"), arn=role(ROOT), **options) == code


def test_sessions_are_still_there_after_a_restart(tmp_path: Any) -> None:
    platform = Platform(tmp_path, 0, Credentials("key", "secret"))
    made = SessionStore(platform).create("User", 900, name="ana", holder_id="1")
    assert SessionStore(platform).find(made.access_key) == made
    assert SessionStore(platform).find("ASIAUNKNOWN") is None
    assert deny("*")["Effect"] == "Deny"

"""Who may do what to S3, asked by boto3 as users, sessions and nobody."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.access.document import BUCKET as BUCKET_POLICY
from local_aws.access.document import parse
from local_aws.access.principal import ANONYMOUS, root_of
from local_aws.services.s3.access import actions
from local_aws.services.s3.api import BUCKET, OBJECT, ROUTES
from local_aws.wire.models import service_model
from tests.local_aws.conftest import allow, deny, policy

V4 = Config(signature_version="s3v4")
ACCOUNT_ARN = "arn:aws:iam::123456789012:root"
NOT_OPERATIONS = {
    "ListAllMyBuckets",
    "GetObjectVersion",
    "GetObjectVersionAttributes",
    "GetObjectVersionAcl",
    "PutObjectVersionAcl",
    "GetObjectVersionTagging",
    "PutObjectVersionTagging",
    "DeleteObjectVersion",
    "DeleteObjectVersionTagging",
    "ListBucket",
    "ListBucketVersions",
    "ListBucketMultipartUploads",
    "ListMultipartUploadParts",
    "GetBucketPublicAccessBlock",
    "PutBucketPublicAccessBlock",
    "GetEncryptionConfiguration",
    "PutEncryptionConfiguration",
    "GetLifecycleConfiguration",
    "PutLifecycleConfiguration",
    "GetBucketCORS",
    "GetAccelerateConfiguration",
    "GetReplicationConfiguration",
    "GetBucketObjectLockConfiguration",
}
"""Actions that are called otherwise than their operations, from the Service Authorization
Reference: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""


def arn(bucket: str, key: str = "") -> str:
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def denied(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403, error
    assert error["Error"]["Code"] in ("AccessDenied", "403"), error
    return str(error["Error"]["Message"])


@pytest.fixture
def nobody(aws: Any) -> Any:
    return aws.client("s3", config=Config(signature_version=UNSIGNED))


@pytest.fixture
def open_up(s3: Any) -> Callable[..., None]:
    """``open_up(bucket, *statements)``: no block of public access, and that policy."""

    def put(bucket: str, *statements: dict[str, Any]) -> None:
        s3.delete_public_access_block(Bucket=bucket)
        if statements:
            s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))

    return put


# The table.


def test_every_route_has_its_actions() -> None:
    assert {route.name for route in ROUTES} <= set(actions.ACTIONS)


def test_every_name_is_awss() -> None:
    operations = set(service_model("s3").operation_names)
    ours = {"PostObject", "DeleteBucketLifecycleConfiguration"}
    assert set(actions.ACTIONS) - ours <= operations
    needed = {need.action for needs in actions.ACTIONS.values() for need in needs}
    names = {a.removeprefix("s3:") for a in needed | set(actions.OF_VERSION.values())}
    assert names <= operations | NOT_OPERATIONS
    assert names >= NOT_OPERATIONS, "a name that nothing uses"
    assert not {n for n in NOT_OPERATIONS if n in operations}


def test_an_objects_action_is_of_an_object() -> None:
    kinds = {OBJECT: (actions.OBJECT, actions.SOURCE), BUCKET: (actions.BUCKET,)}
    for route in ROUTES:
        if route.name == "PostObject":  # whose key is in the form
            continue
        for need in actions.ACTIONS[route.name]:
            assert need.resource in kinds.get(route.target, (actions.ANY,)), route.name


# Users.


def test_a_user_without_a_policy_may_nothing(user: Any, bucket: str, s3: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    person = user()
    client = person.client("s3")
    message = denied(client.get_object, Bucket=bucket, Key="a")
    assert message == (
        f"User: {person.arn} is not authorized to perform: s3:GetObject on resource: "
        f'"{arn(bucket, "a")}" because no identity-based policy allows the s3:GetObject action'
    )
    for call, arguments in (
        (client.head_object, {"Bucket": bucket, "Key": "a"}),
        (client.put_object, {"Bucket": bucket, "Key": "b", "Body": b"x"}),
        (client.delete_object, {"Bucket": bucket, "Key": "a"}),
        (client.list_objects_v2, {"Bucket": bucket}),
        (client.list_buckets, {}),
        (client.head_bucket, {"Bucket": bucket}),
        (client.create_bucket, {"Bucket": f"{bucket}-2"}),
        (client.delete_bucket, {"Bucket": bucket}),
        (client.get_bucket_policy, {"Bucket": bucket}),
        (client.put_bucket_policy, {"Bucket": bucket, "Policy": "{}"}),
        (client.delete_bucket_policy, {"Bucket": bucket}),
        (client.create_multipart_upload, {"Bucket": bucket, "Key": "m"}),
    ):
        denied(call, **arguments)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


def test_a_user_may_what_the_policy_says(user: Any, bucket: str, s3: Any) -> None:
    person = user(
        allow("s3:ListBucket", arn(bucket), Condition={"StringLike": {"s3:prefix": "raw/*"}}),
        allow(["s3:GetObject", "s3:PutObject"], arn(bucket, "raw/${aws:username}/*")),
    )
    client, key = person.client("s3"), f"raw/{person.name}/a"
    client.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"
    assert client.list_objects_v2(Bucket=bucket, Prefix="raw/x")["KeyCount"] == 0
    denied(client.list_objects_v2, Bucket=bucket)
    denied(client.put_object, Bucket=bucket, Key="raw/somebody/a", Body=b"x")
    denied(client.delete_object, Bucket=bucket, Key=key)
    denied(client.put_object, Bucket=bucket, Key=key, Body=b"x", Tagging="a=b")
    person.grant(deny("s3:*"), allow("*"))
    assert "explicit deny in an identity-based" in denied(client.list_buckets)


def test_a_key_that_is_missing_is_told_only_to_those_who_may_list(
    user: Any, bucket: str, refused: Any
) -> None:
    person = user(allow("s3:GetObject*", arn(bucket, "*")))
    client = person.client("s3")
    denied(client.get_object, Bucket=bucket, Key="missing")
    denied(client.head_object, Bucket=bucket, Key="missing")
    denied(client.get_object_tagging, Bucket=bucket, Key="missing")
    person.grant(allow(["s3:GetObject", "s3:ListBucket"]))
    refused(client.get_object, "NoSuchKey", Bucket=bucket, Key="missing")
    refused(client.head_object, "404", Bucket=bucket, Key="missing")


def test_a_copy_reads_its_source(user: Any, bucket: str, s3: Any) -> None:
    s3.put_object(Bucket=bucket, Key="secret/a", Body=b"x")
    s3.put_object(Bucket=bucket, Key="tagged", Body=b"x", Tagging="a=b")
    person = user(
        allow("s3:PutObject", arn(bucket, "mine/*")), allow("s3:GetObject", arn(bucket, "tagged"))
    )
    client = person.client("s3")
    for source in (f"{bucket}/secret/a", f"/{bucket}/secret/a", f"{bucket}/%73ecret/a"):
        denied(client.copy_object, Bucket=bucket, Key="mine/a", CopySource=source)
    message = denied(client.copy_object, Bucket=bucket, Key="mine/a", CopySource=f"{bucket}/tagged")
    assert "s3:GetObjectTagging" in message
    client.copy_object(
        Bucket=bucket, Key="mine/a", CopySource=f"{bucket}/tagged", TaggingDirective="REPLACE"
    )
    upload = client.create_multipart_upload(Bucket=bucket, Key="mine/m")["UploadId"]
    denied(
        client.upload_part_copy,
        Bucket=bucket,
        Key="mine/m",
        UploadId=upload,
        PartNumber=1,
        CopySource=f"{bucket}/secret/a",
    )


def test_delete_objects_decides_on_each_key(user: Any, bucket: str, s3: Any) -> None:
    for key in ("mine/a", "mine/b", "theirs"):
        s3.put_object(Bucket=bucket, Key=key)
    client = user(allow("s3:DeleteObject", arn(bucket, "mine/*"))).client("s3")
    names = [{"Key": "mine/a"}, {"Key": "theirs"}, {"Key": "mine/b"}]
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": names})
    assert [found["Key"] for found in answer["Deleted"]] == ["mine/a", "mine/b"]
    assert [(e["Key"], e["Code"]) for e in answer["Errors"]] == [("theirs", "AccessDenied")]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["theirs"]


def test_a_version_has_its_own_action(user: Any, bucket: str, s3: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    client = user(allow("s3:GetObject", arn(bucket, "*"))).client("s3")
    client.get_object(Bucket=bucket, Key="a")
    assert "s3:GetObjectVersion" in denied(
        client.get_object, Bucket=bucket, Key="a", VersionId="null"
    )
    assert "s3:DeleteObjectVersion" in denied(
        client.delete_object, Bucket=bucket, Key="a", VersionId="null"
    )


def test_tags_are_conditions(user: Any, bucket: str, s3: Any) -> None:
    s3.put_object(Bucket=bucket, Key="open", Tagging="class=open")
    s3.put_object(Bucket=bucket, Key="shut", Tagging="class=shut")
    person = user(
        allow("s3:GetObject", Condition={"StringEquals": {"s3:ExistingObjectTag/class": "open"}}),
        allow(
            ["s3:PutObjectTagging", "s3:PutObject"],
            Condition={"StringEquals": {"s3:RequestObjectTag/class": "shut"}},
        ),
    )
    client = person.client("s3")
    client.get_object(Bucket=bucket, Key="open")
    denied(client.get_object, Bucket=bucket, Key="shut")
    client.put_object(Bucket=bucket, Key="new", Tagging="class=shut")
    denied(client.put_object, Bucket=bucket, Key="new", Tagging="class=open")

    def tag(value: str) -> dict[str, Any]:
        return {"TagSet": [{"Key": "class", "Value": value}]}

    # The tags that count are the source's, not those of the copy that it would replace.
    denied(client.copy_object, Bucket=bucket, Key="open", CopySource=f"{bucket}/shut")
    client.put_object_tagging(Bucket=bucket, Key="open", Tagging=tag("shut"))
    denied(client.put_object_tagging, Bucket=bucket, Key="shut", Tagging=tag("open"))
    denied(client.get_object, Bucket=bucket, Key="open")


def test_a_presigned_url_ends_with_its_user(user: Any, bucket: str, s3: Any, aws: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"hello")
    person = user(allow("s3:GetObject", arn(bucket, "*")))
    url = person.client("s3", config=V4).generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a"}
    )
    assert urllib.request.urlopen(url).read() == b"hello"
    iam = aws.client("iam")
    iam.put_user_policy(UserName=person.name, PolicyName="grant", PolicyDocument=policy(deny("*")))
    assert status_of(url) == (403, "AccessDenied")
    key = person.keys["aws_access_key_id"]
    iam.update_access_key(UserName=person.name, AccessKeyId=key, Status="Inactive")
    assert status_of(url) == (403, "InvalidAccessKeyId")
    iam.update_access_key(UserName=person.name, AccessKeyId=key, Status="Active")
    iam.delete_access_key(UserName=person.name, AccessKeyId=key)
    iam.delete_user_policy(UserName=person.name, PolicyName="grant")
    iam.delete_user(UserName=person.name)
    assert status_of(url) == (403, "InvalidAccessKeyId")


def status_of(url: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        body = error.read().decode()
        return error.code, body.partition("<Code>")[2].partition("</Code>")[0]


def test_headers_that_nobody_signed_are_refused(aws: Any, bucket: str) -> None:
    """Whoever holds a presigned URL could else make the object public."""
    s3 = aws.client("s3", config=V4)
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a"})
    assert status_of(url, "PUT", **{"x-amz-acl": "public-read"}) == (403, "AccessDenied")
    assert status_of(url, "PUT", **{"x-amz-tagging": "a=b"}) == (403, "AccessDenied")
    assert status_of(url, "PUT") == (200, "")


# Bucket policies.


def test_a_bucket_policy_names_a_user(user: Any, bucket: str, s3: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    named, other = user(), user()
    statement = allow("s3:GetObject", arn(bucket, "*"), Principal={"AWS": named.arn})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert named.client("s3").get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    denied(other.client("s3").get_object, Bucket=bucket, Key="a")
    s3.delete_bucket_policy(Bucket=bucket)
    denied(named.client("s3").get_object, Bucket=bucket, Key="a")


def test_a_policy_that_names_the_account_leaves_it_to_the_account(
    user: Any, bucket: str, s3: Any
) -> None:
    statement = allow("s3:ListBucket", arn(bucket), Principal={"AWS": ACCOUNT_ARN})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    denied(user().client("s3").list_objects_v2, Bucket=bucket)
    user(allow("s3:ListBucket")).client("s3").list_objects_v2(Bucket=bucket)


def test_a_deny_reaches_root_but_not_the_policy_itself(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    statement = deny("s3:*", [arn(bucket), arn(bucket, "*")], Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    message = denied(s3.get_object, Bucket=bucket, Key="a")
    assert message.endswith("with an explicit deny in a resource-based policy")
    denied(s3.put_object, Bucket=bucket, Key="b")
    denied(s3.delete_bucket, Bucket=bucket)
    denied(s3.put_public_access_block, Bucket=bucket, PublicAccessBlockConfiguration={})
    denied(s3.copy_object, Bucket=bucket, Key="c", CopySource=f"{bucket}/a")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}]})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"] == [statement]
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    s3.delete_bucket_policy(Bucket=bucket)
    s3.get_object(Bucket=bucket, Key="a")


def test_a_deny_on_the_source_stops_roots_copy(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    s3.create_bucket(Bucket=f"{bucket}-to")
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny("s3:GetObject", arn(bucket, "*"), Principal="*"))
    )
    denied(s3.copy_object, Bucket=f"{bucket}-to", Key="a", CopySource=f"{bucket}/a")


def test_a_bucket_made_anew_has_no_old_policy(s3: Any, bucket: str) -> None:
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny("s3:PutObject", arn(bucket, "*"), Principal="*"))
    )
    denied(s3.put_object, Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (allow("s3:GetObject", "arn:aws:s3:::other/*", Principal="*"), "invalid resource"),
        (allow("ec2:RunInstances", "*", Principal="*"), "invalid action"),
        (allow("s3:GetObject", "BUCKET", Principal="*"), "does not apply to any resource"),
        (allow("s3:ListBucket", "BUCKET/*", Principal="*"), "does not apply to any resource"),
        (allow("s3:*", "BUCKET"), "Missing required field Principal"),
        (
            allow("s3:*", "BUCKET", Principal="*", Condition={"StringIs": {"a": "b"}}),
            "Invalid Condition type : StringIs",
        ),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(
    s3: Any, bucket: str, refused: Any, statement: dict[str, Any], message: str
) -> None:
    text = policy(statement).replace("BUCKET", arn(bucket))
    error = refused(s3.put_bucket_policy, "MalformedPolicy", Bucket=bucket, Policy=text)
    assert message in error["Error"]["Message"]


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 9000, "[" * 30_000, '{"Statement":[],"Statement":[]}', '"\\ud800"']
)
def test_a_hostile_policy_is_refused(s3: Any, bucket: str, refused: Any, text: str) -> None:
    refused(s3.put_bucket_policy, "MalformedPolicy", Bucket=bucket, Policy=text)


# Nobody, the block of public access, and ACLs.


def test_unsigned_requests_reach_what_is_public(
    nobody: Any, s3: Any, bucket: str, open_up: Any
) -> None:
    s3.put_object(Bucket=bucket, Key="site/a", Body=b"hello")
    s3.put_object(Bucket=bucket, Key="b")
    denied(nobody.get_object, Bucket=bucket, Key="site/a")
    denied(nobody.list_objects_v2, Bucket=bucket)
    denied(nobody.list_buckets)
    denied(nobody.get_object, Bucket="a-bucket-that-is-not-there", Key="a")
    open_up(bucket, allow("s3:GetObject", arn(bucket, "site/*"), Principal="*"))
    assert nobody.get_object(Bucket=bucket, Key="site/a")["Body"].read() == b"hello"
    for key in ("b", "site/missing"):
        denied(nobody.get_object, Bucket=bucket, Key=key)
    denied(nobody.put_object, Bucket=bucket, Key="site/a", Body=b"x")
    denied(nobody.delete_object, Bucket=bucket, Key="site/a")
    answer = nobody.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "site/a"}]})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    assert s3.get_object(Bucket=bucket, Key="site/a")["Body"].read() == b"hello"


def test_a_half_signature_is_not_anonymous(s3: Any, bucket: str, open_up: Any, aws: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    open_up(bucket, allow("s3:GetObject", arn(bucket, "*"), Principal="*"))
    url = f"{aws.endpoint}/{bucket}/a"
    assert status_of(url) == (200, "")
    assert status_of(f"{url}?AWSAccessKeyId=x&Signature=y&Expires=1")[0] == 403
    assert status_of(f"{url}?AWSAccessKeyId=x&Signature=y")[0] == 400
    assert status_of(f"{url}?X-Amz-Signature=y")[0] == 400
    assert status_of(url, Authorization="AWS a:b")[0] == 400


def test_the_block_refuses_a_public_policy(s3: Any, bucket: str) -> None:
    text = policy(allow("s3:GetObject", arn(bucket, "*"), Principal="*"))
    assert "BlockPublicPolicy" in denied(s3.put_bucket_policy, Bucket=bucket, Policy=text)
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=policy(
            allow("s3:GetObject", arn(bucket, "*"), Principal={"AWS": ACCOUNT_ARN}),
            deny("s3:*", arn(bucket, "*"), Principal="*"),
        ),
    )
    status = s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]
    assert status == {"IsPublic": False}


def test_restricted_public_buckets_are_for_the_account(
    nobody: Any, user: Any, s3: Any, bucket: str, open_up: Any
) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    open_up(bucket, allow("s3:GetObject", arn(bucket, "*"), Principal="*"))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": True}
    nobody.get_object(Bucket=bucket, Key="a")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    denied(nobody.get_object, Bucket=bucket, Key="a")
    user().client("s3").get_object(Bucket=bucket, Key="a")


def owned(s3: Any, bucket: str, ownership: str) -> None:
    rules = {"Rules": [{"ObjectOwnership": ownership}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)


def test_acls_are_refused_where_the_owner_is_enforced(s3: Any, bucket: str, refused: Any) -> None:
    s3.put_object(Bucket=bucket, Key="a", ACL="bucket-owner-full-control")
    code = "AccessControlListNotSupported"
    refused(s3.put_object, code, Bucket=bucket, Key="a", ACL="public-read")
    refused(s3.put_object, code, Bucket=bucket, Key="a", GrantRead='uri="http://x"')
    refused(s3.put_object_acl, code, Bucket=bucket, Key="a", ACL="public-read")
    refused(s3.put_bucket_acl, code, Bucket=bucket, ACL="public-read")


@pytest.mark.parametrize("ownership", ["BucketOwnerPreferred", "ObjectWriter"])
def test_public_acls_give_and_the_block_takes(
    nobody: Any, s3: Any, bucket: str, refused: Any, ownership: str
) -> None:
    owned(s3, bucket, ownership)
    denied(s3.put_object, Bucket=bucket, Key="a", ACL="public-read")
    denied(s3.put_bucket_acl, Bucket=bucket, ACL="public-read")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="open", Body=b"x", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="shut", Body=b"x")
    nobody.get_object(Bucket=bucket, Key="open")
    denied(nobody.get_object, Bucket=bucket, Key="shut")
    denied(nobody.list_objects_v2, Bucket=bucket)
    denied(nobody.delete_object, Bucket=bucket, Key="open")

    s3.put_object_acl(Bucket=bucket, Key="open", ACL="private")
    denied(nobody.get_object, Bucket=bucket, Key="open")
    s3.put_object_acl(Bucket=bucket, Key="open", ACL="public-read")
    grants = s3.get_object_acl(Bucket=bucket, Key="open")["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL", "READ"]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/open")
    denied(nobody.get_object, Bucket=bucket, Key="copy")  # a list is not copied

    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True}
    )
    denied(nobody.get_object, Bucket=bucket, Key="open")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny("s3:GetObject", arn(bucket, "*"), Principal="*"))
    )
    denied(nobody.get_object, Bucket=bucket, Key="open")
    error = refused(
        s3.put_object, "NotImplemented", Bucket=bucket, Key="a", GrantRead='uri="http://x"'
    )
    assert "x-amz-grant-" in error["Error"]["Message"]


def test_a_buckets_acl(nobody: Any, user: Any, s3: Any, bucket: str, refused: Any) -> None:
    owned(s3, bucket, "ObjectWriter")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    nobody.list_objects_v2(Bucket=bucket)
    nobody.put_object(Bucket=bucket, Key="dropped", Body=b"x")
    denied(nobody.get_object, Bucket=bucket, Key="dropped")
    s3.put_bucket_acl(Bucket=bucket, ACL="authenticated-read")
    denied(nobody.list_objects_v2, Bucket=bucket)
    user().client("s3").list_objects_v2(Bucket=bucket)
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    code = "InvalidBucketAclWithObjectOwnership"
    refused(s3.put_bucket_ownership_controls, code, Bucket=bucket, OwnershipControls=rules)
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    owned(s3, bucket, "BucketOwnerEnforced")


def test_ownership_is_said_when_a_bucket_is_made(s3: Any, bucket: str, refused: Any) -> None:
    s3.create_bucket(Bucket=f"{bucket}-w", ObjectOwnership="ObjectWriter")
    found = s3.get_bucket_ownership_controls(Bucket=f"{bucket}-w")["OwnershipControls"]
    assert found["Rules"] == [{"ObjectOwnership": "ObjectWriter"}]
    refused(
        s3.create_bucket,
        "InvalidBucketAclWithBlockPublicAccessError",
        Bucket=f"{bucket}-p",
        ObjectOwnership="ObjectWriter",
        ACL="public-read",
    )


# What the gate costs root: no look-up where there is no policy.


def test_root_at_a_bucket_without_a_policy_is_not_looked_at(tmp_path: Path) -> None:
    from local_aws.context import Credentials, Platform
    from local_aws.services.s3.access.authorise import Gate
    from local_aws.services.s3.access.rules import POLICY
    from local_aws.services.s3.backend import Backend
    from local_aws.services.s3.http.request import S3Request
    from local_aws.services.s3.model import S3Store
    from local_aws.wire.sigv4 import Authentication

    platform = Platform(tmp_path, 0, Credentials("key", "secret"))
    platform.s3 = S3Store(platform)
    platform.s3.create_bucket("lake")
    backend = Backend.of(platform)
    gate = Gate(backend)
    auth = Authentication("k", "s3", "", "", "", b"", None, root_of("123456789012"))
    request = S3Request("GET", "lake", "a", {}, {"host": "x"}, "/lake/a", auth)
    assert not gate.stands_open(request), "nobody has read the rules yet"
    backend.rules.get("lake")
    assert gate.stands_open(request)
    for header in ("x-amz-acl", "x-amz-copy-source", "x-amz-grant-read"):
        noted = S3Request("PUT", "lake", "a", {}, {header: "x"}, "/lake/a", auth)
        assert not gate.stands_open(noted)
    assert not gate.stands_open(S3Request("GET", "lake", "a", {}, {}, "/lake/a", None))
    text = policy(deny("s3:*", "arn:aws:s3:::lake/*", Principal="*"))
    assert parse(text, BUCKET_POLICY).statements
    backend.settings.put("lake", POLICY, text.encode())
    assert not gate.stands_open(request)
    backend.rules.get("lake")
    assert not gate.stands_open(request)
    assert ANONYMOUS.is_anonymous


def test_to_compare_an_etag_is_to_read(s3: Any, bucket: str, user: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html"""
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["ETag"]
    writer = user(allow(["s3:PutObject", "s3:DeleteObject"])).client("s3")
    target = {"Bucket": bucket, "Key": "a"}
    assert "s3:GetObject" in denied(writer.put_object, **target, IfMatch=etag)
    assert "s3:GetObject" in denied(writer.delete_object, **target, IfMatch=etag)
    doomed = {"Objects": [{"Key": "a", "ETag": etag}]}
    answer = writer.delete_objects(Bucket=bucket, Delete=doomed)
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    s3.head_object(**target)
    writer.delete_object(**target, IfMatch="*")
    writer.put_object(**target, IfNoneMatch="*")


def test_a_bucket_that_takes_conditional_writes_only(s3: Any, bucket: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html"""
    rule = deny(
        "s3:PutObject",
        arn(bucket, "*"),
        Principal="*",
        Condition={
            "Null": {"s3:if-none-match": "true"},
            "Bool": {"s3:ObjectCreationOperation": "true"},
        },
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(rule))
    target = {"Bucket": bucket, "Key": "a"}
    denied(s3.put_object, **target)
    upload = target | {"UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    upload["MultipartUpload"] = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    denied(s3.complete_multipart_upload, **upload)
    s3.complete_multipart_upload(**upload, IfNoneMatch="*")


def test_nobody_names_the_headers_of_an_answer(aws: Any, s3: Any, bucket: str) -> None:
    """A page's script or type would be the asker's own, under the bucket's address."""
    s3.delete_public_access_block(Bucket=bucket)
    rule = allow("s3:GetObject", arn(bucket, "*"), Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(rule))
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    nobody = aws.client("s3", config=Config(signature_version=UNSIGNED))
    assert nobody.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    with pytest.raises(ClientError) as caught:
        nobody.get_object(Bucket=bucket, Key="a", ResponseContentType="text/html")
    assert caught.value.response["Error"]["Code"] == "InvalidRequest"

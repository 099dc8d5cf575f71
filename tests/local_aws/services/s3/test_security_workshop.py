"""The lessons of AWS's S3 security workshop: each is green before its policy and red after.

https://catalog.workshops.aws/ s3-security. TLS and the VPC endpoint are said by headers, which
only a server with --simulate-network believes.
"""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer, start_server
from tests.local_aws.conftest import allow, deny, new_user, policy

TLS = {"x-local-aws-secure-transport": "true"}
ENDPOINT = {"x-local-aws-source-vpce": "vpce-1a2b3c4d"}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("simulated") / "data"
    running = start_server(folder, None, "--simulate-network")
    yield running
    running.stop()


@pytest.fixture
def lake(simulated: LocalServer) -> str:
    name = f"lesson-{uuid.uuid4().hex[:10]}"
    simulated.client("s3").create_bucket(Bucket=name)
    return name


def through(server: LocalServer, headers: dict[str, str], **options: Any) -> Any:
    """A client whose requests come by that network."""
    client = server.client("s3", region_name="us-east-1", **options)

    def add(request: Any, **_: Any) -> None:
        for name, value in headers.items():
            request.headers[name] = value

    client.meta.events.register("before-send.s3", add)
    return client


def denied(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    return str(caught.value.response["Error"]["Message"])


def everything(bucket: str) -> list[str]:
    return [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def test_plain_http_is_refused(simulated: LocalServer, lake: str) -> None:
    plain, tls = simulated.client("s3"), through(simulated, TLS)
    plain.put_object(Bucket=lake, Key="a", Body=b"x")
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    statement = deny("s3:*", everything(lake), Principal="*", Condition=condition)
    plain.put_bucket_policy(Bucket=lake, Policy=policy(statement))
    message = denied(plain.get_object, Bucket=lake, Key="a")
    assert message.endswith("with an explicit deny in a resource-based policy")
    denied(plain.put_object, Bucket=lake, Key="a", Body=b"x")
    assert tls.get_object(Bucket=lake, Key="a")["Body"].read() == b"x"


def test_an_unencrypted_put_is_refused(simulated: LocalServer, lake: str) -> None:
    s3 = simulated.client("s3")
    s3.put_object(Bucket=lake, Key="a", Body=b"x")
    condition = {"StringNotEquals": {"s3:x-amz-server-side-encryption": ["AES256", "aws:kms"]}}
    statement = deny("s3:PutObject", everything(lake)[1], Principal="*", Condition=condition)
    s3.put_bucket_policy(Bucket=lake, Policy=policy(statement))
    denied(s3.put_object, Bucket=lake, Key="a", Body=b"y")
    denied(s3.copy_object, Bucket=lake, Key="b", CopySource=f"{lake}/a")
    denied(s3.create_multipart_upload, Bucket=lake, Key="m")
    assert s3.get_object(Bucket=lake, Key="a")["Body"].read() == b"x"
    s3.put_object(Bucket=lake, Key="a", Body=b"z", ServerSideEncryption="AES256")
    s3.copy_object(Bucket=lake, Key="b", CopySource=f"{lake}/a", ServerSideEncryption="aws:kms")
    # A part has its upload's encryption: it cannot say one itself.
    upload = s3.create_multipart_upload(Bucket=lake, Key="m", ServerSideEncryption="AES256")
    which = {"Bucket": lake, "Key": "m", "UploadId": upload["UploadId"]}
    etag = s3.upload_part(**which, PartNumber=1, Body=b"part")["ETag"]
    s3.complete_multipart_upload(
        **which, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}
    )


def test_one_kms_key_and_no_other(simulated: LocalServer, lake: str) -> None:
    s3, name = simulated.client("s3"), "s3:x-amz-server-side-encryption-aws-kms-key-id"
    key = simulated.client("kms").create_key()["KeyMetadata"]["Arn"]
    condition = {"StringNotEquals": {name: key}, "Null": {name: "false"}}
    s3.put_bucket_policy(
        Bucket=lake,
        Policy=policy(
            deny("s3:PutObject", everything(lake)[1], Principal="*", Condition=condition)
        ),
    )
    wanted = {"Bucket": lake, "Key": "a", "ServerSideEncryption": "aws:kms"}
    denied(s3.put_object, **wanted, SSEKMSKeyId="arn:aws:kms:us-east-1:123456789012:key/2")
    s3.put_object(**wanted, SSEKMSKeyId=key)
    s3.put_object(Bucket=lake, Key="a")


def test_a_public_acl_is_refused(simulated: LocalServer, lake: str) -> None:
    s3 = simulated.client("s3")
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=lake, OwnershipControls=rules)
    s3.delete_public_access_block(Bucket=lake)
    s3.put_object(Bucket=lake, Key="a", ACL="public-read")
    block = {"BlockPublicAcls": True}
    s3.put_public_access_block(Bucket=lake, PublicAccessBlockConfiguration=block)
    denied(s3.put_object, Bucket=lake, Key="b", ACL="public-read")
    denied(s3.put_object_acl, Bucket=lake, Key="a", ACL="public-read")
    s3.put_object(Bucket=lake, Key="b", ACL="private")

    s3.delete_public_access_block(Bucket=lake)
    condition = {"StringEquals": {"s3:x-amz-acl": ["public-read", "public-read-write"]}}
    actions = ["s3:PutObject", "s3:PutObjectAcl"]
    statement = deny(actions, everything(lake)[1], Principal="*", Condition=condition)
    s3.put_bucket_policy(Bucket=lake, Policy=policy(statement))
    denied(s3.put_object, Bucket=lake, Key="b", ACL="public-read")
    denied(s3.put_object_acl, Bucket=lake, Key="b", ACL="public-read")
    s3.put_object(Bucket=lake, Key="b", ACL="bucket-owner-full-control")


def test_a_public_policy_is_refused_by_the_block(simulated: LocalServer, lake: str) -> None:
    s3 = simulated.client("s3")
    text = policy(allow("s3:GetObject", everything(lake)[1], Principal="*"))
    assert "BlockPublicPolicy" in denied(s3.put_bucket_policy, Bucket=lake, Policy=text)
    s3.delete_public_access_block(Bucket=lake)
    s3.put_bucket_policy(Bucket=lake, Policy=text)


def test_a_request_outside_the_vpc_endpoint_is_refused(simulated: LocalServer, lake: str) -> None:
    outside, inside = simulated.client("s3"), through(simulated, ENDPOINT)
    other = through(simulated, {"x-local-aws-source-vpce": "vpce-99999999"})
    outside.put_object(Bucket=lake, Key="a")
    condition = {"StringNotEquals": {"aws:SourceVpce": ENDPOINT["x-local-aws-source-vpce"]}}
    statement = deny("s3:*", everything(lake), Principal="*", Condition=condition)
    outside.put_bucket_policy(Bucket=lake, Policy=policy(statement))
    for client in (outside, other):
        denied(client.get_object, Bucket=lake, Key="a")
        denied(client.list_objects_v2, Bucket=lake)
    inside.get_object(Bucket=lake, Key="a")


def test_a_request_from_another_address_is_refused(simulated: LocalServer, lake: str) -> None:
    condition = {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}
    statement = deny("s3:GetObject", everything(lake)[1], Principal="*", Condition=condition)
    s3 = simulated.client("s3")
    s3.put_object(Bucket=lake, Key="a")
    s3.put_bucket_policy(Bucket=lake, Policy=policy(statement))
    denied(s3.get_object, Bucket=lake, Key="a")
    through(simulated, {"x-local-aws-source-ip": "203.0.113.9"}).get_object(Bucket=lake, Key="a")
    # Through an endpoint there is no public address, so the deny holds.
    both = ENDPOINT | {"x-local-aws-source-ip": "203.0.113.9"}
    denied(through(simulated, both).get_object, Bucket=lake, Key="a")


def test_a_user_only_through_the_endpoint(simulated: LocalServer, lake: str) -> None:
    condition = {"StringEquals": {"aws:SourceVpce": ENDPOINT["x-local-aws-source-vpce"]}}
    person = new_user(simulated, allow("s3:*", Condition=condition))
    denied(person.client("s3").list_objects_v2, Bucket=lake)
    through(simulated, ENDPOINT, **person.keys).list_objects_v2(Bucket=lake)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-local-aws-source-vpce", "anything"),
        ("x-local-aws-secure-transport", "yes"),
        ("x-local-aws-source-ip", "here"),
        ("x-local-aws-unknown", "1"),
    ],
)
def test_what_cannot_be_simulated_is_refused(simulated: LocalServer, name: str, value: str) -> None:
    with pytest.raises(ClientError, match=name):
        through(simulated, {name: value}).list_buckets()


@pytest.mark.parametrize("path", ["/", "/some-bucket/key"])
def test_the_headers_are_not_believed_by_default(aws: LocalServer, path: str) -> None:
    for name, value in (TLS | ENDPOINT).items():
        request = urllib.request.Request(aws.endpoint + path, headers={name: value})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        assert caught.value.code == 400
        assert f"{name} is not believed" in caught.value.read().decode()


def test_nor_by_the_other_services(aws: LocalServer) -> None:
    glue = aws.client("glue", region_name="us-east-1")
    glue.meta.events.register("before-send.glue", lambda request, **_: request.headers.update(TLS))
    with pytest.raises(ClientError, match="not believed") as caught:
        glue.get_databases()
    assert json.dumps(caught.value.response["Error"]["Code"]) == '"InvalidRequest"'

"""Forms as browsers send them, signed by boto3 and sent by an HTTP client."""

import base64
import contextlib
import datetime as dt
import http.client
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from tests.conftest import ACCESS_KEY, SECRET_KEY

BOUNDARY = "b0undary"


@pytest.fixture
def s3(aws: Any) -> Any:
    return aws.client("s3", config=Config(signature_version="s3v4"))


def send(post: dict[str, Any], data: bytes, name: str = "a.txt", **fields: str) -> Any:
    return requests.post(
        post["url"],
        data=post["fields"] | fields,
        files={"file": (name, data)},
        allow_redirects=False,
        timeout=60,
    )


def code(answer: Any) -> str:
    return str(ElementTree.fromstring(answer.content).findtext("Code"))


def message(answer: Any) -> str:
    return str(ElementTree.fromstring(answer.content).findtext("Message"))


def signed(bucket: str, policy: dict[str, Any], secret: str = SECRET_KEY) -> dict[str, str]:
    """The fields of any policy at all, by botocore's own signer."""
    request = AWSRequest("POST", "http://x/")
    fields: dict[str, str] = {}
    request.context["s3-presign-post-fields"] = fields
    request.context["s3-presign-post-policy"] = policy
    S3SigV4PostAuth(Credentials(ACCESS_KEY, secret), "s3", "us-east-1").add_auth(request)
    return fields


def raw(aws: Any, bucket: str, body: bytes, kind: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
        connection.request("POST", f"/{bucket}", body, {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, answer.read()


def form(fields: dict[str, str], data: bytes | None = b"x", end: bytes = b"--\r\n") -> bytes:
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in fields.items()
    ]
    if data is not None:
        head = b'Content-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        parts.append(head + data)
    mark = b"--" + BOUNDARY.encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + end


KIND = f"multipart/form-data; boundary={BOUNDARY}"


def test_a_presigned_post(s3: Any, bucket: str) -> None:
    post = s3.generate_presigned_post(bucket, "up/a")
    answer = send(post, b"hello")
    assert (answer.status_code, answer.content) == (204, b"")
    got = s3.get_object(Bucket=bucket, Key="up/a")
    assert got["Body"].read() == b"hello"
    assert got["ETag"] == answer.headers["ETag"]
    assert answer.headers["Location"].endswith(f"/{bucket}/up/a")


def test_a_versioned_bucket(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    answer = send(s3.generate_presigned_post(bucket, "a"), b"hello")
    assert answer.headers["x-amz-version-id"] == s3.head_object(Bucket=bucket, Key="a")["VersionId"]


def test_the_signature_that_boto3_makes_by_itself(aws: Any, s3: Any, bucket: str) -> None:
    post = aws.client("s3").generate_presigned_post(bucket, "a")
    assert "AWSAccessKeyId" in post["fields"]
    assert send(post, b"hello").status_code == 204
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"hello"
    assert code(send(post, b"x", signature="AAAA")) == "SignatureDoesNotMatch"
    assert code(send(post, b"x", AWSAccessKeyId="SOMEBODY")) == "InvalidAccessKeyId"


def test_a_large_file_streams(s3: Any, bucket: str) -> None:
    data = bytes(range(256)) * (20 << 12)
    assert send(s3.generate_presigned_post(bucket, "big"), data).status_code == 204
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == data


def test_the_name_of_the_file_makes_the_key(s3: Any, bucket: str) -> None:
    post = s3.generate_presigned_post(bucket, "up/${filename}")
    assert send(post, b"x", name="é b.txt").status_code == 204
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["up/é b.txt"]


def test_everything_that_a_form_can_say(s3: Any, bucket: str) -> None:
    tagging = "<Tagging><TagSet><Tag><Key>team</Key><Value>lake</Value></Tag></TagSet></Tagging>"
    fields = {
        "Content-Type": "text/csv",
        "Cache-Control": "no-store",
        "x-amz-meta-source": "naïve",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-server-side-encryption": "AES256",
        "tagging": tagging,
        "acl": "private",
        "success_action_status": "201",
    }
    conditions = [{name: value} for name, value in fields.items() if name != "Content-Type"]
    conditions.append(["starts-with", "$Content-Type", "text/"])
    post = s3.generate_presigned_post(bucket, "a", Fields=fields, Conditions=conditions)
    answer = send(post, b"x")
    assert answer.status_code == 201
    result = ElementTree.fromstring(answer.content)
    found = {child.tag.rpartition("}")[2]: child.text for child in result}
    assert (found["Bucket"], found["Key"]) == (bucket, "a")
    assert found["ETag"] == answer.headers["ETag"]
    head = s3.head_object(Bucket=bucket, Key="a")
    assert head["ContentType"] == "text/csv"
    assert head["CacheControl"] == "no-store"
    assert head["StorageClass"] == "STANDARD_IA"
    assert head["Metadata"]["source"].encode("latin-1").decode("latin-1") == "naïve"
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [
        {"Key": "team", "Value": "lake"}
    ]


def test_a_redirect(s3: Any, bucket: str) -> None:
    target = "http://127.0.0.1/done?x=1"
    fields = {"success_action_redirect": target}
    post = s3.generate_presigned_post(bucket, "a b", Fields=fields, Conditions=[fields])
    answer = send(post, b"x")
    assert answer.status_code == 303
    assert answer.headers["Location"] == (
        f"{target}&bucket={bucket}&key=a+b&etag=%229dd4e461268c8034f5c8564e155c67a6%22"
    )


def test_sizes(s3: Any, bucket: str) -> None:
    conditions = [["content-length-range", 2, 4]]
    post = s3.generate_presigned_post(bucket, "a", Conditions=conditions)
    assert code(send(post, b"x")) == "EntityTooSmall"
    large = send(post, b"x" * 3_000_000)
    assert (large.status_code, code(large)) == (400, "EntityTooLarge")
    assert ElementTree.fromstring(large.content).findtext("MaxSizeAllowed") == "4"
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert send(post, b"xxxx").status_code == 204


def test_what_the_policy_does_not_allow(s3: Any, bucket: str) -> None:
    post = s3.generate_presigned_post(bucket, "up/${filename}")
    answer = send(post, b"x", key="elsewhere/a")
    assert (answer.status_code, code(answer)) == (403, "AccessDenied")
    assert message(answer) == (
        'Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "up/"]'
    )
    answer = send(post, b"x", **{"x-amz-meta-more": "1"})
    assert message(answer) == "Invalid according to Policy: Extra input fields: x-amz-meta-more"
    assert send(post, b"x", **{"x-ignore-more": "1"}).status_code == 204
    elsewhere = f"{bucket}-other"
    s3.create_bucket(Bucket=elsewhere)
    post["url"] = post["url"].replace(bucket, elsewhere)
    answer = send(post, b"x")
    assert message(answer).startswith("Invalid according to Policy: Policy Condition failed: ")
    assert "Contents" not in s3.list_objects_v2(Bucket=elsewhere)


def test_a_policy_that_is_over(aws: Any, bucket: str) -> None:
    past = (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)).isoformat()
    fields = signed(bucket, {"expiration": past, "conditions": [{"key": "a"}]})
    answer = send({"url": f"{aws.endpoint}/{bucket}", "fields": {"key": "a"} | fields}, b"x")
    assert message(answer) == "Invalid according to Policy: Policy expired."


def test_a_forged_policy(s3: Any, bucket: str) -> None:
    post = s3.generate_presigned_post(bucket, "a")
    policy = json.loads(base64.b64decode(post["fields"]["policy"]))
    policy["conditions"] = [["starts-with", "$key", ""]]
    forged = base64.b64encode(json.dumps(policy).encode()).decode()
    answer = send(post, b"x", policy=forged)
    assert (answer.status_code, code(answer)) == (403, "SignatureDoesNotMatch")
    credential = post["fields"]["x-amz-credential"].replace(ACCESS_KEY, "SOMEBODY")
    answer = send(post, b"x", **{"x-amz-credential": credential})
    assert (answer.status_code, code(answer)) == (403, "InvalidAccessKeyId")
    assert code(send(post, b"x", **{"x-amz-signature": "é"})) == "SignatureDoesNotMatch"
    assert code(send(post, b"x", **{"x-amz-credential": "nonsense"})) == "InvalidArgument"
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize(
    "policy",
    [
        {},
        [],
        {"expiration": "soon", "conditions": []},
        {"expiration": "2099-01-01T00:00:00Z"},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [["like", "$key", "a"]]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [["eq", "key", "a"]]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [{"key": 1}]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [7]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [["content-length-range", -1]]},
        {"expiration": "2099-01-01T00:00:00Z", "conditions": [["content-length-range", "\xb2", 3]]},
    ],
)
def test_documents_that_are_no_policy(aws: Any, bucket: str, policy: Any) -> None:
    # botocore's signer adds its conditions to the document in place, so it signs a plain one.
    fields = signed(bucket, {"expiration": "2099-01-01T00:00:00Z", "conditions": []})
    encoded = base64.b64encode(json.dumps(policy).encode()).decode()
    request = AWSRequest("POST", "http://x/")
    request.context["timestamp"] = fields["x-amz-date"]
    signer = S3SigV4PostAuth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1")
    fields |= {"policy": encoded, "x-amz-signature": signer.signature(encoded, request)}
    answer = send({"url": f"{aws.endpoint}/{bucket}", "fields": {"key": "a"} | fields}, b"x")
    assert (answer.status_code, code(answer)) == (400, "InvalidPolicyDocument")


def test_a_form_without_a_signature(aws: Any, bucket: str) -> None:
    status, body = raw(aws, bucket, form({"key": "a"}), KIND)
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)


def test_an_unsigned_form_reaches_no_other_operation(aws: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    document = b"<Delete><Object><Key>a</Key></Object></Delete>"
    for path in (f"{bucket}?delete", f"{bucket}/a?uploads", f"{bucket}/a"):
        status, body = raw(aws, path, document, KIND)
        assert (status, b"<Code>AccessDenied</Code>" in body) in (
            (403, True),
            (405, False),
            (200, True),  # DeleteObjects refuses key by key
        )
    s3.head_object(Bucket=bucket, Key="a")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_bodies_that_are_no_form(aws: Any, s3: Any, bucket: str) -> None:
    fields: dict[str, str] = s3.generate_presigned_post(bucket, "a")["fields"]
    cases: list[tuple[bytes, str, int, bytes]] = [
        (form(fields), "multipart/form-data", 400, b"MalformedPOSTRequest"),
        (form(fields), f"{KIND}x", 400, b"MalformedPOSTRequest"),
        (form(fields), f"multipart/form-data; boundary={'b' * 300}", 400, b"MalformedPOSTRequest"),
        (form(fields)[:-20], KIND, 400, b"MalformedPOSTRequest"),
        (form(fields, end=b""), KIND, 400, b"MalformedPOSTRequest"),
        (b"", KIND, 400, b"MalformedPOSTRequest"),
        (b"nonsense" * 1000, KIND, 400, b"MalformedPOSTRequest"),
        (form(fields, None), KIND, 400, b"InvalidArgument"),
        (form({}), KIND, 400, b"InvalidArgument"),
        (form({"x": "y"} | {f"f{n}": "v" for n in range(10_000)}), KIND, 400, b"MaxPostPreData"),
        (form({"key": "k" * 30_000}), KIND, 400, b"MaxPostPreDataLengthExceeded"),
        (form({"key": "a", "": "b"}), KIND, 400, b"MalformedPOSTRequest"),
        (form({"key": "k" * 1025} | fields | {"key": "k" * 1025}), KIND, 400, b"KeyTooLongError"),
    ]
    for body, kind, status, wanted in cases:
        found, answer = raw(aws, bucket, body, kind)
        assert (found, wanted in answer) == (status, True), (kind, body[:60], answer)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_two_files(aws: Any, s3: Any, bucket: str, folder: Path) -> None:
    fields = s3.generate_presigned_post(bucket, "a")["fields"]
    body = (
        form(fields | {"x-ignore-first": "1"}, b"one", end=b"\r\n")
        + form({}, b"two").partition(b"\r\n")[2]
    )
    status, answer = raw(aws, bucket, body, KIND)
    assert (status, b"exactly one file" in answer) == (400, True)
    assert not (folder / "a").exists()


def test_what_follows_the_file_is_ignored(aws: Any, s3: Any, bucket: str) -> None:
    fields = s3.generate_presigned_post(bucket, "a")["fields"]
    tail = form({"submit": "Upload", "key": "b"}, None)
    body = form(fields, b"one", end=b"\r\n") + tail.partition(b"\r\n")[2]
    assert raw(aws, bucket, body, KIND)[0] == 204
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]


def test_a_field_cannot_split_a_header(s3: Any, bucket: str) -> None:
    for name, value in (
        ("Cache-Control", "a\r\nx-evil: 1"),
        ("Content-Type", "text/日本"),
        ("x-amz-meta-a b", "x"),
    ):
        post = s3.generate_presigned_post(
            bucket, "a", Fields={name: value}, Conditions=[{name: value}]
        )
        answer = send(post, b"x")
        assert (answer.status_code, code(answer)) == (400, "InvalidArgument")


def test_an_absent_bucket(s3: Any) -> None:
    answer = send(s3.generate_presigned_post("absent-bucket", "a"), b"x")
    assert (answer.status_code, code(answer)) == (404, "NoSuchBucket")


def test_a_checksum_that_does_not_hold(s3: Any, bucket: str) -> None:
    fields = {"x-amz-checksum-crc32": "AAAAAA=="}
    post = s3.generate_presigned_post(bucket, "a", Fields=fields, Conditions=[fields])
    assert code(send(post, b"x")) == "BadDigest"

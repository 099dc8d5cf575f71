"""The server is closed by default, and every refusal has AWS's shape."""

import datetime as dt
import json
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import botocore.auth
import botocore.awsrequest
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conftest import ACCESS_KEY, SECRET_KEY, LocalServer, start_server


def fetch(url: str, **headers: str) -> tuple[int, str]:
    """An unsigned GET, as a browser sends it."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_health(aws: LocalServer) -> None:
    assert fetch(f"{aws.endpoint}/_local_aws/health") == (200, '{"status": "running"}')


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:80", "localhost:1@evil.example", "", "[::1"]
)
def test_a_foreign_host_header_is_refused(aws: LocalServer, host: str) -> None:
    status, body = fetch(f"{aws.endpoint}/_local_aws/health", Host=host)
    assert status == 403
    assert host in body


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:4566", "[::1]", "[::1]:80", "b.localhost"]
)
def test_a_host_header_of_this_machine_is_served(aws: LocalServer, host: str) -> None:
    assert fetch(f"{aws.endpoint}/_local_aws/health", Host=host)[0] == 200


def test_an_unsigned_request_is_refused(aws: LocalServer) -> None:
    status, body = fetch(f"{aws.endpoint}/some-bucket/key")
    assert status == 403
    assert "<Code>AccessDenied</Code>" in body


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("glue", "get_databases", "InvalidSignatureException"),
        ("s3", "list_buckets", "SignatureDoesNotMatch"),
        ("sts", "get_caller_identity", "SignatureDoesNotMatch"),
        ("databrew", "list_recipes", "InvalidSignatureException"),
    ],
)
def test_a_forged_signature_is_refused(
    aws: LocalServer, service: str, call: str, code: str
) -> None:
    forger = aws.client(service, aws_secret_access_key="guessed")
    with pytest.raises(ClientError) as caught:
        getattr(forger, call)()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_foreign_access_key_is_refused(aws: LocalServer) -> None:
    stranger = aws.client("glue", aws_access_key_id="SOMEBODYELSE")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        stranger.get_databases()


def test_an_old_signature_is_refused(aws: LocalServer) -> None:
    request = botocore.awsrequest.AWSRequest(
        "POST", aws.endpoint + "/", data=b"{}", headers={"X-Amz-Target": "AWSGlue.GetDatabases"}
    )
    signer = botocore.auth.SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "glue", "us-east-1")
    old = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    request.context["timestamp"] = old.strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    request.headers["Authorization"] = signed_at(signer, request)
    sent = urllib.request.Request(request.url, data=b"{}", headers=dict(request.headers))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent)
    assert caught.value.code == 403
    assert "Signature expired" in json.loads(caught.value.read())["message"]


def signed_at(signer: botocore.auth.SigV4Auth, request: botocore.awsrequest.AWSRequest) -> str:
    """The Authorization header for the time that the request says it is."""
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    signed = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )


def test_a_changed_body_is_refused(aws: LocalServer) -> None:
    request = botocore.awsrequest.AWSRequest(
        "POST", aws.endpoint + "/", data=b"{}", headers={"X-Amz-Target": "AWSGlue.GetDatabases"}
    )
    signer = botocore.auth.SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "glue", "us-east-1")
    signer.add_auth(request)
    sent = urllib.request.Request(
        request.url, data=b'{"MaxResults": 1}', headers=dict(request.headers)
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent)
    assert caught.value.code == 403


def test_an_unknown_operation_names_itself(aws: LocalServer) -> None:
    with pytest.raises(ClientError) as caught:
        aws.client("glue").create_dev_endpoint(EndpointName="a", RoleArn="b")
    error = caught.value.response
    assert error["Error"]["Code"] == "UnknownOperationException"
    assert "glue:CreateDevEndpoint" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_request_against_its_model_is_refused_in_awss_words(aws: LocalServer) -> None:
    with pytest.raises(ClientError) as caught:
        aws.client("glue").create_database(DatabaseInput={"Name": "x" * 300})
    message = caught.value.response["Error"]["Message"]
    assert message.startswith("1 validation error detected: Value 'xxx")
    assert message.endswith(
        "at 'databaseInput.name' failed to satisfy constraint: "
        "Member must have length less than or equal to 255"
    )


def test_reset_is_refused_where_it_was_not_switched_on(aws: LocalServer) -> None:
    assert post_reset(aws) == 403


@pytest.mark.restart
def test_reset_forgets_everything(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data", None, "--allow-reset")
    try:
        server.client("s3").create_bucket(Bucket="forgotten")
        server.client("glue").create_database(DatabaseInput={"Name": "forgotten"})
        server.client("sns").create_topic(Name="forgotten")
        assert post_reset(server) == 200
        assert server.client("s3").list_buckets()["Buckets"] == []
        assert server.client("glue").get_databases()["DatabaseList"] == []
        assert server.client("sns").list_topics()["Topics"] == []
    finally:
        server.stop()


def post_reset(server: LocalServer) -> int:
    """The status of a signed reset."""
    request = botocore.awsrequest.AWSRequest("POST", server.endpoint + "/moto-api/reset", data=b"")
    credentials = Credentials(ACCESS_KEY, SECRET_KEY)
    botocore.auth.SigV4Auth(credentials, "glue", "us-east-1").add_auth(request)
    sent = urllib.request.Request(
        request.url, data=b"", headers=dict(request.headers), method="POST"
    )
    try:
        with urllib.request.urlopen(sent) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.restart
def test_a_profile_file_is_all_a_client_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server(tmp_path / "data")
    try:
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "data" / "credentials"))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "data" / "config"))
        session = boto3.Session(profile_name="tarn")
        assert session.client("sts").get_caller_identity()["Account"] == "123456789012"
        assert (tmp_path / "data" / "credentials").stat().st_mode & 0o077 == 0
    finally:
        server.stop()


@pytest.mark.restart
def test_a_newer_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "format").write_text("99\n")
    with pytest.raises(RuntimeError, match="has data format '99'"):
        start_server(tmp_path / "data")


@pytest.mark.restart
def test_a_taken_port_is_named(aws: LocalServer, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=f"cannot listen on 127.0.0.1:{aws.port}"):
        start_server(tmp_path / "data", aws.port)

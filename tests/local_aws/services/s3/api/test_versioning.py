"""Versions, delete markers and their listings, through boto3."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def versioned(s3: Any, bucket: str) -> str:
    enable(s3, bucket)
    return bucket


def enable(s3: Any, bucket: str, status: str = "Enabled") -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def put(s3: Any, bucket: str, key: str, body: bytes) -> str:
    return str(s3.put_object(Bucket=bucket, Key=key, Body=body).get("VersionId"))


def body(s3: Any, bucket: str, key: str, **more: str) -> bytes:
    return bytes(s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read())


def stack(s3: Any, bucket: str, key: str) -> list[tuple[str, bool, bool]]:
    """Version, whether it is the latest, whether it is a marker: newest first."""
    answer = s3.list_object_versions(Bucket=bucket, Prefix=key)
    found = [(v, False) for v in answer.get("Versions", [])]
    found += [(v, True) for v in answer.get("DeleteMarkers", [])]
    return [(v["VersionId"], v["IsLatest"], marker) for v, marker in found if v["Key"] == key]


def error_of(call: Any, **arguments: Any) -> tuple[str, int, dict[str, str]]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    meta = answer["ResponseMetadata"]
    return answer["Error"]["Code"], meta["HTTPStatusCode"], meta["HTTPHeaders"]


def test_a_bucket_has_no_versions_until_it_is_told(s3: Any, bucket: str) -> None:
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert "VersionId" not in s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert "VersionId" not in s3.get_object(Bucket=bucket, Key="a")
    assert stack(s3, bucket, "a") == [("null", True, False)]
    for status in ("Enabled", "Suspended", "Enabled"):
        enable(s3, bucket, status)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status


def test_every_put_is_a_version(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"before", Metadata={"n": "0"})
    enable(s3, bucket)
    first = s3.put_object(Bucket=bucket, Key="a", Body=b"one", Metadata={"n": "1"})["VersionId"]
    second = put(s3, bucket, "a", b"two")
    assert body(s3, bucket, "a") == b"two"
    assert body(s3, bucket, "a", VersionId=first) == b"one"
    assert body(s3, bucket, "a", VersionId="null") == b"before"
    old = s3.head_object(Bucket=bucket, Key="a", VersionId="null")
    assert (old["Metadata"], old["VersionId"]) == ({"n": "0"}, "null")
    assert stack(s3, bucket, "a") == [
        (second, True, False),
        (first, False, False),
        ("null", False, False),
    ]


def test_a_delete_puts_a_marker_and_its_removal_brings_the_object_back(
    s3: Any, versioned: str
) -> None:
    version = put(s3, versioned, "a/b", b"one")
    deleted = s3.delete_object(Bucket=versioned, Key="a/b")
    marker = deleted["VersionId"]
    assert deleted["DeleteMarker"] is True
    code, status, headers = error_of(s3.get_object, Bucket=versioned, Key="a/b")
    assert (code, status, headers["x-amz-delete-marker"]) == ("NoSuchKey", 404, "true")
    assert headers["x-amz-version-id"] == marker
    assert s3.list_objects_v2(Bucket=versioned)["KeyCount"] == 0
    code, status, headers = error_of(s3.get_object, Bucket=versioned, Key="a/b", VersionId=marker)
    assert (code, status, headers["x-amz-delete-marker"]) == ("MethodNotAllowed", 405, "true")
    assert body(s3, versioned, "a/b", VersionId=version) == b"one"
    gone = s3.delete_object(Bucket=versioned, Key="a/b", VersionId=marker)
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker)
    assert body(s3, versioned, "a/b") == b"one"
    assert stack(s3, versioned, "a/b") == [(version, True, False)]


def test_deleting_the_latest_version_shows_the_one_below(s3: Any, versioned: str) -> None:
    first = s3.put_object(Bucket=versioned, Key="a", Body=b"1", ContentType="text/x")["VersionId"]
    second = put(s3, versioned, "a", b"22")
    assert s3.delete_object(Bucket=versioned, Key="a", VersionId=second)["VersionId"] == second
    found = s3.get_object(Bucket=versioned, Key="a")
    assert (found["ContentType"], found["VersionId"]) == ("text/x", first)
    s3.delete_object(Bucket=versioned, Key="a", VersionId=first)
    assert stack(s3, versioned, "a") == []
    s3.delete_bucket(Bucket=versioned)


def test_a_suspended_bucket_overwrites_its_null_version_only(s3: Any, versioned: str) -> None:
    kept = put(s3, versioned, "a", b"kept")
    enable(s3, versioned, "Suspended")
    assert put(s3, versioned, "a", b"n1") == "null"
    assert put(s3, versioned, "a", b"n2") == "null"
    assert stack(s3, versioned, "a") == [("null", True, False), (kept, False, False)]
    deleted = s3.delete_object(Bucket=versioned, Key="a")
    assert (deleted["DeleteMarker"], deleted["VersionId"]) == (True, "null")
    assert sorted(stack(s3, versioned, "a")) == sorted([("null", True, True), (kept, False, False)])
    enable(s3, versioned)
    new = put(s3, versioned, "a", b"new")
    assert [v for v, _, _ in stack(s3, versioned, "a") if v != "null"] == [new, kept]
    assert body(s3, versioned, "a", VersionId=kept) == b"kept"


def test_a_bucket_with_versions_is_not_empty(s3: Any, versioned: str, refused: Any) -> None:
    put(s3, versioned, "a", b"1")
    s3.delete_object(Bucket=versioned, Key="a")
    refused(s3.delete_bucket, "BucketNotEmpty", Bucket=versioned)


def test_versions_that_are_not_there(s3: Any, versioned: str, refused: Any) -> None:
    put(s3, versioned, "a", b"1")
    absent = "0" * 32
    for call in (s3.get_object, s3.get_object_tagging, s3.get_object_acl):
        refused(call, "NoSuchVersion", Bucket=versioned, Key="a", VersionId=absent)
    refused(s3.get_object, "InvalidArgument", Bucket=versioned, Key="a", VersionId="../../x")
    assert s3.delete_object(Bucket=versioned, Key="a", VersionId=absent)["VersionId"] == absent
    assert body(s3, versioned, "a") == b"1"


def test_an_unknown_version_of_an_unversioned_key_removes_nothing(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.delete_object(Bucket=bucket, Key="a", VersionId="0" * 32)
    assert body(s3, bucket, "a", VersionId="null") == b"1"
    s3.delete_object(Bucket=bucket, Key="a", VersionId="null")
    assert stack(s3, bucket, "a") == []


def test_delete_objects_tells_markers_and_versions(s3: Any, versioned: str) -> None:
    first = put(s3, versioned, "a", b"1")
    doomed = {"Objects": [{"Key": "a"}, {"Key": "a", "VersionId": first}, {"Key": "new"}]}
    marked, removed, new = s3.delete_objects(Bucket=versioned, Delete=doomed)["Deleted"]
    assert marked["DeleteMarker"] is True
    assert removed == {"Key": "a", "VersionId": first}
    assert new["DeleteMarkerVersionId"]
    again = {"Objects": [{"Key": "a", "VersionId": marked["DeleteMarkerVersionId"]}]}
    [gone] = s3.delete_objects(Bucket=versioned, Delete=again)["Deleted"]
    assert gone["DeleteMarker"] is True
    assert stack(s3, versioned, "a") == []


def test_tags_belong_to_a_version(s3: Any, versioned: str) -> None:
    first, second = put(s3, versioned, "a", b"1"), put(s3, versioned, "a", b"2")
    tags = [{"Key": "k", "Value": "old"}]
    s3.put_object_tagging(Bucket=versioned, Key="a", VersionId=first, Tagging={"TagSet": tags})
    found = s3.get_object_tagging(Bucket=versioned, Key="a", VersionId=first)
    assert (found["TagSet"], found["VersionId"]) == (tags, first)
    now = s3.get_object_tagging(Bucket=versioned, Key="a")
    assert (now["TagSet"], now["VersionId"]) == ([], second)
    assert body(s3, versioned, "a") == b"2"


def test_a_copy_of_an_older_version_restores_it(s3: Any, versioned: str, refused: Any) -> None:
    first, second = put(s3, versioned, "a", b"1"), put(s3, versioned, "a", b"2")
    source = {"Bucket": versioned, "Key": "a", "VersionId": first}
    answer = s3.copy_object(Bucket=versioned, Key="a", CopySource=source)
    assert answer["CopySourceVersionId"] == first
    assert answer["VersionId"] not in (first, second)
    assert body(s3, versioned, "a") == b"1"
    marker = s3.delete_object(Bucket=versioned, Key="a")["VersionId"]
    source["VersionId"] = marker
    refused(s3.copy_object, "InvalidRequest", Bucket=versioned, Key="b", CopySource=source)
    refused(s3.copy_object, "NoSuchKey", Bucket=versioned, Key="b", CopySource=f"{versioned}/a")


def test_a_multipart_upload_is_one_version(s3: Any, versioned: str) -> None:
    first = put(s3, versioned, "a", b"1")
    upload = s3.create_multipart_upload(Bucket=versioned, Key="a")["UploadId"]
    named = {"Bucket": versioned, "Key": "a", "UploadId": upload}
    part = s3.upload_part(**named, PartNumber=1, Body=b"whole")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = s3.complete_multipart_upload(**named, MultipartUpload=parts)
    assert [v for v, _, _ in stack(s3, versioned, "a")] == [done["VersionId"], first]


def test_conditional_writes_see_a_marker_as_nothing(s3: Any, versioned: str, refused: Any) -> None:
    put(s3, versioned, "a", b"1")
    refused(
        s3.put_object, "PreconditionFailed", Bucket=versioned, Key="a", Body=b"2", IfNoneMatch="*"
    )
    s3.delete_object(Bucket=versioned, Key="a")
    s3.put_object(Bucket=versioned, Key="a", Body=b"2", IfNoneMatch="*")
    assert body(s3, versioned, "a") == b"2"


def test_pages_of_versions_tell_each_once(s3: Any, versioned: str) -> None:
    expected = []
    for key in ("a", "b/1", "b/2", "c c", "d\n"):
        ids = [put(s3, versioned, key, str(n).encode()) for n in range(3)]
        expected += [(key, version) for version in reversed(ids)]
    for size in (1, 2, 4, 7, 100):
        pages = s3.get_paginator("list_object_versions").paginate(
            Bucket=versioned, PaginationConfig={"PageSize": size}
        )
        found = [(v["Key"], v["VersionId"]) for page in pages for v in page.get("Versions", [])]
        assert found == expected
    folded = s3.get_paginator("list_object_versions").paginate(
        Bucket=versioned, Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    names = [p["Prefix"] for page in folded for p in page.get("CommonPrefixes", [])]
    assert names == ["b/"]


def test_a_version_marker_needs_a_key(s3: Any, versioned: str, refused: Any) -> None:
    refused(s3.list_object_versions, "InvalidArgument", Bucket=versioned, VersionIdMarker="0" * 32)


def test_an_engines_file_is_the_null_version(s3: Any, versioned: str, folder: Path) -> None:
    first = put(s3, versioned, "a/b", b"first")
    second = put(s3, versioned, "a/b", b"second")
    assert (folder / "a/b").read_bytes() == b"second"
    (folder / "a/b").write_bytes(b"by an engine")
    assert stack(s3, versioned, "a/b") == [("null", True, False), (first, False, False)]
    third = put(s3, versioned, "a/b", b"third")
    assert [v for v, _, _ in stack(s3, versioned, "a/b")] == [third, "null", first]
    assert body(s3, versioned, "a/b", VersionId="null") == b"by an engine"
    assert second not in (first, third)


def test_mfa_delete_is_refused_by_name(s3: Any, bucket: str, refused: Any) -> None:
    error = refused(
        s3.put_bucket_versioning,
        "NotImplemented",
        Bucket=bucket,
        VersioningConfiguration={"Status": "Enabled", "MFADelete": "Enabled"},
    )
    assert "MFA delete" in error["Error"]["Message"]


@pytest.mark.restart
def test_versions_survive_a_restart(tmp_path: Path) -> None:
    from tests.conftest import start_server

    server = start_server(tmp_path / "data")
    try:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="kept")
        enable(s3, "kept")
        first, second = put(s3, "kept", "a", b"1"), put(s3, "kept", "a", b"2")
        server.process.kill()
        server.process.wait()
        server = start_server(tmp_path / "data")
        s3 = server.client("s3")
        assert s3.get_bucket_versioning(Bucket="kept")["Status"] == "Enabled"
        assert [v for v, _, _ in stack(s3, "kept", "a")] == [second, first]
        assert put(s3, "kept", "a", b"3") not in (first, second)
    finally:
        server.stop()

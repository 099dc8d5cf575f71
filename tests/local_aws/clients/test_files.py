"""Clients that treat a bucket as files: s3fs, AWS's command line, and what S3A asks for."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import s3fs


def run(aws: Any, *words: str, given: bytes = b"") -> bytes:
    """One call of AWS's command line; raises where it fails."""
    environment = os.environ | aws.env | {"AWS_PAGER": ""}
    done = subprocess.run(
        [sys.executable, "-m", "awscli", *words],
        env=environment,
        input=given,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_s3fs(aws: Any, bucket: str) -> None:
    files = s3fs.S3FileSystem(
        endpoint_url=aws.endpoint,
        key=aws.env["AWS_ACCESS_KEY_ID"],
        secret=aws.env["AWS_SECRET_ACCESS_KEY"],
        skip_instance_cache=True,
    )
    with files.open(f"{bucket}/a b/ü.txt", "wb") as file:
        for number in range(12):
            file.write(bytes([number]) * 1_000_000)
    files.copy(f"{bucket}/a b/ü.txt", f"{bucket}/copy")
    files.mv(f"{bucket}/copy", f"{bucket}/moved")
    assert files.find(bucket) == [f"{bucket}/a b/ü.txt", f"{bucket}/moved"]
    assert files.cat_file(f"{bucket}/moved", start=999_999, end=1_000_001) == b"\0\1"
    files.rm(bucket, recursive=True)
    assert not files.exists(bucket)


def test_sync_copies_what_changed_and_deletes_what_went(
    aws: Any, bucket: str, tmp_path: Path
) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    for name in ("a.txt", "deep/b c.txt", "deep/ü.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
        # S3 tells whole seconds: what was written within one looks newer than its copy.
        os.utime(source / name, (time.time() - 60,) * 2)
    run(aws, "s3", "sync", str(source), f"s3://{bucket}/x")
    (source / "a.txt").unlink()
    (source / "deep/b c.txt").write_text("longer than it was")
    told = run(
        aws, "s3", "sync", "--no-progress", "--delete", str(source), f"s3://{bucket}/x"
    ).decode()
    assert sorted(line.split(":")[0] for line in told.splitlines()) == ["delete", "upload"]
    run(aws, "s3", "sync", f"s3://{bucket}/x", str(back))
    found = {str(p.relative_to(back)): p.read_text() for p in back.rglob("*") if p.is_file()}
    assert found == {"deep/b c.txt": "longer than it was", "deep/ü.txt": "deep/ü.txt"}


def test_large_files_streams_and_links(aws: Any, bucket: str, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(os.urandom(20 << 20))
    run(aws, "s3", "cp", str(big), f"s3://{bucket}/big")
    run(aws, "s3", "mv", f"s3://{bucket}/big", f"s3://{bucket}/moved")
    assert run(aws, "s3", "cp", f"s3://{bucket}/moved", "-") == big.read_bytes()
    run(aws, "s3", "cp", "-", f"s3://{bucket}/streamed", given=b"from a pipe")
    address = run(aws, "s3", "presign", f"s3://{bucket}/streamed").decode().strip()
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"from a pipe"
    run(aws, "s3", "rm", "--recursive", f"s3://{bucket}")
    assert run(aws, "s3", "ls", f"s3://{bucket}") == b""


def test_s3api(aws: Any, bucket: str, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_text("one")
    named = ("--bucket", bucket, "--key", "k")
    run(aws, "s3api", "put-bucket-versioning", "--bucket", bucket,
        "--versioning-configuration", "Status=Enabled")  # fmt: skip
    put = json.loads(run(aws, "s3api", "put-object", *named, "--body", str(body),
                         "--metadata", "a=b", "--checksum-algorithm", "SHA256"))  # fmt: skip
    run(aws, "s3api", "put-object-tagging", *named, "--tagging", "TagSet=[{Key=t,Value=v}]")
    run(aws, "s3api", "wait", "object-exists", *named)
    head = json.loads(run(aws, "s3api", "head-object", *named, "--checksum-mode", "ENABLED"))
    assert (head["Metadata"], head["VersionId"]) == ({"a": "b"}, put["VersionId"])
    assert head["ChecksumSHA256"] == put["ChecksumSHA256"]
    run(aws, "s3api", "delete-object", *named)
    listed = json.loads(run(aws, "s3api", "list-object-versions", "--bucket", bucket))
    assert (len(listed["Versions"]), len(listed["DeleteMarkers"])) == (1, 1)


def test_what_hadoops_s3a_asks_for(aws: Any, bucket: str) -> None:
    """The calls of S3AFileSystem.create, rename and delete; its jars are on no index of ours."""
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="t/_temporary/0/", Body=b"")
    s3.put_object(Bucket=bucket, Key="t/_temporary/0/part-0", Body=b"rows")
    probe = s3.list_objects_v2(Bucket=bucket, Prefix="t/_temporary/0/", Delimiter="/", MaxKeys=2)
    assert [found["Key"] for found in probe["Contents"]] == [
        "t/_temporary/0/",
        "t/_temporary/0/part-0",
    ]
    source = f"{bucket}/t/_temporary/0/part-0"
    s3.copy_object(Bucket=bucket, Key="t/part-0", CopySource=source, MetadataDirective="COPY")
    gone = [{"Key": "t/_temporary/0/part-0"}, {"Key": "t/_temporary/0/"}, {"Key": "t/"}]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="t/", Delimiter="/")
    assert [found["Key"] for found in listed["Contents"]] == ["t/part-0"]
    assert "CommonPrefixes" not in listed

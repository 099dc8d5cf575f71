"""The server's memory stays flat whatever the size of an object. Bounds on memory, none on time."""

import sys
from pathlib import Path
from typing import Any

import pytest

MB = 1 << 20
SIZE = 256 * MB
ALLOWED = 32

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Zeros:
    """A file of so many bytes that is nowhere."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.at = 0

    def __len__(self) -> int:
        return self.size

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def read(self, length: int = -1) -> bytes:
        length = self.size - self.at if length < 0 else min(length, self.size - self.at)
        self.at += length
        return bytes(length)


@pytest.fixture
def growth(aws: Any, s3: Any, bucket: str) -> Any:
    """How many megabytes the server's peak rose above what it held when the test began."""
    s3.put_object(Bucket=bucket, Key="warm", Body=b"x" * (8 * MB))
    s3.get_object(Bucket=bucket, Key="warm")["Body"].read()
    process = Path(f"/proc/{aws.process.pid}")
    (process / "clear_refs").write_text("5")  # VmHWM starts anew

    def kept(name: str) -> float:
        lines = (process / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024

    before = kept("VmRSS:")
    return lambda: kept("VmHWM:") - before


def test_a_large_put_and_get_take_no_memory(s3: Any, bucket: str, growth: Any) -> None:
    s3.put_object(Bucket=bucket, Key="large", Body=Zeros(SIZE), ContentLength=SIZE)
    taken = 0
    for block in s3.get_object(Bucket=bucket, Key="large")["Body"].iter_chunks(MB):
        taken += len(block)
    assert taken == SIZE
    assert growth() < ALLOWED


def test_a_large_multipart_upload_takes_no_memory(s3: Any, bucket: str, growth: Any) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="large")["UploadId"]
    parts = []
    for number in range(1, 5):
        answer = s3.upload_part(
            Bucket=bucket,
            Key="large",
            UploadId=upload,
            PartNumber=number,
            Body=Zeros(SIZE // 4),
        )
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    s3.complete_multipart_upload(
        Bucket=bucket, Key="large", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == SIZE
    assert growth() < ALLOWED

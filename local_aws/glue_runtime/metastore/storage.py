"""The files behind a table: what a metastore does to them, and where they are.

Hive's metastore, and AWS's client in its place, make a new table's folder, delete a managed table's
files when it is dropped, and count the files of a table without partitions when it is altered.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .protocol import hive

# A Glue job's own disk, as the catalog remembers it. It ends with the run, there as here, but the
# catalog must not hold the name of a folder on this machine: each run has its own behind the name.
JOB_DISK = "file:/home/spark/warehouse"
SCHEMES = ("s3", "s3a", "s3n")
LONGEST_BATCH = 1000


class Storage:
    """S3, and the folder of this run."""

    def __init__(self, s3: Any, buckets: Path, warehouse: Path) -> None:
        self._s3 = s3
        self._buckets = buckets
        self._warehouse = warehouse

    def remembered(self, location: str) -> str:
        """A location as the catalog is to hold it."""
        for spelled in (f"file://{self._warehouse}", f"file:{self._warehouse}"):
            if location.startswith(spelled):
                return JOB_DISK + location.removeprefix(spelled)
        return location

    def present(self, location: str) -> str:
        """A location of the catalog as Spark finds it in this run."""
        if location.startswith(JOB_DISK):
            return f"file:{self._warehouse}{location.removeprefix(JOB_DISK)}"
        return location

    def make_folder(self, location: str) -> None:
        """Spark takes it that a table's folder is there. As LocalS3.java makes one: no object."""
        if location.startswith("file:"):
            folder = Path(location.removeprefix("file:"))
        else:
            bucket, key = _folder(location)
            folder = self._buckets / bucket / key
            if ".." in folder.parts:
                raise hive.MetaException(message=f"'..' in {location}")
            if not (self._buckets / bucket).is_dir():
                message = (
                    f"The specified bucket does not exist (Error Code: NoSuchBucket; {bucket})"
                )
                raise hive.MetaException(message=message)
        folder.mkdir(parents=True, exist_ok=True)

    def check(self, location: str) -> None:
        """Raises MetaException for files that `delete` cannot delete."""
        if not (location.startswith(JOB_DISK) or urlsplit(location).scheme in SCHEMES):
            raise hive.MetaException(message=f"Cannot delete {location}: it is not in S3")

    def delete(self, location: str) -> None:
        """Everything under it."""
        if location.startswith(JOB_DISK):
            folder = Path(self.present(location).removeprefix("file:"))
            shutil.rmtree(folder, ignore_errors=True)
            return
        bucket, prefix = _folder(location)
        if not prefix:  # Hadoop's file systems do not delete their root
            return
        keys = [{"Key": item["Key"]} for item in self._objects(bucket, prefix)]
        for start in range(0, len(keys), LONGEST_BATCH):
            batch = {"Objects": keys[start : start + LONGEST_BATCH], "Quiet": True}
            self._s3.delete_objects(Bucket=bucket, Delete=batch)

    def move(self, source: str, target: str) -> None:
        """Every object under the one to the other."""
        self.check(source)
        self.make_folder(self.present(target))
        if source.startswith(JOB_DISK):
            Path(self.present(source).removeprefix("file:")).rename(
                self.present(target).removeprefix("file:")
            )
            return
        (bucket, prefix), (to_bucket, to_prefix) = _folder(source), _folder(target)
        for item in self._objects(bucket, prefix):
            self._s3.copy_object(
                Bucket=to_bucket,
                Key=to_prefix + item["Key"].removeprefix(prefix),
                CopySource={"Bucket": bucket, "Key": item["Key"]},
            )
        self.delete(source)

    def size(self, location: str) -> tuple[int, int] | None:
        """(files, bytes), without those that Hive takes for hidden; None outside of S3."""
        if urlsplit(location).scheme not in SCHEMES:
            return None
        bucket, prefix = _folder(location)
        sizes = [
            item["Size"]
            for item in self._objects(bucket, prefix)
            if not _hidden(item["Key"].removeprefix(prefix))
        ]
        return len(sizes), sum(sizes)

    def _objects(self, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Contents", [])


def _folder(location: str) -> tuple[str, str]:
    parts = urlsplit(location, allow_fragments=False)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    key = path.strip("/")
    return parts.netloc, f"{key}/" if key else ""


def _hidden(key: str) -> bool:
    return not key or key.endswith("/") or any(part[:1] in "._" for part in key.split("/"))

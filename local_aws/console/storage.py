"""Buckets, folders, objects, downloads. No ETag is computed: that would read whole files."""

import os
from typing import Any
from urllib.parse import quote

from local_aws.console.answers import SANDBOX, Answer, FileBody, NotThere, page
from local_aws.console.lake import Ask, Lake
from local_aws.services.s3.store import listing
from local_aws.services.s3.store.objects import ObjectInfo

PAGE = 200


def buckets(lake: Lake, ask: Ask) -> Answer:
    """All buckets, and what they hold."""
    wanted = ask.get("q").lower()
    found = [one for one in lake.s3.buckets() if wanted in one.name]
    rows = [(one, lake.usage(one.name)) for one in found]
    return page("buckets.html", buckets=rows, q=ask.get("q"), total=len(lake.s3.buckets()))


def bucket(lake: Lake, ask: Ask) -> Answer:
    """One folder of a bucket: `prefix`, and within it the names that begin with `q`."""
    name, folder, begin = ask.get("name"), ask.get("prefix"), ask.get("q")
    prefix = folder + begin
    names = lake.s3.names(name, prefix, ask.get("after"), fold=True)
    found = listing.page(names, prefix, "/", PAGE)
    objects = list(lake.s3.infos(name, found.keys)) if found.keys else []
    return page(
        "bucket.html",
        bucket=lake.s3.bucket(name),
        folder=folder,
        q=begin,
        trail=trail(folder),
        folders=[(prefix, prefix.removeprefix(folder)) for prefix in found.prefixes],
        objects=[(info, info.key.removeprefix(folder)) for info in objects],
        after=ask.get("after"),
        following=found.following if found.truncated else None,
        usage=lake.usage(name) if not prefix else None,
    )


def one_object(lake: Lake, ask: Ask) -> Answer:
    """What is known of an object, and how its bytes begin."""
    from local_aws.console.preview import preview  # DuckDB comes with it

    bucket, key = ask.get("bucket"), ask.get("key")
    info = lake.s3.stat(bucket, key) if key else None
    if info is None:
        raise NotThere(f"The bucket {bucket} has no object '{key}'. It may have been deleted.")
    folder = key.rpartition("/")[0] + "/" if "/" in key else ""
    return page(
        "object.html",
        bucket=bucket,
        info=info,
        facts=_facts(bucket, info),
        trail=trail(folder),
        name=key.removeprefix(folder) or key,
        preview=preview(lake.s3, bucket, key),
    )


def _facts(bucket: str, info: ObjectInfo) -> list[tuple[str, str]]:
    known = info.attributes
    parts = f"{len(known.parts)} parts" if known.parts else ""
    found = [
        ("Address", f"s3://{bucket}/{info.key}"),
        ("File", str(info.path)),
        ("Type", known.content_type),
        ("ETag", info.known_etag or "none yet: an engine wrote this file, S3 has not read it"),
        ("Multipart", parts),
        *((name, value) for name, value in known.headers.items()),
        *((f"{name.upper()} checksum", value) for name, value in known.checksums.items()),
    ]
    return [(name, value) for name, value in found if value]


def trail(folder: str) -> list[tuple[str, str]]:
    """The folders on the way to this one: prefix and name.

    >>> trail("a/b/")
    [('a/', 'a'), ('a/b/', 'b')]
    """
    names = folder.split("/")[:-1]
    return [("/".join(names[: i + 1]) + "/", name) for i, name in enumerate(names)]


def download(lake: Lake, ask: Ask) -> Answer:
    """The object's bytes as a file to keep: never a document of this origin."""
    bucket, key = ask.get("bucket"), ask.get("key")
    descriptor, info = lake.s3.open_object(bucket, key)
    name = os.path.basename(key.rstrip("/")) or "object"  # noqa: PTH119 - a key is no path
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    headers: dict[str, Any] = {
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "content-security-policy": SANDBOX,
    }
    return Answer(200, headers, file=FileBody(descriptor, info.size))

"""Every legal key goes through HTTP, the disk and XML and comes back as it was."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SEGMENTS = st.sampled_from(["a", "b", "..", ".", "", " ", "+", "%2F", "%", "é", "e\u0301", "?"])
KEYS = st.one_of(NAMES, st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)).filter(bool)
LONGEST = "ü" * 512
HARD = [
    ["a", "a/b", "a/", "a//", "a/b/c", "/a", "//", "a/../b", "..", "../../x", "./", "."],
    [LONGEST, LONGEST[:-1], "x" * 1024, "x" * 255, "x/" * 512],
    ["\0", "\n", "\r\n", "\x7f", "\ufffe", "\U0010ffff", "a\u0000b", "\ufeff", " ", "  ", "a "],
    [".~k/aa", ".~v/x", ".~u/y", "con", "NUL", "a\\b", "C:\\x", "~", "$HOME", "*", "`id`"],
]


@pytest.mark.parametrize("keys", HARD)
def test_hard_keys(s3: Any, bucket: str, keys: list[str]) -> None:
    check(s3, bucket, keys)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keys=st.lists(KEYS, min_size=1, max_size=8, unique=True))
@example(keys=["é", "e\u0301"])
def test_any_keys(s3: Any, bucket: str, keys: list[str]) -> None:
    check(s3, bucket, keys)


def check(s3: Any, bucket: str, keys: list[str]) -> None:
    """Put, list, read, copy and remove them; what is listed is in the order of UTF-8."""
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"n": str(len(key))})
    expected = sorted(keys, key=str.encode)
    for name in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(name).paginate(Bucket=bucket, PaginationConfig={"PageSize": 3})
        found = [item["Key"] for page in pages for item in page.get("Contents", [])]
        assert found == expected, name
    for key in keys:
        read = s3.get_object(Bucket=bucket, Key=key)
        assert (read["Body"].read(), read["Metadata"]) == (key.encode(), {"n": str(len(key))})
        source = {"Bucket": bucket, "Key": key}
        s3.copy_object(Bucket=bucket, Key=key, CopySource=source, MetadataDirective="REPLACE")
    doomed = {"Objects": [{"Key": key} for key in keys if key.isprintable()]}
    if doomed["Objects"]:
        assert "Errors" not in s3.delete_objects(Bucket=bucket, Delete=doomed)
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0

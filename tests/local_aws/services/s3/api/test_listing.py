"""ListObjects in both versions, through boto3."""

from typing import Any

import pytest

KEYS = [f"year=2013/month={month}/part-{part}" for month in (1, 10, 2) for part in (0, 1)]


@pytest.fixture
def filled(s3: Any, bucket: str) -> str:
    for key in [*KEYS, "readme.txt"]:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


def names(answers: Any) -> list[str]:
    return [found["Key"] for answer in answers for found in answer.get("Contents", [])]


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pages(s3: Any, filled: str, operation: str, size: int) -> None:
    pages = list(
        s3.get_paginator(operation).paginate(Bucket=filled, PaginationConfig={"PageSize": size})
    )
    assert names(pages) == ["readme.txt", *KEYS]
    assert all(len(page["Contents"]) <= size for page in pages)


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 1000])
def test_common_prefixes(s3: Any, filled: str, operation: str, size: int) -> None:
    pages = list(
        s3.get_paginator(operation).paginate(
            Bucket=filled,
            Prefix="year=2013/",
            Delimiter="/",
            PaginationConfig={"PageSize": size},
        )
    )
    prefixes = [found["Prefix"] for page in pages for found in page.get("CommonPrefixes", [])]
    assert prefixes == [f"year=2013/month={month}/" for month in ("1", "10", "2")]
    assert names(pages) == []


def test_start_after_and_marker(s3: Any, filled: str) -> None:
    s3.delete_object(Bucket=filled, Key="readme.txt")
    after = s3.list_objects_v2(Bucket=filled, StartAfter="year=2013/month=10/part-1")
    assert names([after]) == sorted(KEYS)[4:]
    marker = s3.list_objects(Bucket=filled, Marker="year=2013/month=10/part-1")
    assert names([marker]) == sorted(KEYS)[4:]


def test_members(s3: Any, filled: str) -> None:
    answer = s3.list_objects_v2(Bucket=filled, Prefix="readme", FetchOwner=True, MaxKeys=5)
    assert (answer["KeyCount"], answer["MaxKeys"], answer["Prefix"]) == (1, 5, "readme")
    [found] = answer["Contents"]
    assert (found["Size"], found["StorageClass"]) == (10, "STANDARD")
    assert found["Owner"]["ID"]


def test_no_keys_are_asked_for(s3: Any, filled: str) -> None:
    answer = s3.list_objects_v2(Bucket=filled, MaxKeys=0)
    assert (answer["KeyCount"], answer["IsTruncated"]) == (0, False)


def test_refusals(s3: Any, filled: str, refused: Any) -> None:
    refused(s3.list_objects_v2, "InvalidArgument", Bucket=filled, ContinuationToken="é")
    refused(s3.list_objects_v2, "InvalidArgument", Bucket=filled, MaxKeys=-1)
    refused(s3.list_objects_v2, "NoSuchBucket", Bucket="absent-bucket")


@pytest.mark.parametrize("key", ["\U0010ffff//x", "p/\U0010ffff\U0010ffff//x"])
def test_a_key_of_the_last_characters_is_listed(
    s3: Any, bucket: str, key: str, refused: Any
) -> None:
    """Not a path, so it comes from the database, between a first and a last key."""
    s3.put_object(Bucket=bucket, Key=key)
    for prefix in ("", key[:2]):
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        assert [one["Key"] for one in listed["Contents"]] == [key]
        versions = s3.list_object_versions(Bucket=bucket, Prefix=prefix)
        assert [one["Key"] for one in versions["Versions"]] == [key]
    refused(s3.delete_bucket, "BucketNotEmpty", Bucket=bucket)


def test_an_empty_token_is_none_of_ours(s3: Any, filled: str, refused: Any) -> None:
    refused(s3.list_objects_v2, "InvalidArgument", Bucket=filled, ContinuationToken="")

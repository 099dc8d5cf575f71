"""If-Match and its kin, as RFC 9110 section 13.2.2 orders them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from local_aws.services.s3.errors import (
    NoSuchKey,
    NotModified,
    NotSupported,
    PreconditionFailed,
)
from local_aws.services.s3.model import Check
from local_aws.services.s3.store.objects import ObjectInfo


def check_read(headers: Mapping[str, str], info: ObjectInfo) -> None:
    """For GetObject and HeadObject: raises PreconditionFailed or NotModified."""
    _check_match(headers, info, "")
    unless = headers.get("if-none-match")
    if unless is not None:
        if _matches(unless, info.etag):
            raise NotModified(info.etag)
        return
    since = _date(headers.get("if-modified-since"))
    if since and info.last_modified <= since:
        raise NotModified(info.etag)


def check_copy(headers: Mapping[str, str], info: ObjectInfo) -> None:
    """For the source of a copy, where an unmodified source is a failure as well."""
    prefix = "x-amz-copy-source-"
    _check_match(headers, info, prefix)
    unless = headers.get(f"{prefix}if-none-match")
    if unless is not None:
        if _matches(unless, info.etag):
            raise PreconditionFailed(f"{prefix}If-None-Match")
        return
    since = _date(headers.get(f"{prefix}if-modified-since"))
    if since and info.last_modified <= since:
        raise PreconditionFailed(f"{prefix}If-Modified-Since")


def write_check(headers: Mapping[str, str], key: str) -> Check | None:
    """A conditional write, decided in the lock in which the object is replaced.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    match, unless = headers.get("if-match"), headers.get("if-none-match")
    if unless not in (None, "*"):
        raise NotSupported("If-None-Match with another value than * in a write")
    if match is None and unless is None:
        return None

    def check(current: ObjectInfo | None) -> None:
        if unless and current:
            raise PreconditionFailed("If-None-Match")
        if match is not None and current is None:
            raise NoSuchKey(key)
        if match is not None and current and not _matches(match, current.etag):
            raise PreconditionFailed("If-Match")

    return check


def _check_match(headers: Mapping[str, str], info: ObjectInfo, prefix: str) -> None:
    match = headers.get(f"{prefix}if-match")
    if match is not None:
        if not _matches(match, info.etag):
            raise PreconditionFailed(f"{prefix}If-Match")
        return
    until = _date(headers.get(f"{prefix}if-unmodified-since"))
    if until and info.last_modified > until:
        raise PreconditionFailed(f"{prefix}If-Unmodified-Since")


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    return "*" in tags or etag in tags


def _date(value: str | None) -> datetime | None:
    """A date that cannot be read is ignored, as RFC 9110 says."""
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

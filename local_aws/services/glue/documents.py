"""Glue's structures as JSON text: what SQLite holds. Timestamps and blobs survive it."""

import base64
import contextlib
import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from local_aws.wire.shapes import format_timestamp

Document = dict[str, Any]

_TIME = "$time"
_BYTES = "$bytes"
_STORED_TIME = re.compile(r'(Time":)\{"\$time":"([^"]+)"\}')


def now() -> datetime:
    """The present as Glue reports it: whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def dump(document: Any) -> str:
    """The document as compact JSON."""
    return json.dumps(document, default=_encode, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Any:
    """What `dump` wrote."""
    return json.loads(text, object_hook=_decode)


def ready(text: str) -> msgspec.Raw:
    """What `dump` wrote, as Glue's protocol sends it, without reading it: times are seconds there.

    For a structure whose only odd members are the times that AWS calls ``...Time``.
    """
    sent = _STORED_TIME.sub(lambda found: f"{found[1]}{_seconds(found[2])}", text)
    return msgspec.Raw(sent.encode())


def of_ready(sent: Any) -> Any:
    """What `ready` made as a structure again; its times stay seconds. Others stay as they are."""
    return msgspec.json.decode(sent) if isinstance(sent, msgspec.Raw) else sent


@lru_cache(maxsize=1024)
def _seconds(moment: str) -> str:
    return json.dumps(format_timestamp(datetime.fromisoformat(moment), "unixTimestamp"))


def _encode(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} has no place in a catalog document: {value!r}")


def _decode(mapping: Document) -> Any:
    if len(mapping) != 1:
        return mapping
    with contextlib.suppress(ValueError, TypeError):  # a parameter that somebody named so
        if _TIME in mapping:
            return datetime.fromisoformat(mapping[_TIME])
        if _BYTES in mapping:
            return base64.b64decode(mapping[_BYTES], validate=True)
    return mapping

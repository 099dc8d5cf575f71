"""Glue's structures as JSON text: what SQLite holds. Timestamps and blobs survive it."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

Document = dict[str, Any]

_TIME = "$time"
_BYTES = "$bytes"


def now() -> datetime:
    """The present as Glue reports it: whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def dump(document: Any) -> str:
    """The document as compact JSON."""
    return json.dumps(document, default=_encode, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Any:
    """What `dump` wrote."""
    return json.loads(text, object_hook=_decode)


def _encode(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} has no place in a catalog document: {value!r}")


def _decode(mapping: Document) -> Any:
    if len(mapping) != 1:
        return mapping
    if _TIME in mapping:
        return datetime.fromisoformat(mapping[_TIME])
    return base64.b64decode(mapping[_BYTES]) if _BYTES in mapping else mapping

"""URLs as java.net.URI takes them apart, and form encoding."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus, unquote, unquote_plus

from local_aws.services.athena.duck.failures import fail

# RFC 2396 as java.net.URI reads it: letters beyond ASCII may stand, spaces and "<>\^`{|} may not.
_ALLOWED = re.compile(r"""(?:[^\x00-\x20"<>\\^`{|}%\x7f-\xa0]|%[0-9A-Fa-f]{2})*""")
_URL = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_SERVER = re.compile(
    r"(?:[^@]*@)?(\[[0-9A-Fa-f:.%]+\]|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?)(?::(\d*))?"
)


def _parts(text: str) -> tuple[str | None, str | None, str, str | None, str | None] | None:
    """Scheme, authority, path, query, fragment; None where it is no URL."""
    if not _ALLOWED.fullmatch(text):
        return None
    found = _URL.fullmatch(text)
    if found is None:
        return None
    scheme, authority, path, query, fragment = found.groups()
    if scheme is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return None
    if scheme is not None and authority is None and not path:
        return None
    if re.search(r"[\[\]]", path):
        return None
    if scheme is not None and authority is None and not path.startswith("/"):
        # Opaque, as mailto:somebody is: it has no path and no query.
        return scheme, None, "", None, fragment
    return scheme, authority, path, query, fragment


def part(text: str, name: str) -> str | None:
    found = _parts(text)
    if found is None:
        return None
    scheme, authority, path, query, fragment = found
    server = _SERVER.fullmatch(authority or "")
    if name == "port":
        return (server[2] or None) if server else None
    return {
        "protocol": scheme or "",
        "host": (server[1] if server else None) or "",
        "path": unquote(path),
        "query": unquote(query or ""),
        "fragment": unquote(fragment or ""),
    }[name]


def parameter(text: str, name: str) -> str | None:
    found = _parts(text)
    if found is None or not found[3]:
        return None
    for pair in found[3].split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return decode(value)
    return None


def encode(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


def decode(text: str) -> str:
    broken = re.search(r"%(?![0-9A-Fa-f]{2})(.{0,2})", text, re.DOTALL)
    if broken is not None:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            "URLDecoder: Incomplete trailing escape (%) pattern"
            if len(broken[1]) < 2
            else "URLDecoder: Illegal hex characters in escape (%) pattern",
        )
    return unquote_plus(text)


_V = "VARCHAR"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_url_encode": (encode, [_V], _V),
    "py_url_decode": (decode, [_V], _V),
    "py_url_part": (part, [_V, _V], _V),
    "py_url_parameter": (parameter, [_V, _V], _V),
}

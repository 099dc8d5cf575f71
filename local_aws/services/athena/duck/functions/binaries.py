"""Bytes: encodings and hashes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
import struct
import zlib
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.functions import hashes


def from_utf8(data: bytes, replacement: str) -> str:
    if len(replacement) > 1:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            "Replacement character string must empty or a single character",
        )
    return data.decode("utf-8", errors="replace").replace("\ufffd", replacement)


def reverse_bytes(data: bytes) -> bytes:
    return data[::-1]


def substr(data: bytes, start: int, length: int) -> bytes:
    begin = start - 1 if start > 0 else len(data) + start
    if start == 0 or begin < 0 or length <= 0:
        return b""
    return data[begin : begin + length]


def _padding(size: int, pad: bytes) -> None:
    if not 0 <= size <= 2**31 - 1:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", "Target length must be in the range [0..2147483647]"
        )
    if not pad:
        raise fail("INVALID_FUNCTION_ARGUMENT", "Padding bytes must not be empty")


def left_pad(data: bytes, size: int, pad: bytes) -> bytes:
    _padding(size, pad)
    missing = max(size - len(data), 0)
    return ((pad * (missing // len(pad) + 1))[:missing] + data)[:size]


def right_pad(data: bytes, size: int, pad: bytes) -> bytes:
    _padding(size, pad)
    missing = max(size - len(data), 0)
    return (data + (pad * (missing // len(pad) + 1))[:missing])[:size]


def digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


def hmac_digest(name: str, data: bytes, key: bytes) -> bytes:
    return hmac.new(key, data, name).digest()


def crc32(data: bytes) -> int:
    return zlib.crc32(data)


# --- numbers as bytes


def big_endian(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big", signed=True)


def from_big_endian(data: bytes, size: int) -> int:
    _check_size(data, size, "big-endian")
    return int.from_bytes(data, "big", signed=True)


def _check_size(data: bytes, size: int, what: str) -> None:
    if len(data) != size:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            f"expected {size}-byte input, but got instead: {len(data)}"
            if what == "big-endian"
            else f"Input floating-point value must be exactly {size} bytes long",
        )


def ieee754(value: float, size: int) -> bytes:
    if math.isnan(value):
        return bytes.fromhex("7fc00000" if size == 4 else "7ff8000000000000")
    return struct.pack(">f" if size == 4 else ">d", value)


def from_ieee754(data: bytes, size: int) -> float:
    _check_size(data, size, "floating-point")
    return float(struct.unpack(">f" if size == 4 else ">d", data)[0])


# --- bytes as text


def from_hex(text: str) -> bytes:
    if len(text) % 2:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"invalid input length {len(text)}")
    try:
        return binascii.unhexlify(text)
    except ValueError:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"invalid hex character: {text}") from None


def from_base64(text: str) -> bytes:
    return _decoded(text, b"+/", len(text) % 4 == 0 or "=" not in text)


def from_base64url(text: str) -> bytes:
    return _decoded(text, b"-_", len(text) % 4 == 0 or "=" not in text)


def _decoded(text: str, others: bytes, padded: bool) -> bytes:
    try:
        if not padded:
            raise ValueError("Input byte array has wrong 4-byte ending unit")
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=others, validate=True)
    except ValueError as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Illegal base64 text: {error}") from None


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def to_base32(data: bytes) -> str:
    return base64.b32encode(data).decode()


def from_base32(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Illegal base32 text: {error}") from None


_V, _I, _B, _D = "VARCHAR", "BIGINT", "BLOB", "DOUBLE"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_from_utf8": (from_utf8, [_B, _V], _V),
    "py_reverse_bytes": (reverse_bytes, [_B], _B),
    "py_bytes": (substr, [_B, _I, _I], _B),
    "py_left_pad": (left_pad, [_B, _I, _B], _B),
    "py_right_pad": (right_pad, [_B, _I, _B], _B),
    "py_crc32": (crc32, [_B], _I),
    "py_digest": (digest, [_V, _B], _B),
    "py_hmac": (hmac_digest, [_V, _B, _B], _B),
    "py_xxhash64": (hashes.xxhash64, [_B], _B),
    "py_murmur3": (hashes.murmur3, [_B], _B),
    "py_big_endian": (big_endian, [_I, _I], _B),
    "py_from_big_endian": (from_big_endian, [_B, _I], _I),
    "py_ieee754": (ieee754, [_D, _I], _B),
    "py_from_ieee754": (from_ieee754, [_B, _I], _D),
    "py_from_hex": (from_hex, [_V], _B),
    "py_from_base64": (from_base64, [_V], _B),
    "py_from_base64url": (from_base64url, [_V], _B),
    "py_to_base64url": (to_base64url, [_B], _V),
    "py_to_base32": (to_base32, [_B], _V),
    "py_from_base32": (from_base32, [_V], _B),
}

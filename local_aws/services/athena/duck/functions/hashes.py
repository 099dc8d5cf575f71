"""xxHash64 and the 128 bits of MurmurHash3, both with seed 0, over bytes.

https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
https://en.wikipedia.org/wiki/MurmurHash
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _word(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _round(state: int, lane: int) -> int:
    return _rotated((state + lane * _P2) & _MASK, 31) * _P1 & _MASK


def xxhash64(data: bytes) -> bytes:
    at = len(data) // 32 * 32
    state = (_lanes(data, at) if at else _P5) + len(data) & _MASK
    while at + 8 <= len(data):
        state = _rotated(state ^ _round(0, _word(data, at)), 27) * _P1 + _P4 & _MASK
        at += 8
    if at + 4 <= len(data):
        state = _rotated(state ^ (_word(data, at, 4) * _P1 & _MASK), 23) * _P2 + _P3 & _MASK
        at += 4
    for byte in data[at:]:
        state = _rotated(state ^ (byte * _P5 & _MASK), 11) * _P1 & _MASK
    state = (state ^ (state >> 33)) * _P2 & _MASK
    state = (state ^ (state >> 29)) * _P3 & _MASK
    return (state ^ (state >> 32)).to_bytes(8, "big")


def _lanes(data: bytes, end: int) -> int:
    lanes = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
    for at in range(0, end, 32):
        lanes = [_round(lane, _word(data, at + 8 * i)) for i, lane in enumerate(lanes)]
    state = sum(_rotated(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True))
    for lane in lanes:
        state = ((state ^ _round(0, lane)) * _P1 + _P4) & _MASK
    return state


def murmur3(data: bytes) -> bytes:
    h1 = h2 = 0
    end = len(data) // 16 * 16
    for at in range(0, end, 16):
        h1 = _rotated(h1 ^ _mixed(_word(data, at), _C1, 31, _C2), 27)
        h1 = ((h1 + h2) * 5 + 0x52DCE729) & _MASK
        h2 = _rotated(h2 ^ _mixed(_word(data, at + 8), _C2, 33, _C1), 31)
        h2 = ((h2 + h1) * 5 + 0x38495AB5) & _MASK
    h1 ^= _mixed(_word(data, end), _C1, 31, _C2)
    h2 ^= _mixed(_word(data, end + 8), _C2, 33, _C1)
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    h1, h2 = _finished(h1), _finished(h2)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    return h1.to_bytes(8, "little") + h2.to_bytes(8, "little")


def _mixed(word: int, first: int, turn: int, second: int) -> int:
    return _rotated(word * first & _MASK, turn) * second & _MASK


def _finished(value: int) -> int:
    value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ (value >> 33)

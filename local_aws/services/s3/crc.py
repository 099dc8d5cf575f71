"""CRC-32, CRC-32C and CRC-64/NVME: of bytes, and of two pieces known by their checksums only.

Neither the standard library nor a locked dependency computes the last two. A CRC is linear, so a
block is cut into lanes which numpy advances together, and the lanes are then folded in pairs.
"""

from functools import cache
from typing import Any

import numpy as np

LANE = 64
MAX_BLOCK = 1 << 20
Table = Any  # numpy's array of (bytes of the register, 256)


class Polynomial:
    """A reflected CRC with all ones in and out."""

    def __init__(self, width: int, reflected: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self.dtype = np.dtype(f"u{width // 8}")
        self.bytes = [_of_byte(value, reflected) for value in range(256)]
        self.table = np.array(self.bytes, dtype=self.dtype)
        self._shifts: list[Table] = [self._shift_by_one()]

    def _shift_by_one(self) -> Table:
        values = np.arange(256, dtype=self.dtype)
        rows = [values << self.dtype.type(8 * row) for row in range(self.width // 8)]
        return np.stack([self.table[row & 255] ^ (row >> self.dtype.type(8)) for row in rows])

    def shift(self, power: int) -> Table:
        """What 2**power zero bytes do to a register."""
        while len(self._shifts) <= power:
            last = self._shifts[-1]
            self._shifts.append(self._apply(last, last))
        return self._shifts[power]

    def _apply(self, shift: Table, registers: Any) -> Any:
        result = shift[0][registers & 255]
        for row in range(1, self.width // 8):
            result = result ^ shift[row][(registers >> self.dtype.type(8 * row)) & 255]
        return result

    def append_zeros(self, register: int, length: int) -> int:
        """The register after `length` zero bytes."""
        value = np.array([register], dtype=self.dtype)
        for power in range(length.bit_length()):
            if length >> power & 1:
                value = self._apply(self.shift(power), value)
        return int(value[0])

    def combine(self, first: int, second: int, second_length: int) -> int:
        """The checksum of two pieces after each other, from their checksums."""
        return self.append_zeros(first, second_length) ^ second

    def advance(self, register: int, data: memoryview) -> int:
        while len(data) >= LANE:
            size = min(MAX_BLOCK, 1 << (len(data).bit_length() - 1))
            register = self.append_zeros(register, size) ^ self._block(data[:size])
            data = data[size:]
        for byte in data:
            register = self.bytes[(register ^ byte) & 255] ^ (register >> 8)
        return register

    def _block(self, data: memoryview) -> int:
        """The register of a power of two of bytes, from zero."""
        columns = np.frombuffer(data, dtype=np.uint8).reshape(-1, LANE).T.astype(self.dtype)
        registers = np.zeros(columns.shape[1], dtype=self.dtype)
        eight = self.dtype.type(8)
        for column in columns:
            registers = self.table[(registers ^ column) & 255] ^ (registers >> eight)
        power = LANE.bit_length() - 1
        while len(registers) > 1:
            registers = self._apply(self.shift(power), registers[0::2]) ^ registers[1::2]
            power += 1
        return int(registers[0])


def _of_byte(value: int, reflected: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (reflected if value & 1 else 0)
    return value


@cache
def polynomial(name: str) -> Polynomial:
    """crc32, crc32c or crc64nvme."""
    width, reflected = {
        "crc32": (32, 0xEDB88320),
        "crc32c": (32, 0x82F63B78),
        "crc64nvme": (64, 0x9A6C9329AC4BC9B5),
    }[name]
    return Polynomial(width, reflected)


class Crc:
    """A running checksum, as hashlib's objects are used."""

    def __init__(self, name: str) -> None:
        self._polynomial = polynomial(name)
        self._register = self._polynomial.mask

    def update(self, data: bytes | memoryview) -> None:
        self._register = self._polynomial.advance(self._register, memoryview(data))

    def digest(self) -> bytes:
        value = self._register ^ self._polynomial.mask
        return value.to_bytes(self._polynomial.width // 8, "big")

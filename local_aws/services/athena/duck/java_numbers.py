"""Numbers as Java writes and reads them.

https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)
"""

from __future__ import annotations

import math
import struct


def double_text(value: float) -> str:
    """Double.toString: 1.0E10 outside of 0.001 to 10,000,000."""
    return _java(value, repr(value))


def real_text(value: float) -> str:
    """Float.toString: the fewest digits that name the same 32 bits."""
    if not math.isfinite(value):
        return _java(value, "")
    texts = (f"{value:.{digits}e}" for digits in range(9))
    return _java(value, next((t for t in texts if as_real(float(t)) == value), repr(value)))


def as_real(value: float) -> float:
    """The nearest 32-bit number."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _java(value: float, text: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign, digits, point = _parts(text)
    if value == 0:
        return f"{sign}0.0"
    if 1e-3 <= abs(value) < 1e7:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        digits = digits.ljust(point, "0")
        return f"{sign}{digits[:point]}.{digits[point:] or '0'}"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def _parts(text: str) -> tuple[str, str, int]:
    """Sign, digits without zeros at the ends, and how many of them stand before the point."""
    mantissa, _, power = text.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-+").partition(".")
    digits = (whole + fraction).lstrip("0")
    zeros = len(whole + fraction) - len(digits)
    return sign, digits.rstrip("0") or "0", len(whole) - zeros + int(power or 0)

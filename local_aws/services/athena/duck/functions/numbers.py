"""Numbers: bases, bits, probabilities, and how Java writes them."""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.java_numbers import double_text, real_text

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _check_radix(radix: int) -> None:
    if not 2 <= radix <= 36:
        raise fail("INVALID_FUNCTION_ARGUMENT", "Radix must be between 2 and 36")


def from_base(text: str, radix: int) -> int:
    _check_radix(radix)
    if re.fullmatch(r"[+-]?[0-9a-zA-Z]+", text):
        try:
            value = int(text, radix)
        except ValueError:
            value = 1 << 63
        if -(1 << 63) <= value < 1 << 63:
            return value
    raise fail("INVALID_FUNCTION_ARGUMENT", f"Not a valid base-{radix} number: {text}")


def to_base(value: int, radix: int) -> str:
    _check_radix(radix)
    digits, rest = "", abs(value)
    while rest:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")


def bit_count(value: int, bits: int) -> int:
    if not 2 <= bits <= 64:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            f"Bits specified in bit_count must be between 2 and 64, got {bits}",
        )
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            "Number must be representable with the bits specified."
            f" {value} can not be represented with {bits} bits",
        )
    return (value & ((1 << bits) - 1)).bit_count()


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def shift_left(value: int, shift: int, bits: int) -> int:
    return 0 if shift >= bits else _signed(value << (shift % 64), bits)


def shift_right(value: int, shift: int, bits: int) -> int:
    return 0 if shift >= bits else _signed((value & ((1 << bits) - 1)) >> (shift % 64), bits)


def normal_cdf(mean: float, deviation: float, value: float) -> float:
    if not deviation > 0:
        raise fail("INVALID_FUNCTION_ARGUMENT", "standardDeviation must be > 0")
    return 0.5 * (1 + math.erf((value - mean) / (deviation * math.sqrt(2))))


def inverse_normal_cdf(mean: float, deviation: float, p: float) -> float:
    if not 0 < p < 1:
        raise fail("INVALID_FUNCTION_ARGUMENT", "p must be 0 > p > 1")
    if not deviation > 0:
        raise fail("INVALID_FUNCTION_ARGUMENT", "sd must be > 0")
    return NormalDist(mean, deviation).inv_cdf(p)


def wilson_interval(sign: int) -> Callable[[int, int, float], float]:
    """The lower (-1) or upper (1) bound of the Wilson score interval."""

    def bound(successes: int, trials: int, z: float) -> float:
        for wrong, what in (
            (successes < 0, "number of successes must not be negative"),
            (trials <= 0, "number of trials must be positive"),
            (successes > trials, "number of successes must not be larger than number of trials"),
            (z < 0, "z-score must not be negative"),
        ):
            if wrong:
                raise fail("INVALID_FUNCTION_ARGUMENT", what)
        p, square = successes / trials, z * z
        spread = z * math.sqrt(p * (1 - p) / trials + square / (4 * trials * trials))
        return (p + square / (2 * trials) + sign * spread) / (1 + square / trials)

    return bound


def cosine_similarity(
    left: dict[str, float | None], right: dict[str, float | None]
) -> float | None:
    """Of two sparse vectors; NULL where one of their numbers is."""
    numbers = [[v for v in side.values() if v is not None] for side in (left, right)]
    if len(numbers[0]) < len(left) or len(numbers[1]) < len(right):
        return None
    dot = sum((v or 0.0) * (right[k] or 0.0) for k, v in left.items() if k in right)
    norms = math.prod(math.sqrt(sum(v * v for v in side)) for side in numbers)
    return dot / norms if norms else math.nan


def truncated(text: str, places: int) -> str:
    """A decimal cut to so many places, which may be negative; its scale stays."""
    return _to_places(text, places, decimal.ROUND_DOWN)


def rounded(text: str, places: int) -> str:
    return _to_places(text, places, decimal.ROUND_HALF_UP)


def _to_places(text: str, places: int, rounding: str) -> str:
    unit = decimal.Decimal(1).scaleb(-max(min(places, 40), -40))
    with decimal.localcontext(prec=100):
        return f"{(decimal.Decimal(text) / unit).to_integral_value(rounding) * unit:f}"


def divided(dividend: str, divisor: str, scale: int) -> str:
    """Decimals' quotient, rounded half up."""
    bottom = decimal.Decimal(divisor)
    if bottom == 0:
        raise fail("DIVISION_BY_ZERO", "Division by zero")
    with decimal.localcontext(prec=160):
        quotient = decimal.Decimal(dividend) / bottom
        unit = decimal.Decimal(1).scaleb(-scale)
        text = f"{quotient.quantize(unit, decimal.ROUND_HALF_UP):f}"
    if len(text.strip("-").replace(".", "").lstrip("0")) > 38:
        raise fail("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
    return text


_SIZE = 1000
_SUFFIXES = ("", "K", "M", "B", "T", "Q")


def format_number(value: float) -> str:
    """1.23K, with three significant digits; what is negative keeps two decimals."""
    number = decimal.Decimal(math.trunc(value))
    steps = 0
    while abs(number) >= _SIZE and steps < len(_SUFFIXES) - 1:
        number /= _SIZE
        steps += 1
    places = 2 if number < 10 else 1 if number < 100 else 0
    unit = decimal.Decimal(1).scaleb(-places)
    text = f"{number.quantize(unit, decimal.ROUND_HALF_UP):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + _SUFFIXES[steps]


def cube_root(value: float) -> float:
    root = math.cbrt(value)
    nearest = round(root) if math.isfinite(root) else root
    return float(nearest) if nearest**3 == value else root


_V, _I, _D = "VARCHAR", "BIGINT", "DOUBLE"
_SPARSE = "MAP(VARCHAR, DOUBLE)"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_double_text": (double_text, [_D], _V),
    "py_real_text": (real_text, ["FLOAT"], _V),
    "py_cbrt": (cube_root, [_D], _D),
    "py_from_base": (from_base, [_V, _I], _I),
    "py_to_base": (to_base, [_I, _I], _V),
    "py_bit_count": (bit_count, [_I, _I], _I),
    "py_shift_left": (shift_left, [_I, _I, _I], _I),
    "py_shift_right": (shift_right, [_I, _I, _I], _I),
    "py_normal_cdf": (normal_cdf, [_D, _D, _D], _D),
    "py_inverse_normal_cdf": (inverse_normal_cdf, [_D, _D, _D], _D),
    "py_wilson_lower": (wilson_interval(-1), [_I, _I, _D], _D),
    "py_wilson_upper": (wilson_interval(1), [_I, _I, _D], _D),
    "py_cosine_similarity": (cosine_similarity, [_SPARSE, _SPARSE], _D),
    "py_truncated": (truncated, [_V, _I], _V),
    "py_rounded": (rounded, [_V, _I], _V),
    "py_divided": (divided, [_V, _V, _I], _V),
    "py_format_number": (format_number, [_D], _V),
}

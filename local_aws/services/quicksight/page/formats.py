"""Numbers and dates as the definition wants them shown.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NumericFormatConfiguration.html
https://docs.aws.amazon.com/quicksight/latest/user/customizing-visual-data-displays-date.html
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query import Value

NULL = "–"
SIGNS = {"COMMA": ",", "DOT": ".", "SPACE": "\u2009"}
SCALES = {"THOUSANDS": (1e3, "K"), "MILLIONS": (1e6, "M"), "BILLIONS": (1e9, "B"),
          "TRILLIONS": (1e12, "T"), "LAKHS": (1e5, "L"), "CRORES": (1e7, "Cr")}  # fmt: skip
CURRENCIES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
DATE_FORMATS = {"YEAR": "YYYY", "QUARTER": "[Q]Q YYYY", "MONTH": "MMM YYYY", "WEEK": "MMM D, YYYY",
                "DAY": "MMM D, YYYY", "HOUR": "MMM D, YYYY h A"}  # fmt: skip
DATE_TOKEN = re.compile(
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|A|a|Q"
)
Format = Mapping[str, Any]


def show(value: Value, field: Field) -> str:
    """A value as a reader sees it."""
    if value is None:
        return null_text(field.format)
    if isinstance(value, dt.datetime):
        return date_text(value, field)
    if isinstance(value, bool | str):
        return str(value)
    plain = field.numeric and not field.measure and not field.format
    return str(value) if plain else number_text(value, number_format(field.format))


def number_format(form: Format) -> Format:
    """The inner configuration, tagged with its kind."""
    form = form.get("FormatConfiguration", form)
    form = form.get("NumericFormatConfiguration", form)
    for kind in ("Number", "Currency", "Percentage"):
        options = form.get(f"{kind}DisplayFormatConfiguration")
        if options is not None:
            return {**options, "kind": kind}
    return {"kind": "Number"}


def null_text(form: Format) -> str:
    """What stands for no value."""
    return str(number_format(form).get("NullValueFormatConfiguration", {}).get("NullString", NULL))


def number_text(value: float, form: Format) -> str:
    """A number by its format."""
    percent = form["kind"] == "Percentage"
    scaled, unit = (value * 100, "%") if percent else _scaled(value, form.get("NumberScale"))
    digits = _grouped(abs(scaled), _places(scaled, form), form)
    positive = form.get("NegativeValueConfiguration", {}).get("DisplayMode") == "POSITIVE"
    sign = "−" if scaled < 0 and not positive and re.search("[1-9]", digits) else ""
    symbol = CURRENCIES.get(form.get("Symbol", "USD"), f"{form.get('Symbol')} ")
    prefix = form.get("Prefix", symbol if form["kind"] == "Currency" else "")
    return f"{sign}{prefix}{digits}{unit}{form.get('Suffix', '')}"


def _scaled(value: float, scale: str | None) -> tuple[float, str]:
    if scale == "AUTO":
        fits = [s for s in ("TRILLIONS", "BILLIONS", "MILLIONS", "THOUSANDS")
                if abs(value) >= SCALES[s][0]]  # fmt: skip
        scale = fits[0] if fits else None
    divisor, unit = SCALES.get(scale or "", (1, ""))
    return value / divisor, unit


def _places(value: float, form: Format) -> int:
    given = form.get("DecimalPlacesConfiguration", {}).get("DecimalPlaces")
    if given is not None:
        return int(given)
    return 0 if value == int(value) else 2


def _grouped(value: float, places: int, form: Format) -> str:
    separators = form.get("SeparatorConfiguration", {})
    thousands = separators.get("ThousandsSeparator", {})
    shown = thousands.get("Visibility", "VISIBLE") == "VISIBLE"
    whole, _, fraction = f"{value:,.{places}f}".partition(".")
    whole = whole.replace(",", SIGNS[thousands.get("Symbol", "COMMA")] if shown else "")
    return whole + (SIGNS[separators.get("DecimalSeparator", "DOT")] + fraction if places else "")


def date_text(value: dt.datetime, field: Field) -> str:
    """A time by the field's format, or by its granularity."""
    pattern = field.format.get("DateTimeFormat") or DATE_FORMATS.get(
        field.granularity or "", "MMM D, YYYY" if value.time() == dt.time() else "MMM D, YYYY HH:mm"
    )
    return DATE_TOKEN.sub(lambda match: _date_part(match, value), pattern)


def _date_part(match: re.Match[str], value: dt.datetime) -> str:
    if match[1] is not None:
        return match[1]
    hour = value.hour % 12 or 12
    parts = {
        "YYYY": f"{value.year:04}", "YY": f"{value.year % 100:02}",
        "MMMM": f"{value:%B}", "MMM": f"{value:%b}", "MM": f"{value.month:02}", "M": value.month,
        "DD": f"{value.day:02}", "D": value.day, "dddd": f"{value:%A}", "ddd": f"{value:%a}",
        "HH": f"{value.hour:02}", "H": value.hour, "hh": f"{hour:02}", "h": hour,
        "mm": f"{value.minute:02}", "m": value.minute, "ss": f"{value.second:02}",
        "s": value.second, "SSS": f"{value.microsecond // 1000:03}",
        "A": f"{value:%p}", "a": f"{value:%p}".lower(), "Q": (value.month + 2) // 3,
    }  # fmt: skip
    return str(parts[match[0]])


def axis_format(field: Field) -> dict[str, Any]:
    """How plotly labels the ticks of a measure's axis."""
    form = number_format(field.format)
    if form["kind"] == "Percentage":
        return {"tickformat": ".1~%"}
    prefix = "$" if form["kind"] == "Currency" else form.get("Prefix", "")
    return {"tickformat": "~s", "tickprefix": prefix} if prefix else {"tickformat": ",~r"}

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
CURRENCIES = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹", "KRW": "₩",
    "BRL": "R$", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "TWD": "NT$",
    "MXN": "MX$", "ILS": "₪", "PHP": "₱", "THB": "฿", "TRY": "₺", "UAH": "₴", "VND": "₫",
}  # fmt: skip
DATE_FORMATS = {"YEAR": "YYYY", "QUARTER": "[Q]Q YYYY", "MONTH": "MMM YYYY", "WEEK": "MMM D, YYYY",
                "DAY": "MMM D, YYYY", "HOUR": "MMM D, YYYY h A",
                "MINUTE": "MMM D, YYYY h:mm A", "SECOND": "MMM D, YYYY h:mm:ss A"}  # fmt: skip
# The tokens of Moment.js, the longest first; L and LL are its own short forms.
DATE_TOKEN = re.compile(
    r"\[([^\]]*)\]|LLLL|LLL|LL|LTS|LT|L|YYYY|YY|Qo|Q|MMMM|MMM|Mo|MM|M|DDDD|DDD|Do|DD|D"
    r"|dddd|ddd|dd|d|WW|W|ww|w|HH|H|hh|h|kk|k|mm|m|ss|s|SSSSSS|SSS|SS|S|A|a|ZZ|Z|X|x"
)
SHORT_FORMS = {"L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
               "LLLL": "dddd, MMMM D, YYYY h:mm A", "LT": "h:mm A", "LTS": "h:mm:ss A"}  # fmt: skip
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
    given = form.get("NullValueFormatConfiguration") or number_format(form).get(
        "NullValueFormatConfiguration", {}
    )
    return str(given.get("NullString", NULL))


def number_text(value: float, form: Format) -> str:
    """A number by its format: prefix, sign, scale, separators, suffix."""
    percent = form["kind"] == "Percentage"
    scaled, unit = (value * 100, "") if percent else _scaled(value, form.get("NumberScale"))
    digits = _grouped(abs(scaled), _places(scaled, form), form)
    positive = form.get("NegativeValueConfiguration", {}).get("DisplayMode") == "POSITIVE"
    sign = "−" if scaled < 0 and not positive and re.search("[1-9]", digits) else ""
    # A prefix of the definition's own takes the place of the currency's symbol.
    prefix = form.get("Prefix", _symbol(form) if form["kind"] == "Currency" else "")
    # As does a suffix of the sign of percent, which AWS's console writes down.
    suffix = form.get("Suffix", "%" if percent else "")
    return f"{sign}{prefix}{digits}{unit}{suffix}"


def _symbol(form: Format) -> str:
    code = form.get("Symbol", "USD")
    return CURRENCIES.get(code, f"{code} ")


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
    whole, _, fraction = f"{value:.{places}f}".partition(".")
    if shown:
        sign = SIGNS[thousands.get("Symbol", "COMMA")]
        whole = sign.join(_groups(whole, thousands.get("GroupingStyle") == "LAKHS"))
    return whole + (SIGNS[separators.get("DecimalSeparator", "DOT")] + fraction if places else "")


def _groups(digits: str, lakhs: bool) -> list[str]:
    """Thousands by three; lakhs and crores by two above the first three.

    >>> _groups("12345678", lakhs=False), _groups("12345678", lakhs=True)
    (['12', '345', '678'], ['1', '23', '45', '678'])
    """
    found = [digits[-3:]]
    rest, step = digits[:-3], 2 if lakhs else 3
    while rest:
        found.append(rest[-step:])
        rest = rest[:-step]
    return found[::-1]


def date_text(value: dt.datetime, field: Field) -> str:
    """A time by the field's format, or by its granularity."""
    pattern = field.format.get("DateTimeFormat") or DATE_FORMATS.get(
        field.granularity or "", "MMM D, YYYY" if value.time() == dt.time() else "MMM D, YYYY HH:mm"
    )
    return date_by(value, pattern)


def date_by(value: dt.datetime, pattern: str) -> str:
    """A time by a pattern of Moment.js.

    >>> date_by(dt.datetime(2024, 3, 7, 15, 4), "dddd, MMM Do YYYY, h:mm a")
    'Thursday, Mar 7th 2024, 3:04 pm'
    """
    return DATE_TOKEN.sub(lambda match: _date_part(match, value), pattern)


def _date_part(match: re.Match[str], value: dt.datetime) -> str:
    if match[1] is not None:
        return match[1]
    if match[0] in SHORT_FORMS:
        return date_by(value, SHORT_FORMS[match[0]])
    return str(_date_parts(value)[match[0]])


def _date_parts(value: dt.datetime) -> dict[str, object]:
    hour, quarter, stamp = value.hour % 12 or 12, (value.month + 2) // 3, _stamp(value)
    week, micros = value.isocalendar().week, f"{value.microsecond:06}"
    day = value.timetuple().tm_yday
    # Weeks from Sunday, the first being that of 1 January.
    local = (day + dt.date(value.year, 1, 1).isoweekday() % 7 - 1) // 7 + 1
    return {
        "YYYY": f"{value.year:04}", "YY": f"{value.year % 100:02}", "Q": quarter,
        "Qo": _ordinal(quarter), "MMMM": f"{value:%B}", "MMM": f"{value:%b}",
        "MM": f"{value.month:02}", "M": value.month, "Mo": _ordinal(value.month),
        "DDDD": f"{value:%j}", "DDD": day, "DD": f"{value.day:02}",
        "D": value.day, "Do": _ordinal(value.day), "dddd": f"{value:%A}", "ddd": f"{value:%a}",
        "dd": f"{value:%a}"[:2], "d": value.isoweekday() % 7, "WW": f"{week:02}", "W": week,
        "ww": f"{local:02}",
        "w": local, "HH": f"{value.hour:02}", "H": value.hour, "hh": f"{hour:02}", "h": hour,
        "kk": f"{value.hour or 24:02}", "k": value.hour or 24, "mm": f"{value.minute:02}",
        "m": value.minute, "ss": f"{value.second:02}", "s": value.second, "SSSSSS": micros,
        "SSS": micros[:3], "SS": micros[:2], "S": micros[:1], "A": f"{value:%p}",
        "a": f"{value:%p}".lower(), "Z": "+00:00", "ZZ": "+0000", "X": stamp // 1000, "x": stamp,
    }  # fmt: skip


def _stamp(value: dt.datetime) -> int:
    """Milliseconds since 1970 of a time in UTC."""
    return int((value.replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
               / dt.timedelta(milliseconds=1))  # fmt: skip


def _ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    end = "th" if 10 <= number % 100 <= 20 else ends.get(number % 10, "th")
    return f"{number}{end}"


def axis_format(field: Field) -> dict[str, Any]:
    """How plotly labels the ticks of a measure's axis."""
    form = number_format(field.format)
    if form["kind"] == "Percentage":
        return {"tickformat": ".1~%"}
    prefix = _symbol(form) if form["kind"] == "Currency" else ""
    prefix = form.get("Prefix", prefix)
    return {"tickformat": "~s", "tickprefix": _plain(prefix)} if prefix else {"tickformat": ",~r"}


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

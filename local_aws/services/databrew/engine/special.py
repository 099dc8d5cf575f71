"""DataBrew's advanced data types: what a text is beyond being text.

AWS says that it finds them by patterns and publishes none. These are this project's: a value that
AWS would judge otherwise is possible, the more so for telephone numbers (North American or with
``+`` and a country code), genders (a short list of words) and currencies (an amount with a sign or
an ISO 4217 code). What a pattern cannot decide without a list of places (Country, Region, State,
City) is refused by name, and so are the details that need one.
https://docs.aws.amazon.com/databrew/latest/dg/projects.adv-data-types.html
"""

from collections.abc import Callable

from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.sql import literal

Test = Callable[[str], str]
PLACES = ("country", "region", "state", "city")
NAMES = {"phone": "phonenumber", "datetimestamp": "datetime"}

EMAIL = r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,}$"
URL = r"^(?i:(?:https?|ftp)://)[^\s/?#]+\.?[^\s]*$"
SSN = r"^\d{3}[- ]?\d{2}[- ]?\d{4}$"
ZIP_CODE = r"^\d{5}(?:-\d{4})?$"
NORTH_AMERICAN = r"^(?:\+?1[-. ]?)?(?:\(([2-9]\d{2})\) ?|([2-9]\d{2})[-. ]?)[2-9]\d{2}[-. ]?\d{4}$"
INTERNATIONAL = r"^\+[1-9](?:[-. ()]?\d){6,14}$"
# The structure of E.164: one, two or three digits, never one the start of another.
COUNTRY_CODE = r"^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)"
CARD = r"^\d(?:[ -]?\d){11,18}$"
# ISO/IEC 7812 ranges by network, the narrower first.
NETWORKS = {
    "American Express": r"^3[47]\d{13}$",
    "Diners Club": r"^3(?:0[0-5]|[689]\d)\d{11}$",
    "Discover": r"^(?:6011|65\d\d|64[4-9]\d)\d{12}$",
    "JCB": r"^35(?:2[89]|[3-8]\d)\d{12}$",
    "Mastercard": r"^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$",
    "Visa": r"^4(?:\d{12}|\d{15}|\d{18})$",
    "UnionPay": r"^62\d{14,17}$",
    "Maestro": r"^(?:5[0678]|6[37])\d{10,17}$",
}
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IPV4 = rf"^{OCTET}(?:\.{OCTET}){{3}}$"
GROUP = r"[0-9A-Fa-f]{1,4}"
IPV6 = (
    rf"^(?:(?:{GROUP}:){{7}}{GROUP}|(?:{GROUP}:){{1,7}}:|(?:{GROUP}:){{1,6}}:{GROUP}"
    rf"|(?:{GROUP}:){{1,5}}(?::{GROUP}){{1,2}}|(?:{GROUP}:){{1,4}}(?::{GROUP}){{1,3}}"
    rf"|(?:{GROUP}:){{1,3}}(?::{GROUP}){{1,4}}|(?:{GROUP}:){{1,2}}(?::{GROUP}){{1,5}}"
    rf"|{GROUP}:(?::{GROUP}){{1,6}}|:(?:(?::{GROUP}){{1,7}}|:))$"
)
GENDERS = ("m", "f", "male", "female", "man", "woman")
AMOUNT = r"-?\d{1,3}(?:[,.' ]?\d{3})*(?:[.,]\d{1,2})?"
CODES = "USD|EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|BRL|MXN|KRW|ZAR|SGD|HKD|TRY"
CURRENCY = rf"^-?(?:\p{{Sc}}|{CODES}) ?{AMOUNT}$|^{AMOUNT} ?(?:\p{{Sc}}|{CODES})$"
# Beside ISO 8601: the formats that FORMAT_DATE writes, and the full month's.
DATE_FORMATS = ("%m/%d/%Y", "%m-%d-%Y", "%d %B %Y", "%B %d %Y", "%B %d, %Y", "%m/%d/%Y %H:%M:%S")


def is_a(kind: str, value: str) -> str:
    """Whether a text is of an advanced data type, named in any of DataBrew's spellings."""
    name = _name(kind)
    if name in PLACES:
        raise UnsupportedOption(f"advancedDataType {kind}, which needs a list of places,")
    if name not in TESTS:
        raise InvalidStep(f"advancedDataType {kind} is not one of DataBrew's")
    return f"coalesce({TESTS[name](value)}, false)"


def detail(kind: str, pattern: str, value: str) -> str:
    """A part of a value: NULL where the value is not of the type."""
    name, wanted = _name(kind), pattern.upper().replace("_", "")
    build = DETAILS.get(name, {}).get(wanted)
    if build is None:
        if name in (*TESTS, *PLACES) and wanted in NEED_PLACES:
            raise UnsupportedOption(f"The pattern {pattern} of {kind}, which needs a list,")
        raise InvalidStep(f"The advanced data type {kind} has no pattern {pattern}")
    return f"CASE WHEN {is_a(kind, value)} THEN {build(value)} END"


def _name(kind: str) -> str:
    plain = "".join(letter for letter in kind.lower() if letter.isalpha())
    return NAMES.get(plain, plain)


def _matches(pattern: str) -> Test:
    return lambda value: f"regexp_matches(trim({value}), {literal(pattern)})"


def _digits(value: str) -> str:
    """Of a text that is digits, spaces and hyphens."""
    return f"replace(replace({value}, ' ', ''), '-', '')"


def _ssn(value: str) -> str:
    """The areas 000, 666 and 9xx, the group 00 and the number 0000 are never given out."""
    return (
        f"({_matches(SSN)(value)} AND "
        f"NOT regexp_matches({_digits(value)}, '^(000|666|9)|^...00|0000$'))"
    )


def _phone(value: str) -> str:
    return f"({_matches(NORTH_AMERICAN)(value)} OR {_matches(INTERNATIONAL)(value)})"


def _ip(value: str) -> str:
    return f"({_matches(IPV4)(value)} OR {_matches(IPV6)(value)})"


def _gender(value: str) -> str:
    return f"(lower(trim({value})) IN ({', '.join(map(literal, GENDERS))}))"


def _card(value: str) -> str:
    return f"({_matches(CARD)(value)} AND {_network(value)} IS NOT NULL AND {luhn(value)})"


def luhn(value: str) -> str:
    """ISO/IEC 7812's check: from the right every second digit counts twice, less 9 above 9."""
    digits = f"string_split(reverse({_digits(value)}), '')"
    # TRY_CAST: a text that is no card number is looked at too, and its answer thrown away.
    weighed = "TRY_CAST(d AS INTEGER) * (1 + (i + 1) % 2)"
    weighed = f"{weighed} - CASE WHEN i % 2 = 0 AND d > '4' THEN 9 ELSE 0 END"
    return f"(list_sum(list_transform({digits}, lambda d, i: {weighed})) % 10 = 0)"


def _network(value: str) -> str:
    cases = " ".join(
        f"WHEN regexp_matches({_digits(value)}, {literal(pattern)}) THEN {literal(name)}"
        for name, pattern in NETWORKS.items()
    )
    return f"CASE {cases} END"


def moment(value: str) -> str:
    """The text as a point in time: ISO 8601 or one of the formats that DataBrew writes."""
    formats = ", ".join(map(literal, DATE_FORMATS))
    return (
        f"coalesce(timezone('UTC', TRY_CAST({value} AS TIMESTAMPTZ)), "
        f"try_strptime(trim({value}), [{formats}]))"
    )


def _host(value: str) -> str:
    """Between the protocol and the port or path, without user and password."""
    return f"lower(regexp_extract({value}, '://(?:[^/?#@]*@)?([^/?#:]+)', 1))"


def _moment(template: str) -> Test:
    return lambda value: f"CAST({template.format(moment(value))} AS VARCHAR)"


def _area(value: str) -> str:
    groups = (f"regexp_extract(trim({value}), {literal(NORTH_AMERICAN)}, {i})" for i in (1, 2))
    return f"nullif({' || '.join(groups)}, '')"


def _country_code(value: str) -> str:
    """A number without ``+`` that is one at all is North American: 1."""
    code = f"regexp_extract(trim({value}), {literal(COUNTRY_CODE)}, 1)"
    return f"coalesce(nullif({code}, ''), '1')"


TESTS: dict[str, Test] = {
    "creditcard": _card,
    "currency": _matches(CURRENCY),
    "datetime": lambda value: f"({moment(value)} IS NOT NULL)",
    "email": _matches(EMAIL),
    "gender": _gender,
    "ipaddress": _ip,
    "phonenumber": _phone,
    "ssn": _ssn,
    "url": _matches(URL),
    "zipcode": _matches(ZIP_CODE),
}
NEED_PLACES = ("TIMEZONE", "COUNTRY", "STATE", "CITY", "TYPE", "REGION")
DETAILS: dict[str, dict[str, Test]] = {
    "creditcard": {
        "LENGTH": lambda value: f"CAST(length({_digits(value)}) AS VARCHAR)",
        "NETWORK": _network,
    },
    "datetime": {
        "DAY": _moment("day({})"),
        "MONTH": _moment("month({})"),
        "MONTHNAME": _moment("monthname({})"),
        "QUARTER": _moment("quarter({})"),
        "WEEK": _moment("week({})"),
        "YEAR": _moment("year({})"),
    },
    "phonenumber": {"AREACODE": _area, "COUNTRYCODE": _country_code},
    "url": {
        "DOMAIN": _host,
        "PROTOCOL": lambda value: f"lower(regexp_extract({value}, '^([A-Za-z]+):', 1))",
        "TLD": lambda value: f"nullif(regexp_extract({_host(value)}, '\\.([^.0-9][^.]*)$', 1), '')",
    },
}

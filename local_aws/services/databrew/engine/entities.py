"""Personal data in a profile: the columns whose values look like somebody's number or address.

AWS names the entity types and publishes no patterns. These decide by the form that the issuer
documents, and by its check digit where it has one; what is an advanced data type too is decided as
there. A type whose form says nothing (any number of nine digits is a passport's) is refused by
name. How many rows make a column personal is not documented either: one does, and ``rowsCount``
says how many there are.
https://docs.aws.amazon.com/databrew/latest/dg/profile.configuration.html#entity-detector-configuration
"""

from typing import Any

from local_aws.services.databrew.engine import special
from local_aws.services.databrew.engine.configuration import STATISTICS
from local_aws.services.databrew.engine.errors import InvalidConfiguration, UnsupportedOption
from local_aws.services.databrew.engine.special import Test
from local_aws.services.databrew.engine.sql import literal
from local_aws.services.databrew.engine.statistics import Column

ITIN = r"^9\d\d[- ]?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[- ]?\d{4}$"
MAC = r"^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$|^[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}$"
DEA = r"^[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Za-z9]\d{7}$"
HCPCS = r"^[A-HJ-MP-V]\d{4}$"
NPI = r"^[12]\d{9}$"
DRUG = r"^(?:\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2})$"
CLAIM = (
    r"^\d{3}-?\d{2}-?\d{4}-?(?:A|B[1-9A-Z]?|C[1-9A-Z]|D[1-9A-Z]?|E[1-9A-Z]?|F[1-8]|J[1-4]"
    r"|K[1-9A-Z]|T[A-Z1-9]?|M1?|W[1-9A-Z]?)$"
)
MEDICARE_LETTER = "[AC-HJKMNP-RT-Y]"
MEDICARE = (
    rf"^[1-9]{MEDICARE_LETTER}(?:\d|{MEDICARE_LETTER})\d-?"
    rf"{MEDICARE_LETTER}(?:\d|{MEDICARE_LETTER})\d-?{MEDICARE_LETTER}{{2}}\d{{2}}$"
)
UNSUPPORTED = {
    "USA_PASSPORT_NUMBER": "any nine digits are one",
    "USA_DRIVING_LICENSE": "each state has a form of its own, some of them any number",
    "BANK_ACCOUNT": "any number is one",
    "USA_CPT_CODE": "any five digits are one",
    "PERSON_NAME": "it needs a model of language",
    "USA_ALL": "it has types among it that are not supported",
}


def _matches(pattern: str) -> Test:
    return lambda value: f"regexp_matches(trim({value}), {literal(pattern)})"


def _is_a(kind: str) -> Test:
    return lambda value: special.is_a(kind, value)


def _dea(value: str) -> str:
    """The sum of digits 1, 3, 5 and twice that of 2, 4, 6 ends in the seventh."""
    d = [f"TRY_CAST(substr(trim({value}), {i + 3}, 1) AS INTEGER)" for i in range(7)]
    total = f"{d[0]} + {d[2]} + {d[4]} + 2 * ({d[1]} + {d[3]} + {d[5]})"
    return f"({_matches(DEA)(value)} AND ({total}) % 10 = {d[6]})"


def _npi(value: str) -> str:
    """The check digit is that of a card's number that begins with 80840."""
    card = special.luhn(f"('80840' || trim({value}))")
    return f"({_matches(NPI)(value)} AND {card})"


DETECTORS: dict[str, Test] = {
    "USA_SSN": _is_a("ssn"),
    "EMAIL": _is_a("email"),
    "USA_ITIN": _matches(ITIN),
    "PHONE_NUMBER": _is_a("phonenumber"),
    "CREDIT_CARD": _is_a("creditcard"),
    "IP_ADDRESS": _is_a("ipaddress"),
    "MAC_ADDRESS": _matches(MAC),
    "USA_DEA_NUMBER": _dea,
    "USA_HCPCS_CODE": _matches(HCPCS),
    "USA_NATIONAL_PROVIDER_IDENTIFIER": _npi,
    "USA_NATIONAL_DRUG_CODE": _matches(DRUG),
    "USA_HEALTH_INSURANCE_CLAIM_NUMBER": _matches(CLAIM),
    "USA_MEDICARE_BENEFICIARY_IDENTIFIER": _matches(MEDICARE),
    "DATE": _is_a("datetime"),
}


def check(detector: dict[str, Any] | None) -> None:
    """Raise for an entity type or an allowed statistic that there is not, or not here."""
    if not detector:
        return
    for name in detector["EntityTypes"]:
        if name in UNSUPPORTED:
            raise UnsupportedOption(f"The entity type {name} ({UNSUPPORTED[name]})")
        if name not in DETECTORS:
            raise InvalidConfiguration(f"There is no entity type {name}")
    for name in allowed(detector) - {*STATISTICS, "CORRELATION"}:
        raise InvalidConfiguration(f"There is no statistic {name} here")


def allowed(detector: dict[str, Any]) -> set[str]:
    """The statistics of columns with personal data: none unless the job allows them."""
    listed = detector.get("AllowedStatistics") or ()
    return {name for one in listed for name in one["Statistics"]}


def detect(column: Column, detector: dict[str, Any]) -> dict[str, Any]:
    """``{"entityTypes": [...], "rowsCount": n}``, or nothing where no value is any."""
    names = list(dict.fromkeys(detector["EntityTypes"]))
    tests = {name: f"coalesce({DETECTORS[name]('v')}, false)" for name in names}
    asked = {name: _rows(test) for name, test in tests.items()}
    found = column.ask(asked | {"rows": _rows(" OR ".join(tests.values()))}, column.counted)
    rows = found.pop("rows")
    present = [name for name, count in found.items() if count]
    return {"entityTypes": present, "rowsCount": rows} if present else {}


def _rows(condition: str) -> str:
    return f"coalesce(sum(n) FILTER ({condition}), 0)::BIGINT"

"""Column formats: a number as text, a telephone number as E.164.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.column-formatting.html
"""

from local_aws.services.databrew.engine import telephones
from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import operation, update
from local_aws.services.databrew.engine.sql import is_integer, literal, number, text
from local_aws.services.databrew.engine.steps import Step

UNITS = {"THOUSAND": 10**3, "MILLION": 10**6, "BILLION": 10**9, "TRILLION": 10**12}
DECIMAL_SEPARATORS = (".", ",")
THOUSAND_SEPARATORS = ("", ",", " ", ".", "\\")


@operation("NUMBER_FORMAT")
def number_format(frame: Frame, step: Step) -> Frame:
    """Rounded half away from zero; without ``decimalPlaces`` with the digits that there are.

    The unit's abbreviation follows the number without a space. NULL of what is no number.
    """
    decimal, thousand = _separators(step)
    name = step.text("sourceColumn")
    column, sql_type = frame.column(name)
    plain = _plain(step, number(column, sql_type), sql_type)
    whole = f"regexp_extract({plain}, '^-?([0-9]+)', 1)"
    if thousand:
        grouped = f"regexp_replace(reverse({whole}), '(\\d{{3}})', {_group(thousand)}, 'g')"
        whole = f"ltrim(reverse({grouped}), {literal(thousand)})"
    sign = f"CASE WHEN starts_with({plain}, '-') THEN '-' ELSE '' END"
    rest = f"replace(regexp_extract({plain}, '\\.[0-9]+$'), '.', {literal(decimal)})"
    unit = literal(_option(step, "numericUnitAbbreviation"))
    return update(frame, step, name, f"({sign} || {whole} || {rest} || {unit})")


def _plain(step: Step, value: str, sql_type: str) -> str:
    """The digits with a point, divided by the unit and rounded: no exponent in it."""
    unit = _option(step, "numericAbbreviatedUnit").upper()
    if unit and unit not in UNITS:
        raise InvalidStep(f"{step.operation}: {unit} is none of {', '.join(UNITS)}")
    places = step.integer("decimalPlaces") if step.has("decimalPlaces") else None
    if places is not None and not 0 <= places <= 15:
        raise InvalidStep(f"{step.operation}: decimalPlaces {places} is outside 0 to 15")
    if is_integer(sql_type) and not unit:
        zeros = f" || '.{'0' * places}'" if places else ""
        return f"(CAST({value} AS VARCHAR){zeros})"
    divided = f"(CAST({value} AS DOUBLE) / {float(UNITS.get(unit, 1))!r})"
    finite = f"CASE WHEN isfinite({divided}) THEN {divided} END"
    if places is None:
        shown = f"format('{{:.15f}}', {finite})"
        exact = f"CAST({finite} AS VARCHAR)"
        trimmed = f"regexp_replace({shown}, '\\.?0+$', '')"
        return (
            f"CASE WHEN contains({exact}, 'e') THEN {trimmed} "
            f"ELSE regexp_replace({exact}, '\\.0$', '') END"
        )
    rounded = f"format('{{:.{places}f}}', round({finite}, {places}))"
    return f"regexp_replace({rounded}, '^-(0(\\.0+)?)$', '\\1')"


@operation("FORMAT_PHONE_NUMBER")
def format_phone_number(frame: Frame, step: Step) -> Frame:
    """E.164, the one format that the guide has. What is no valid number stays as it is."""
    wanted = step.text("phoneNumberFormat", "E164")
    if wanted != "E164":
        raise InvalidStep(f"{step.operation}: the phoneNumberFormat {wanted} is not E164")
    name = step.text("sourceColumn")
    column = text(*frame.column(name))
    formatted = telephones.e164(frame.connection, column, _region(frame, step))
    return update(frame, step, name, formatted)


def _region(frame: Frame, step: Step) -> str:
    """Where a number without a country's code is from, as SQL; empty where nothing says it."""
    if step.has("defaultRegion") and step.has("defaultRegionColumn"):
        raise InvalidStep(f"{step.operation}: defaultRegion or defaultRegionColumn, not both")
    if step.has("defaultRegionColumn"):
        region = text(*frame.column(step.text("defaultRegionColumn")))
        return f"coalesce(trim({region}), '')"
    region = step.text("defaultRegion", "")
    if region and not telephones.is_region(region):
        raise InvalidStep(f"{step.operation}: there is no region {region}")
    return literal(region)


def _separators(step: Step) -> tuple[str, str]:
    decimal = _option(step, "numericDecimalSeparator") or "."
    thousand = _option(step, "numericThousandSeparator").replace("\\\\", "\\")
    if decimal not in DECIMAL_SEPARATORS or thousand not in THOUSAND_SEPARATORS:
        raise InvalidStep(f"{step.operation}: there is no such separator")
    if decimal == thousand:
        raise InvalidStep(f"{step.operation}: both separators are '{decimal}'")
    return decimal, thousand


def _option(step: Step, name: str) -> str:
    """A parameter that may be left out or be null."""
    value = step.text(name, "")
    return "" if value == "null" else value


def _group(separator: str) -> str:
    return literal("\\1" + separator.replace("\\", "\\\\"))

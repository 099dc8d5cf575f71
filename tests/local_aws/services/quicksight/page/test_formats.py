"""Numbers and dates as a reader sees them."""

import datetime as dt
from typing import Any

import pytest

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.formats import show


def field(form: dict[str, Any], **more: Any) -> Field:
    return Field("f", "s", "c", "c", more.pop("measure", True), "C", format=form, **more)


def number(**options: Any) -> dict[str, Any]:
    return {"FormatConfiguration": {"NumberDisplayFormatConfiguration": options}}


def currency(**options: Any) -> dict[str, Any]:
    return {"FormatConfiguration": {"CurrencyDisplayFormatConfiguration": options}}


def percent(places: int, **more: Any) -> dict[str, Any]:
    options = {"DecimalPlacesConfiguration": {"DecimalPlaces": places}} | more
    return {"FormatConfiguration": {"PercentageDisplayFormatConfiguration": options}}


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (1234567, {}, "1,234,567"),
        (1234.5, {}, "1,234.50"),
        (-3, {}, "−3"),
        (-0.001, number(DecimalPlacesConfiguration={"DecimalPlaces": 1}), "0.0"),
        (0.2549, percent(1), "25.5%"),
        (0.2549, percent(1, Suffix="%"), "25.5%"),
        (0.2549, percent(0, Suffix=" of 100"), "25 of 100"),
        (2_500_000, number(NumberScale="AUTO"), "2.50M"),
        (12, number(Suffix=" min", DecimalPlacesConfiguration={"DecimalPlaces": 1}), "12.0 min"),
        (1234.5, number(SeparatorConfiguration={"DecimalSeparator": "COMMA",
                        "ThousandsSeparator": {"Symbol": "DOT"}}), "1.234,50"),
        (12345678, number(SeparatorConfiguration={"ThousandsSeparator": {
            "GroupingStyle": "LAKHS"}}), "1,23,45,678"),
        (1234567, number(NumberScale="LAKHS"), "12.35L"),
        (2e7, number(NumberScale="CRORES"), "2Cr"),
        (-1234, number(NegativeValueConfiguration={"DisplayMode": "POSITIVE"}), "1,234"),
        (-1234, currency(Symbol="EUR"), "−€1,234"),
        (1234, currency(Symbol="CHF"), "CHF 1,234"),
        (1234, currency(Symbol="EUR", Prefix="~"), "~1,234"),
        (None, {}, "–"),
        (None, number(NullValueFormatConfiguration={"NullString": "n/a"}), "n/a"),
    ],
)  # fmt: skip
def test_numbers(value: Any, form: dict[str, Any], expected: str) -> None:
    assert show(value, field(form)) == expected


def test_a_plain_numeric_dimension_has_no_separators() -> None:
    assert show(2013, field({}, measure=False, numeric=True)) == "2013"


@pytest.mark.parametrize(
    ("granularity", "pattern", "expected"),
    [
        ("MONTH", None, "Mar 2024"),
        ("QUARTER", None, "Q1 2024"),
        ("DAY", None, "Mar 7, 2024"),
        ("HOUR", None, "Mar 7, 2024 3 PM"),
        ("DAY", "YYYY-MM-DD HH:mm", "2024-03-07 15:04"),
        ("DAY", "dddd", "Thursday"),
        ("DAY", "Do MMMM YYYY, [week] w", "7th March 2024, week 10"),
        ("DAY", "LLL", "March 7, 2024 3:04 PM"),
        ("MINUTE", None, "Mar 7, 2024 3:04 PM"),
        ("DAY", "X", "1709823840"),
    ],
)
def test_dates(granularity: str, pattern: str | None, expected: str) -> None:
    form = {"DateTimeFormat": pattern} if pattern else {}
    value = dt.datetime(2024, 3, 7, 15, 4)
    assert show(value, field(form, measure=False, granularity=granularity, date=True)) == expected

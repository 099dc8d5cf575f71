"""Advanced data types: what is refused, and Luhn's check against Python's."""

import random
from collections.abc import Iterator

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.recipe import apply
from local_aws.services.databrew.engine.special import PLACES, detail, is_a, luhn


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(config={"threads": 1})
    opened.execute("CREATE TABLE input (a VARCHAR)")
    yield opened
    opened.close()


def checks(number: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def test_luhn_of_random_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(7)
    numbers = ["".join(chance.choices("0123456789", k=chance.randint(12, 19))) for _ in range(2000)]
    query = f"SELECT n, {luhn('n')} FROM (SELECT unnest(?) AS n)"
    found = connection.execute(query, [numbers]).fetchall()
    assert [valid for _, valid in found] == [checks(number) for number, _ in found]
    assert 100 < sum(valid for _, valid in found) < 300


@pytest.mark.parametrize("kind", PLACES)
def test_types_of_places_are_refused_by_name(kind: str) -> None:
    with pytest.raises(UnsupportedOption, match=f"advancedDataType {kind.title()}"):
        is_a(kind.title(), "a")


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("ZipCode", "TIMEZONE"), ("Zip Code", "CITY"), ("Phone", "TIME_ZONE"), ("State", "TIME_ZONE")],
)
def test_details_of_places_are_refused_by_name(kind: str, pattern: str) -> None:
    with pytest.raises(UnsupportedOption, match=f"The pattern {pattern} of {kind}"):
        detail(kind, pattern, "a")


@pytest.mark.parametrize(
    ("kind", "pattern"), [("Email", "DOMAIN"), ("URL", "DAY"), ("Phone", ""), ("Shoe", "SIZE")]
)
def test_what_no_type_has(kind: str, pattern: str) -> None:
    with pytest.raises(InvalidStep, match=f"The advanced data type {kind} has no pattern"):
        detail(kind, pattern, "a")


@pytest.mark.parametrize("operation", ["MASK_RANGE", "MASK_CUSTOM", "CRYPTOGRAPHIC_HASH"])
def test_entities_are_refused_by_name(
    connection: duckdb.DuckDBPyConnection, operation: str
) -> None:
    parameters = {
        "sourceColumns": ["a"],
        "maskSymbol": "#",
        "customValue": "x",
        "algorithm": "MD5",
        "entityTypeFilter": ["USA_ALL"],
    }
    step = {"Action": {"Operation": operation, "Parameters": parameters}}
    with pytest.raises(UnsupportedOption, match=f"{operation} with entityTypeFilter"):
        apply(Frame.of(connection, "input"), [step])


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("MASK_CUSTOM", {"maskSymbol": "#", "customValue": ""}, "customValue is empty"),
        (
            "MASK_CUSTOM",
            {"maskSymbol": "#", "customValue": "x*", "regex": "true"},
            "nothing at all",
        ),
        ("MASK_DATE", {"maskSymbol": "#", "redact": ["ERA"]}, "redact needs parts of YEAR"),
        ("MASK_RANGE", {"maskSymbol": "#", "alphabet": ["LETTERS"]}, "alphabet LETTERS is none"),
        ("CRYPTOGRAPHIC_HASH", {"algorithm": "CRC32"}, "there is no algorithm CRC32"),
        ("CRYPTOGRAPHIC_HASH", {"secretId": "s"}, "The secret s is not there"),
    ],
)
def test_masks_and_hashes_that_cannot_be(
    connection: duckdb.DuckDBPyConnection,
    operation: str,
    parameters: dict[str, object],
    message: str,
) -> None:
    step = {
        "Action": {"Operation": operation, "Parameters": {"sourceColumns": ["a"], **parameters}}
    }
    with pytest.raises(InvalidStep, match=message):
        apply(Frame.of(connection, "input"), [step])

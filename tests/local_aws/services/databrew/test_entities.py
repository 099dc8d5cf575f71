"""Personal data in a profile, by the forms and check digits of what each issuer documents."""

from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine import entities
from local_aws.services.databrew.engine.entities import DETECTORS, UNSUPPORTED
from local_aws.services.databrew.engine.errors import InvalidConfiguration, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.profile import profile

EXAMPLES = {
    "USA_SSN": (["078-05-1120", "219 09 9999"], ["000-12-3456", "666-12-3456", "12-345-6789"]),
    "EMAIL": (["a.b@example.com"], ["a@b", "@example.com", "a b@example.com"]),
    "USA_ITIN": (["912-70-1234", "999501234"], ["912-66-1234", "812-70-1234", "912-93-1234"]),
    "PHONE_NUMBER": (["(212) 555-0123", "+44 20 7946 0958"], ["555-0123", "2125"]),
    "CREDIT_CARD": (["4111 1111 1111 1111", "378282246310005"], ["4111 1111 1111 1112", "42"]),
    "IP_ADDRESS": (["10.0.0.1", "::1", "2001:db8::8a2e:370:7334"], ["10.0.0.256", "1.2.3", ":::"]),
    "MAC_ADDRESS": (["00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7"], ["00:1B:44-11:3A:B7", "00:1B:44"]),
    "USA_DEA_NUMBER": (["AB1234563", "F91234563"], ["AB1234564", "IB1234563", "AB123456"]),
    "USA_HCPCS_CODE": (["J0120", "V2020"], ["I0120", "J012", "99213"]),
    "USA_NATIONAL_PROVIDER_IDENTIFIER": (["1234567893"], ["1234567890", "3234567893"]),
    "USA_NATIONAL_DRUG_CODE": (
        ["0777-3105-02", "12345-678-90", "12345-6789-0", "12345-6789-01"],
        ["0777-310-02", "1234567890"],
    ),
    "USA_HEALTH_INSURANCE_CLAIM_NUMBER": (["123-45-6789A", "123456789C1"], ["123-45-6789", "12A"]),
    "USA_MEDICARE_BENEFICIARY_IDENTIFIER": (
        ["1EG4-TE5-MK73", "1EG4TE5MK73"],
        ["0EG4-TE5-MK73", "1SG4-TE5-MK73", "1EG4-TE5-MK7"],
    ),
    "DATE": (["2013-01-31", "01/31/2013"], ["2013-02-30", "31"]),
}


def profiled(values: list[Any], detector: dict[str, Any]) -> dict[str, Any]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute("CREATE TABLE raw (a VARCHAR)")
        connection.executemany("INSERT INTO raw VALUES (?)", [[value] for value in values])
        report = profile(Frame.of(connection, "raw"), {"EntityDetectorConfiguration": detector})
    return dict(report["columns"][0])


def test_every_type_of_the_guide_is_decided_or_refused() -> None:
    assert {*EXAMPLES} == {*DETECTORS}
    assert len({*DETECTORS, *UNSUPPORTED}) == 20
    assert not DETECTORS.keys() & UNSUPPORTED.keys()


@pytest.mark.parametrize("kind", DETECTORS)
def test_a_type_by_its_form(kind: str) -> None:
    are, are_not = EXAMPLES[kind]
    found = profiled(
        [*are, *are_not, are[0], None, "", "'; DROP TABLE raw; --"], {"EntityTypes": [kind]}
    )
    assert found["entity"] == {"entityTypes": [kind], "rowsCount": len(are) + 1}
    assert profiled([*are_not, "é😀"], {"EntityTypes": [kind]})["entity"] == {}


def test_no_statistic_of_a_personal_column_unless_it_is_allowed() -> None:
    detector: dict[str, Any] = {"EntityTypes": ["USA_SSN", "EMAIL"]}
    found = profiled(["a@example.com", "b"], detector)
    assert found == {
        "name": "a",
        "type": "string",
        "entity": {"entityTypes": ["EMAIL"], "rowsCount": 1},
        "columnConfigurationOverride": {},
    }
    detector["AllowedStatistics"] = [{"Statistics": ["MISSING_VALUES_COUNT", "ENTROPY"]}]
    found = profiled(["a@example.com", "b", None], detector)
    assert (found["missingValuesCount"], "distinctValuesCount" in found) == (1, False)
    assert "distinctValuesCount" in profiled(["b"], detector)


def test_a_column_of_numbers_is_looked_at_too() -> None:
    found = profiled([4111111111111111, 7], {"EntityTypes": ["CREDIT_CARD"]})
    assert (found["type"], found["entity"]["rowsCount"], "mean" in found) == ("long", 1, False)


@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_what_no_form_decides_is_refused_by_name(kind: str) -> None:
    with pytest.raises(UnsupportedOption, match=kind):
        entities.check({"EntityTypes": ["EMAIL", kind]})


def test_what_there_is_not() -> None:
    with pytest.raises(InvalidConfiguration, match="no entity type SHOE_SIZE"):
        entities.check({"EntityTypes": ["SHOE_SIZE"]})
    with pytest.raises(InvalidConfiguration, match="no statistic X"):
        entities.check({"EntityTypes": ["EMAIL"], "AllowedStatistics": [{"Statistics": ["X"]}]})

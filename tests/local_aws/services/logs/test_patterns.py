import pytest

from local_aws.services.logs.errors import InvalidParameterException
from local_aws.services.logs.patterns import terms


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", []),
        ("ERROR", ["ERROR"]),
        ("ERROR disk", ["ERROR", "disk"]),
        ('"disk full" 2013', ["disk full", "2013"]),
        ('"{ not JSON }"', ["{ not JSON }"]),
    ],
)
def test_terms(pattern: str, found: list[str]) -> None:
    assert terms(pattern) == found


@pytest.mark.parametrize(
    "pattern", ["{ $.level = 50 }", "[a, b]", "?ERROR ?WARN", "-INFO", "%[0-9]+%", '"open', "a-b"]
)
def test_refused_by_name(pattern: str) -> None:
    with pytest.raises(InvalidParameterException) as refusal:
        terms(pattern)
    assert pattern in refusal.value.message

"""Values for parameters: which are taken, and what AWS says of those that are not."""

import pytest

from local_aws.services.cloudformation.template import document, parameters
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Template


def declared(parameter: str) -> Template:
    return document.parse(f"Parameters: {{P: {parameter}}}\nResources: {{B: {{Type: Custom::B}}}}")


def value(parameter: str, text: str) -> parameters.ParameterValue:
    return parameters.values(declared(parameter), {"P": text}, {})["P"]


@pytest.mark.parametrize(
    ("parameter", "text", "resolved"),
    [
        ("{Type: String}", "", ""),
        ("{Type: String, AllowedPattern: '[a-z]+', MinLength: 1, MaxLength: 3}", "abc", "abc"),
        ("{Type: String, AllowedValues: [1, true, a]}", "true", "true"),
        ("{Type: Number, MinValue: -1, MaxValue: 1.5}", "-1", "-1"),
        ("{Type: Number}", "1e3", "1e3"),
        ("{Type: List<Number>}", "1, 2.5", ["1", "2.5"]),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a , b", ["a", "b"]),
        ("{Type: CommaDelimitedList}", "", [""]),
        ("{Type: List<String>}", "a,b", ["a", "b"]),
    ],
)
def test_taken(parameter: str, text: str, resolved: object) -> None:
    found = value(parameter, text)
    assert (found.text, found.resolved) == (text, resolved)


@pytest.mark.parametrize(
    ("parameter", "text", "message"),
    [
        (
            "{Type: String, AllowedValues: [a, b]}",
            "c",
            "Parameter 'P' must be one of AllowedValues",
        ),
        (
            "{Type: String, AllowedPattern: '[a-z]+'}",
            "ab1",
            "Parameter 'P' must match pattern [a-z]+",
        ),
        ("{Type: String, MinLength: 2}", "a", "Parameter 'P' must contain at least 2 characters"),
        ("{Type: String, MaxLength: 2}", "abc", "Parameter 'P' must contain at most 2 characters"),
        ("{Type: Number}", "a", "Parameter 'P' must be a number"),
        ("{Type: Number}", "1_0", "Parameter 'P' must be a number"),
        ("{Type: Number}", "inf", "Parameter 'P' must be a number"),
        ("{Type: Number, MinValue: 2}", "1", "Parameter 'P' must be a number not less than 2"),
        ("{Type: Number, MaxValue: 2}", "3", "Parameter 'P' must be a number not greater than 2"),
        ("{Type: List<Number>}", "1,a", "Parameter 'P' must be a number"),
        (
            "{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: must be small}",
            "A",
            "Parameter P failed to satisfy constraint: must be small",
        ),
        (
            "{Type: CommaDelimitedList, AllowedValues: [a]}",
            "a,b",
            "Parameter 'P' must be one of AllowedValues",
        ),
        (
            "{Type: String, AllowedPattern: '['}",
            "a",
            "Parameter 'P' AllowedPattern must be a valid regular expression.",
        ),
        (
            "{Type: String}",
            "a" * 4097,
            "Parameter 'P' must contain at most 4096 characters",
        ),
        (
            "{Type: AWS::SSM::Parameter::Value<String>, AllowedPattern: '/dev/.*'}",
            "/prod/a",
            "Parameter 'P' must match pattern /dev/.*",
        ),
        (
            "{Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>}",
            "/a",
            "Parameter validation failed: parameter value /a for parameter name P does not "
            "exist: local_aws has no AWS::EC2::Image::Id",
        ),
        (
            "{Type: List<AWS::EC2::Subnet::Id>}",
            "subnet-1",
            "Parameter validation failed: parameter value subnet-1 for parameter name P does not "
            "exist: local_aws has no AWS::EC2::Subnet::Id",
        ),
    ],
)
def test_refused(parameter: str, text: str, message: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        value(parameter, text)
    assert refused.value.message == message


def test_a_pattern_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters, "PATTERN_SECONDS", 0.01)
    with pytest.raises(TemplateInvalid, match="must be a valid regular expression"):
        value("{Type: String, AllowedPattern: '(a|aa)+[bc]'}", "a" * 200)


def test_given_then_previous_then_default() -> None:
    template = document.parse(
        "Parameters: {A: {Type: String, Default: a}, B: {Type: String, Default: 7}, "
        "C: {Type: String, NoEcho: true}}\nResources: {R: {Type: Custom::R}}"
    )
    found = parameters.values(template, {"A": "given"}, {"A": "old", "C": "kept"})
    assert {name: of.text for name, of in found.items()} == {"A": "given", "B": "7", "C": "kept"}
    assert found["C"].no_echo
    assert not found["A"].no_echo


@pytest.mark.parametrize(
    ("type_name", "worth"),
    [
        ("AWS::SSM::Parameter::Name", "/a"),
        ("AWS::SSM::Parameter::Value<String>", "x, y"),
        ("AWS::SSM::Parameter::Value<List<String>>", ["x", "y"]),
        ("AWS::SSM::Parameter::Value<CommaDelimitedList>", ["x", "y"]),
    ],
)
def test_what_parameter_store_has(type_name: str, worth: object) -> None:
    template = declared(f"{{Type: {type_name}, Default: /a}}")
    assert parameters.in_store(template, {}, {}) == ["/a"]
    found = parameters.values(template, {}, {}, {"/a": "x, y"})["P"]
    assert (found.text, found.resolved) == ("/a", worth)


@pytest.mark.parametrize(
    "inner", ["SecureString", "Number", "AWS::SSM::Parameter::Name", "String>"]
)
def test_types_that_parameter_store_has_not(inner: str) -> None:
    with pytest.raises(TemplateInvalid, match="Unrecognized parameter type: AWS::SSM::Parameter"):
        declared(f"{{Type: 'AWS::SSM::Parameter::Value<{inner}>'}}")


def test_missing_and_unknown() -> None:
    template = document.parse(
        "Parameters: {A: {Type: String}, B: {Type: String}}\nResources: {R: {Type: Custom::R}}"
    )
    with pytest.raises(TemplateInvalid, match=r"^Parameters: \[A, B\] must have values$"):
        parameters.values(template, {}, {})
    with pytest.raises(TemplateInvalid, match=r"^Parameters: \[Z\] do not exist in the template$"):
        parameters.values(template, {"A": "1", "B": "2", "Z": "3"}, {})

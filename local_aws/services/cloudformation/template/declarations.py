"""What a template declares of its parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from collections.abc import Mapping
from typing import Any

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Parameter
from local_aws.services.cloudformation.template.scalars import number_of, text_of

OF_RESOURCES = frozenset(
    [
        "AWS::EC2::AvailabilityZone::Name",
        "AWS::EC2::Image::Id",
        "AWS::EC2::Instance::Id",
        "AWS::EC2::KeyPair::KeyName",
        "AWS::EC2::SecurityGroup::GroupName",
        "AWS::EC2::SecurityGroup::Id",
        "AWS::EC2::Subnet::Id",
        "AWS::EC2::VPC::Id",
        "AWS::EC2::Volume::Id",
        "AWS::Route53::HostedZone::Id",
    ]
)
"""Types whose values must be there in the account."""
TYPES = (
    frozenset(["String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"])
    | OF_RESOURCES
    | {f"List<{name}>" for name in OF_RESOURCES if name != "AWS::EC2::KeyPair::KeyName"}
)
TEXTS = frozenset(["String", "CommaDelimitedList"])
SSM_NAME = "AWS::SSM::Parameter::Name"
SSM_VALUE = "AWS::SSM::Parameter::Value<"
"""Types whose values name parameters of Parameter Store: Ref gives the name, or what it holds."""
KEYS = [
    *["Type", "Default", "Description", "NoEcho", "AllowedValues", "AllowedPattern"],
    *["ConstraintDescription", "MinLength", "MaxLength", "MinValue", "MaxValue"],
]
MAX_DESCRIPTION = 4000


def declared(name: str, of: Any) -> Parameter:
    """One member of the section Parameters."""
    if not isinstance(of, dict) or not isinstance(of.get("Type"), str):
        raise TemplateInvalid(
            "Template format error: Every Parameters object must contain a Type member."
        )
    if unknown := [key for key in of if key not in KEYS]:
        raise TemplateInvalid(f"Invalid template parameter property '{unknown[0]}'")
    _known_type(of["Type"])
    parameter = Parameter(
        name=name,
        type_name=of["Type"],
        default=_text(of, "Default"),
        description=_description(of),
        no_echo=(_text(of, "NoEcho") or "").lower() == "true",
        allowed_values=_allowed(of),
        allowed_pattern=_text(of, "AllowedPattern"),
        constraint_description=_text(of, "ConstraintDescription"),
        min_length=_length(of, "MinLength"),
        max_length=_length(of, "MaxLength"),
        min_value=_number(of, "MinValue"),
        max_value=_number(of, "MaxValue"),
    )
    _consistent(parameter)
    return parameter


def _known_type(type_name: str) -> None:
    if type_name == SSM_NAME or of_value(type_name) in TYPES - {"Number", "List<Number>"}:
        return
    if type_name in TYPES:
        return
    raise TemplateInvalid(f"Template format error: Unrecognized parameter type: {type_name}")


def of_value(type_name: str) -> str | None:
    """The type of the value of a Parameter Store's parameter; None of every other type."""
    inner = type_name.removeprefix(SSM_VALUE)
    return inner.removesuffix(">") if inner != type_name and inner.endswith(">") else None


def _text(of: Mapping[str, Any], key: str) -> str | None:
    """A scalar as a text: CloudFormation compares texts."""
    if isinstance(of.get(key), dict | list):
        raise TemplateInvalid(f"Template format error: Every {key} member must be a string.")
    return text_of(of[key]) if key in of else None


def _description(of: Mapping[str, Any]) -> str:
    description = _text(of, "Description") or ""
    if len(description) > MAX_DESCRIPTION:
        raise TemplateInvalid(
            "Template format error: Description must be no longer than 4000 characters."
        )
    return description


def _allowed(of: Mapping[str, Any]) -> tuple[str, ...]:
    allowed = of.get("AllowedValues", [])
    if not isinstance(allowed, list):
        raise TemplateInvalid("Template format error: Every AllowedValues member must be a list.")
    if any(isinstance(it, dict | list) for it in allowed):
        raise TemplateInvalid("Template format error: Every AllowedValues value must be a string.")
    return tuple(text_of(it) for it in allowed)


def _number(of: Mapping[str, Any], key: str) -> float | None:
    text = _text(of, key)
    if text is None:
        return None
    found = number_of(text)
    if found is None:
        raise TemplateInvalid(f"Template format error: Every {key} member must be a number.")
    return found


def _length(of: Mapping[str, Any], key: str) -> int | None:
    found = _number(of, key)
    return None if found is None else int(found)


def _consistent(of: Parameter) -> None:
    for_texts = of.min_length is not None or of.max_length is not None
    if of.type_name == "Number" and (for_texts or of.allowed_pattern is not None):
        key = "AllowedPattern" if not for_texts else "MinLength" if of.min_length else "MaxLength"
        raise _misplaced(of, key, "String")
    if of.type_name in TEXTS and (of.min_value is not None or of.max_value is not None):
        raise _misplaced(of, "MaxValue" if of.min_value is None else "MinValue", "Number")
    for low, high, kind in (
        (of.min_length, of.max_length, "Length"),
        (of.min_value, of.max_value, "Value"),
    ):
        if low is not None and high is not None and low > high:
            raise TemplateInvalid(
                f"Template error: Parameter '{of.name}' Min{kind} must be less than Max{kind}."
            )


def _misplaced(of: Parameter, key: str, type_name: str) -> TemplateInvalid:
    return TemplateInvalid(
        f"Template error: Parameter '{of.name}' {key} must be on a parameter of type {type_name}"
    )

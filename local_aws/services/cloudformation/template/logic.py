"""What is true or false: conditions, and the assertions of rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.functions import Values
from local_aws.services.cloudformation.template.scalars import text_of
from local_aws.services.cloudformation.template.syntax import BOOLEANS, OF_RULES

SHAPES = {**BOOLEANS, **OF_RULES}


def holds(expression: Any, values: Values) -> bool:
    """Whether an expression such as ``Fn::Equals`` is true. Raises TemplateInvalid."""
    if isinstance(expression, dict) and len(expression) == 1:
        function, argument = next(iter(expression.items()))
        if function in LOGIC:
            shape, message = SHAPES[function]
            if not shape(argument):
                raise TemplateInvalid(f"Template error: {message}")
            return LOGIC[function](argument, values)
    raise TemplateInvalid(
        "Template format error: Conditions can only be boolean operations on parameters and "
        "other conditions"
    )


def _equal(argument: Any, values: Values) -> bool:
    left, right = (_comparable(values.value(it)) for it in argument)
    return bool(left == right)


def _comparable(value: Any) -> Any:
    """Everything is compared as a text: 1 equals "1"."""
    return [text_of(it) for it in value] if isinstance(value, list) else text_of(value)


def _texts(part: Any, values: Values) -> list[str]:
    value = values.value(part)
    return [text_of(it) for it in value] if isinstance(value, list) else [text_of(value)]


def _contains(argument: Any, values: Values) -> bool:
    return text_of(values.value(argument[1])) in _texts(argument[0], values)


def _each_equals(argument: Any, values: Values) -> bool:
    return {text_of(values.value(argument[1]))} == set(_texts(argument[0], values))


def _each_in(argument: Any, values: Values) -> bool:
    return set(_texts(argument[0], values)) <= set(_texts(argument[1], values))


LOGIC: Mapping[str, Callable[[Any, Values], bool]] = {
    "Condition": lambda argument, values: values.condition(argument),
    "Fn::And": lambda argument, values: all(holds(it, values) for it in argument),
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_equals,
    "Fn::EachMemberIn": _each_in,
    "Fn::Equals": _equal,
    "Fn::Not": lambda argument, values: not holds(argument[0], values),
    "Fn::Or": lambda argument, values: any(holds(it, values) for it in argument),
}


def check_rules(rules: Mapping[str, Any], values: Values) -> None:
    """Raise TemplateInvalid where an assertion of a rule that applies does not hold."""
    for rule in rules.values():
        if "RuleCondition" in rule and not holds(rule["RuleCondition"], values):
            continue
        for assertion in rule["Assertions"]:
            if not holds(assertion["Assert"], values):
                raise TemplateInvalid(_failed(assertion))


def _failed(assertion: Mapping[str, Any]) -> str:
    described = assertion.get("AssertDescription")
    return f"Template error: {described}" if described else "Template error: an assertion failed"

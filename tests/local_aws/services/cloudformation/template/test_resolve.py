"""What a stack makes of a template: what is left out, not known yet, or comes to no value."""

from collections.abc import Callable
from typing import Any

import pytest

from local_aws.services.cloudformation.template.errors import TemplateInvalid, Unknown
from local_aws.services.cloudformation.template.resolve import KNOWN_AFTER_APPLY, Resolver

Resolve = Callable[..., Resolver]


class Nothing:
    """A stack of which nothing is made."""

    def ref(self, logical_id: str) -> Any:
        raise Unknown(logical_id)

    def attribute(self, logical_id: str, name: str) -> Any:
        raise Unknown(logical_id)


def thing(value: str) -> str:
    return f"""
Resources:
  Other: {{Type: Custom::O}}
  A:
    Type: Custom::A
    Properties:
      P: {value}
"""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "!Select [2, [a, b]]",
            "Template error: Fn::Select cannot select nonexistent value at index 2",
        ),
        (
            "!Select [-1, [a]]",
            "Template error: Fn::Select cannot select nonexistent value at index -1",
        ),
        (
            "!Select [a, [a]]",
            "Template error: Fn::Select requires a list argument with two elements",
        ),
        ("!Join [',', [[a]]]", "Template error: every Fn::Join object requires two parameters"),
        ("!Join [',', {Ref: AWS::Region}]", "Template error: every Fn::Join object requires"),
        (
            "!Sub ['${L}', {L: [a]}]",
            "Template error: variable L in Fn::Sub expression does not resolve to a string",
        ),
        (
            "!Sub ${AWS::NotificationARNs}",
            "Template error: variable AWS::NotificationARNs in Fn::Sub expression does not resolve",
        ),
        ("!Cidr [10.0.0.0/24, 9, 5]", "Template error: Fn::Cidr: 10.0.0.0/24 does not hold 9"),
        ("!Cidr [10.0.0.0/24, 300, 1]", "Template error: Fn::Cidr: 10.0.0.0/24 does not hold 300"),
        ("!Cidr [10.0.0, 1, 5]", "Template error: Fn::Cidr: 10.0.0 is no CIDR block"),
        ("!GetAZs eu-west-1", "Fn::GetAZs of the region eu-west-1 is not supported by local_aws"),
    ],
)
def test_refused(value: str, message: str, resolved: Resolve) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        resolved(thing(value)).properties("A")
    assert refused.value.message.startswith(message)


def test_mappings(resolved: Resolve) -> None:
    body = "Mappings: {M: {a: {b: c}}}\n" + thing("!FindInMap [M, !Ref AWS::Region, b]")
    with pytest.raises(TemplateInvalid, match="Unable to get mapping for M::us-east-1::b"):
        resolved(body).properties("A")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("!Ref Other", KNOWN_AFTER_APPLY),
        ("!GetAtt Other.Arn", KNOWN_AFTER_APPLY),
        ("!Sub ${Other}/${Other.Arn}", f"{KNOWN_AFTER_APPLY}/{KNOWN_AFTER_APPLY}"),
        ("!Join ['/', [a, !Ref Other]]", f"a/{KNOWN_AFTER_APPLY}"),
        ("!Join ['/', !GetAtt Other.List]", KNOWN_AFTER_APPLY),
        ("!Select [1, !GetAtt Other.List]", KNOWN_AFTER_APPLY),
        ("!Split ['/', !Ref Other]", KNOWN_AFTER_APPLY),
        ("!Base64 {Ref: Other}", KNOWN_AFTER_APPLY),
        ("!Cidr [!GetAtt Other.CidrBlock, 2, 8]", KNOWN_AFTER_APPLY),
        ("'{{resolve:secretsmanager:a}}'", "{{resolve:secretsmanager:a}}"),
    ],
)
def test_known_after_apply(value: str, shown: str, resolved: Resolve) -> None:
    resolver = resolved(thing(value), Nothing())
    assert resolver.properties("A", known_after_apply=True) == {"P": shown}


def test_unknown_is_raised_when_it_matters(resolved: Resolve) -> None:
    resolver = resolved(thing("!Ref Other"), Nothing())
    assert resolver.properties("A", known_after_apply=True)
    with pytest.raises(Unknown):
        resolver.properties("A")


def test_no_properties_at_all(resolved: Resolve) -> None:
    body = "Resources: {A: {Type: Custom::A, Properties: !Ref 'AWS::NoValue'}}"
    assert resolved(body).properties("A") == {}


LEFT_OUT = """
Conditions: {{Never: !Equals [a, b]}}
Resources:
  Out: {{Type: Custom::O, Condition: Never}}
  A: {{Type: Custom::A, Properties: {{P: {value}}}}}
Outputs:
  O: {{Value: {output}}}
  Never: {{Value: !Ref Out, Condition: Never}}
"""


def test_a_reference_to_what_is_left_out(resolved: Resolve) -> None:
    with pytest.raises(
        TemplateInvalid, match=r"Unresolved resource dependencies \[Out\] in the Resources block"
    ):
        resolved(LEFT_OUT.format(value="!Ref Out", output="1"))
    with pytest.raises(
        TemplateInvalid, match=r"Unresolved resource dependencies \[Out\] in the Outputs block"
    ):
        resolved(LEFT_OUT.format(value="1", output="!GetAtt Out.Arn"))
    resolver = resolved(LEFT_OUT.format(value="!If [Never, !Ref Out, x]", output="1"))
    assert list(resolver.active_resources()) == ["A"]
    assert resolver.active_outputs() == ["O"]


def test_outputs(resolved: Resolve) -> None:
    resolver = resolved(
        "Resources: {A: {Type: Custom::A}}\n"
        "Outputs:\n"
        "  Number: {Value: 7}\n"
        "  Flag: {Value: true, Export: {Name: !Sub '${AWS::StackName}-flag'}}\n"
        "  List: {Value: [a]}\n"
        "  Bad: {Value: a, Export: {Name: !Sub '${AWS::StackId}'}}\n"
    )
    assert [resolver.output("Number"), resolver.output("Flag")] == ["7", "true"]
    assert [resolver.export("Number"), resolver.export("Flag")] == [None, "demo-flag"]
    with pytest.raises(TemplateInvalid, match=r"Output List is malformed\. The Value field"):
        resolver.output("List")
    with pytest.raises(TemplateInvalid, match=r"Output Bad is malformed\. The Name field"):
        resolver.export("Bad")


RULES = """
Parameters:
  Env: {Type: String, Default: dev}
  Size: {Type: String, Default: small}
  Zones: {Type: CommaDelimitedList, Default: "a,b"}
Rules:
  Production:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - Assert: !Contains [[large, huge], !Ref Size]
        AssertDescription: production is large
  Zones:
    Assertions:
      - Assert: !EachMemberIn [!Ref Zones, [a, b, c]]
        AssertDescription: zones are a, b and c
  Not:
    Assertions:
      - Assert: !Not [!EachMemberEquals [!Ref Zones, c]]
Resources: {A: {Type: Custom::A}}
"""


def test_rules(resolved: Resolve) -> None:
    resolved(RULES)
    resolved(RULES, Env="prod", Size="huge")
    with pytest.raises(TemplateInvalid, match="production is large"):
        resolved(RULES, Env="prod")
    with pytest.raises(TemplateInvalid, match="zones are a, b and c"):
        resolved(RULES, Zones="a,z")
    with pytest.raises(TemplateInvalid, match="an assertion failed"):
        resolved(RULES, Zones="c,c")


def test_what_is_shown_is_decided_by_the_true_values(resolved: Resolve) -> None:
    resolver = resolved(
        """
        Parameters: {Secret: {Type: String, NoEcho: true}}
        Conditions: {Given: !Equals [!Ref Secret, s3cret]}
        Rules: {R: {Assertions: [{Assert: !Contains [[s3cret], !Ref Secret]}]}}
        Resources:
          A:
            Type: Custom::A
            Condition: Given
            Properties: {P: !If [Given, !Sub "is ${Secret}", none], Q: !Ref B}
          B: {Type: Custom::B}
        """,
        Secret="s3cret",
    )
    shown = resolver.showing({"Secret": "****"}, Nothing())
    assert shown.properties("A", known_after_apply=True) == {"P": "is ****", "Q": KNOWN_AFTER_APPLY}
    assert resolver.properties("A") == {"P": "is s3cret", "Q": "B's id"}

"""The order in which resources are made."""

from collections.abc import Callable

import pytest

from local_aws.services.cloudformation.template import graph
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.resolve import Resolver

Resolve = Callable[..., Resolver]


def layers(resolver: Resolver) -> list[set[str]]:
    return [set(it) for it in graph.order(resolver.active_resources(), resolver.template)]


def test_every_way_to_depend(resolved: Resolve) -> None:
    resolver = resolved(
        """
        Resources:
          First: {Type: Custom::T}
          ByRef: {Type: Custom::T, Properties: {P: [!Ref First]}}
          ByAttribute: {Type: Custom::T, Properties: {P: {Q: !GetAtt First.Arn}}}
          BySub: {Type: Custom::T, Properties: {P: !Sub "${First}"}}
          ByVariable: {Type: Custom::T, Properties: {P: !Sub ["${V}", {V: !Ref First}]}}
          ByOrder: {Type: Custom::T, DependsOn: First}
          ByMetadata: {Type: Custom::T, Metadata: {M: !Ref First}}
          Literal: {Type: Custom::T, Properties: {P: !Sub "${!First}"}}
          Last: {Type: Custom::T, DependsOn: [ByRef, ByAttribute]}
        """
    )
    assert layers(resolver) == [
        {"First", "Literal"},
        {"ByRef", "ByAttribute", "BySub", "ByVariable", "ByOrder", "ByMetadata"},
        {"Last"},
    ]


def test_a_branch_not_taken_is_not_waited_for(resolved: Resolve) -> None:
    body = """
        Parameters: {Turn: {Type: String, Default: a}}
        Conditions: {A: !Equals [!Ref Turn, a]}
        Resources:
          One: {Type: Custom::T, Properties: {P: !If [A, x, !Ref Two]}}
          Two: {Type: Custom::T, Properties: {P: !If [A, !Ref One, x]}}
        """
    assert layers(resolved(body)) == [{"One"}, {"Two"}]
    assert layers(resolved(body, Turn="b")) == [{"Two"}, {"One"}]


@pytest.mark.parametrize(
    ("resources", "circle"),
    [
        ("A: {Type: Custom::T, DependsOn: B}, B: {Type: Custom::T, DependsOn: A}", "A, B"),
        ("A: {Type: Custom::T, Properties: {P: !Ref A}}, B: {Type: Custom::T}", "A"),
        (
            "A: {Type: Custom::T, DependsOn: B}, B: {Type: Custom::T, DependsOn: C}, "
            "C: {Type: Custom::T, DependsOn: B}, D: {Type: Custom::T}",
            "B, C",
        ),
    ],
)
def test_circles(resources: str, circle: str, resolved: Resolve) -> None:
    resolver = resolved(f"Resources: {{{resources}}}")
    with pytest.raises(TemplateInvalid) as refused:
        graph.order(resolver.active_resources(), resolver.template)
    assert refused.value.message == f"Circular dependency between resources: [{circle}]"


def test_order_is_that_of_the_template(resolved: Resolve) -> None:
    names = [f"R{number}" for number in range(50)]
    resolver = resolved("Resources:\n" + "\n".join(f"  {it}: {{Type: Custom::T}}" for it in names))
    assert graph.order(resolver.active_resources(), resolver.template) == [names]

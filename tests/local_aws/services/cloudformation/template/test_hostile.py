"""Templates that nobody means well with: refused as templates, never an error of ours."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.services.cloudformation.template import document, graph, parameters, schemas, source
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.resolve import Resolver
from local_aws.services.cloudformation.template.summary import summary
from local_aws.services.cloudformation.template.syntax import BOOLEANS, OF_RULES

from .conftest import PSEUDO, Answers

SCALARS = st.one_of(
    st.sampled_from(["A", "P", "C", "M", "a.b", "${A}-${P}", "${A.x}", "&{A}", ""]),
    *(st.text(max_size=8), st.booleans(), st.integers(-3, 3), st.just(1e300)),
)
NAMES = st.sampled_from(
    ["A", "B", "P", "L", "AWS::Region", "AWS::NoValue", "AWS::NotificationARNs"]
)
SHAPED: dict[str, Callable[[Any], Any]] = {
    "Ref": lambda inner: NAMES,
    "Fn::Base64": lambda inner: inner,
    "Fn::Cidr": lambda inner: st.tuples(inner | st.just("10.0.0.0/16"), inner, inner),
    "Fn::FindInMap": lambda inner: st.one_of(
        st.tuples(st.just("M") | inner, inner, inner),
        st.tuples(
            st.just("M"), inner, inner, inner | st.builds(lambda it: {"DefaultValue": it}, inner)
        ),
    ),
    "Fn::GetAtt": lambda inner: st.tuples(st.sampled_from(["A", "B"]), st.just("Arn") | inner),
    "Fn::GetAZs": lambda inner: inner,
    "Fn::If": lambda inner: st.tuples(st.just("C"), inner, inner),
    "Fn::ImportValue": lambda inner: inner,
    "Fn::Join": lambda inner: st.tuples(st.just("-"), st.lists(inner, max_size=3) | inner),
    "Fn::Length": lambda inner: st.lists(inner, max_size=2),
    "Fn::Select": lambda inner: st.tuples(st.integers(-1, 2) | inner, st.lists(inner) | inner),
    "Fn::Split": lambda inner: st.tuples(st.just("-"), inner),
    "Fn::Sub": lambda inner: st.tuples(
        st.just("${V}-${A.Arn}"), st.fixed_dictionaries({"V": inner})
    ),
    "Fn::ToJsonString": lambda inner: st.lists(inner, max_size=2),
}
"""By function: arguments of its shape, whatever is in them."""


def function(inner: Any) -> Any:
    """A function around values: most of them well-formed, some not."""
    shaped = [st.builds(lambda it, name=name: {name: it}, of(inner)) for name, of in SHAPED.items()]
    names = st.sampled_from([*BOOLEANS, *OF_RULES, *SHAPED, "Fn::Transform", "Fn::Nope"])
    broken = st.builds(lambda name, it: {name: it}, names, inner)
    return st.one_of(*shaped, *shaped, broken)


VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["Key", "Value", "Condition"]), inner, max_size=3),
        *(function(inner), function(inner)),
    ),
    max_leaves=10,
)
PROPERTIES = st.dictionaries(st.sampled_from(["Tags", "Name", "BucketName", "Role"]), VALUES)
RESOURCE = st.fixed_dictionaries(
    {"Type": st.sampled_from(["AWS::S3::Bucket", "AWS::Glue::Job", "Custom::T"])},
    optional={"Properties": PROPERTIES | VALUES, "DependsOn": st.just("B"), "Metadata": PROPERTIES},
)
OPERAND = st.sampled_from(
    [{"Ref": "P"}, {"Ref": "L"}, {"Ref": "AWS::NoValue"}, "p", 1, True, [], {}]
)
COMPARISON = st.builds(lambda *it: {"Fn::Equals": it}, OPERAND, OPERAND)
ITEMS = st.lists(SCALARS, max_size=3)
BODY = st.fixed_dictionaries({"Q&{I}": RESOURCE})
LOOP = st.tuples(st.just("I"), st.one_of(ITEMS, ITEMS, VALUES), BODY)
EXPORT = st.fixed_dictionaries({"Name": SCALARS}) | VALUES
TEMPLATES = st.fixed_dictionaries(
    {
        "Parameters": st.just(
            {"P": {"Type": "String", "Default": "p"}, "L": {"Type": "List<Number>", "Default": 1}}
        ),
        "Mappings": st.just({"M": {"a": {"b": [1, "c"]}}}),
        "Conditions": st.fixed_dictionaries({"C": COMPARISON}),
        "Resources": st.fixed_dictionaries(
            {"A": RESOURCE, "B": RESOURCE}, optional={"Fn::ForEach::L": LOOP}
        ),
        "Transform": st.sampled_from(["AWS::LanguageExtensions", []]),
    },
    optional={
        "Outputs": st.fixed_dictionaries(
            {"O": st.fixed_dictionaries({"Value": VALUES}, optional={"Export": EXPORT})}
        ),
    },
)
"""Templates whose sections are right, for what is wrong further down."""
MEMBERS = [
    "Type",
    "Value",
    "Assertions",
    "Assert",
    "Default",
    "Properties",
    "DependsOn",
    "Fn::ForEach::L",
]
TREES: st.SearchStrategy[Any] = st.recursive(
    VALUES | st.none(),
    lambda inner: st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=6,
)
SECTIONS = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.just("A"), TREES, min_size=1)},
    optional={
        name: st.dictionaries(st.just("A"), TREES) | TREES
        for name in ["Parameters", "Mappings", "Conditions", "Rules", "Outputs", "Description"]
    },
)
"""Templates whose sections are anything."""


def everything(body: str) -> None:
    """All that may be done with a template's text."""
    with contextlib.suppress(TemplateInvalid):
        template = document.parse(body)
        summary(template)
        values = parameters.values(template, {}, {})
        template = document.processed(template, values, PSEUDO.values())
        resolver = Resolver(template, values, PSEUDO, Answers())
        resources = resolver.active_resources()
        graph.order(resources, template)
        for name in resolver.active_outputs():
            resolver.output(name)
            resolver.export(name)
        for name, resource in resources.items():
            found = schemas.coerced(resource.type_name, resolver.properties(name))
            schemas.problems(resource.type_name, found)
            schemas.changes(resource.type_name, {}, found)


@given(TEMPLATES | SECTIONS)
@settings(max_examples=60, deadline=None)
def test_any_template(tree: dict[str, Any]) -> None:
    everything(json.dumps(tree))


@given(st.text(max_size=200) | st.text(alphabet="{}[]:,'\"!&*|>-# \n\tab0<~", max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text(body: str) -> None:
    everything(body)


PRINTED = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=6)
"""PyYAML does not write every line break so that it reads it again."""
PLAIN: st.SearchStrategy[Any] = st.recursive(
    PRINTED | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PRINTED, inner, max_size=3),
    max_leaves=15,
)


@given(st.dictionaries(PRINTED, PLAIN, max_size=4))
@settings(max_examples=60, deadline=None)
def test_json_and_yaml_are_the_same(tree: dict[str, Any]) -> None:
    as_yaml = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=False)
    assert source.read(as_yaml) == source.read(json.dumps(tree)) == tree


DEEP = 20_000
LAUGHS = "\n".join(
    ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * DEEP, id="lists"),
        pytest.param('{"a":' * DEEP, id="maps"),
        pytest.param('{"a":' * DEEP + "1" + "}" * DEEP, id="closed"),
        pytest.param("Resources: " + "{a: " * 200 + "1" + "}" * 200, id="flow"),
        pytest.param("\n".join(" " * n + "a:" for n in range(500)), id="block"),
        pytest.param(LAUGHS, id="laughs"),
        pytest.param("Resources: {A: {Type: " + "9" * 100_000 + "}}", id="number"),
        pytest.param("Resources: {A: " + "!Sub " * 1000 + "}", id="tags"),
        pytest.param("Resources: {A: {Type: !!binary aaa, Properties: !!set {a}}}", id="kinds"),
        pytest.param("Resources: {A: {Type: !!int abc}}", id="no number"),
        pytest.param("\x00", id="nul"),
        pytest.param('{"Resources": "\ud800"}', id="surrogate"),
        pytest.param("%YAML 3.0\n---\na: b", id="version"),
    ],
)
def test_documents(body: str) -> None:
    with pytest.raises(TemplateInvalid):
        document.parse(body)


def doubling(levels: int) -> str:
    """Fn::Sub in Fn::Sub, each of which doubles what is in it."""
    part: Any = "xxxxxxxxxx"
    for _ in range(levels):
        part = {"Fn::Sub": ["${V}${V}", {"V": part}]}
    return json.dumps({"Resources": {"A": {"Type": "Custom::T", "Properties": {"P": part}}}})


def test_texts_that_double(resolved: Callable[..., Resolver]) -> None:
    assert len(resolved(doubling(10)).properties("A")["P"]) == 10 * 2**10
    with pytest.raises(TemplateInvalid, match="longer than"):
        resolved(doubling(30)).properties("A")


def test_loops_that_multiply(resolved: Callable[..., Resolver]) -> None:
    part: Any = {"${A}${B}${C}": {"Type": "Custom::T"}}
    for name in "ABC":
        part = {f"Fn::ForEach::{name}": [name, [f"x{n}" for n in range(200)], part]}
    body = json.dumps({"Transform": "AWS::LanguageExtensions", "Resources": part})
    with pytest.raises(TemplateInvalid, match="more than"):
        resolved(body)

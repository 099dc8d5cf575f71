"""Web functions: IPv4 addresses as whole numbers and back, and a URL's query as JSON.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.web.html
"""

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    operation,
    source,
    text_source,
)
from local_aws.services.databrew.engine.special import IPV4
from local_aws.services.databrew.engine.sql import convert, literal
from local_aws.services.databrew.engine.steps import Step

PAIRS, NAMES = "__pairs", "__names"


@operation("IP_TO_INT")
def ip_to_int(frame: Frame, step: Step) -> Frame:
    """NULL where the text is no IPv4 address."""
    value = f"trim({text_source(frame, step)})"
    octets = (f"CAST(split_part({value}, '.', {i}) AS BIGINT)" for i in range(1, 5))
    total = " + ".join(
        f"{octet} * {256**power}" for octet, power in zip(octets, (3, 2, 1, 0), strict=True)
    )
    valid = f"regexp_matches({value}, {literal(IPV4)})"
    return add(frame, step, f"CASE WHEN {valid} THEN {total} END")


@operation("INT_TO_IP")
def int_to_ip(frame: Frame, step: Step) -> Frame:
    """NULL below 0 and above 4294967295."""
    value = convert(*source(frame, step), "long")
    octets = (f"CAST(({value} // {256**power}) % 256 AS VARCHAR)" for power in (3, 2, 1, 0))
    shown = " || '.' || ".join(octets)
    return add(frame, step, f"CASE WHEN {value} BETWEEN 0 AND 4294967295 THEN {shown} END")


@operation("URL_PARAMS")
def url_params(frame: Frame, step: Step) -> Frame:
    """``{"name": ["value", ...]}`` in the order of the URL; without a query ``{}``.

    Names and values are decoded, ``+`` is a space, and what has no value is left out.
    """
    kept = frame.same()
    query = f"regexp_extract({text_source(frame, step)}, '\\?([^#]*)', 1)"
    given = f"list_filter(string_split({query}, '&'), lambda p: regexp_matches(p, '^[^=]+=.'))"
    pairs = f"list_transform({given}, lambda p: {{'k': {_key('p')}, 'v': {_value('p')}}})"
    paired = frame.select({**kept, PAIRS: pairs})
    named = paired.select({**paired.same(), NAMES: f"list_transform({PAIRS}, lambda p: p.k)"})
    first = f"list_filter({NAMES}, lambda k, i: list_position({NAMES}, k) = i)"
    values = f"list_transform(list_filter({PAIRS}, lambda p: p.k = k), lambda p: p.v)"
    member = f"k || ': [' || array_to_string({values}, ', ') || ']'"
    members = f"array_to_string(list_transform({first}, lambda k: {member}), ', ')"
    added = add(named, step, f"'{{' || {members} || '}}'")
    target = added.resolve(step.text("targetColumn"))
    return added.select({**kept, target: added.column(target)[0]})


def _key(pair: str) -> str:
    return _quoted(f"split_part({pair}, '=', 1)")


def _value(pair: str) -> str:
    return _quoted(f"substr({pair}, strpos({pair}, '=') + 1)")


def _quoted(text: str) -> str:
    return f"CAST(to_json(url_decode(replace({text}, '+', ' '))) AS VARCHAR)"

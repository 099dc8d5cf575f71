"""Rules that would never strike are refused, with the place and the remedy."""

import json
from typing import Any

import pytest

from local_aws.faults.board import Board, InjectedFailure
from local_aws.faults.rules import BadRules, Rule, read_rules

START = {"service": "glue", "operation": "StartJobRun"}


def read(*rules: Any) -> list[Rule]:
    return read_rules(json.dumps({"rules": rules}).encode())


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"service": "glue"}, "missing required field `fault` - at `$.rules[0]`"),
        ({"service": "glue", "fault": "flood"}, "Invalid enum value 'flood'"),
        ({"service": "glue", "fault": "error", "time": 2}, "unknown field `time`"),
        ({"service": "glue", "fault": "error", "times": 0}, "Expected `int` >= 1"),
        ({"service": "glue", "fault": "error", "times": "2"}, "Expected `int`, got `str`"),
        ({"service": "glue", "fault": "error", "after": -1}, "Expected `int` >= 0"),
        ({"service": "glue", "fault": "slow", "seconds": -1}, "Expected `float` > 0"),
        ({"service": "glue", "fault": "slow"}, "needs 'seconds'"),
        ({"service": "glue", "fault": "throttle", "status": 418}, "Invalid enum value 418"),
        ({"service": "glue", "fault": "error", "status": 503}, "'status' belongs to .* 'throttle'"),
        ({"service": "glue", "fault": "error", "seconds": 1}, "'seconds' belongs to .* 'slow'"),
        ({"service": "glue", "fault": "error", "message": "x"}, "belongs to .* 'fail_run'"),
        ({"service": "iam", "fault": "error"}, "'iam' has no faults. Those with faults: s3, logs"),
        ({**START, "operation": "StartJob", "fault": "error"}, "Glue has no operation 'StartJob'"),
        ({"service": "glue", "fault": "fail_run"}, r"glue:\* starts no run.*glue:StartCrawler"),
        ({"service": "s3", "operation": "PutObject", "fault": "fail_run"}, "starts no run"),
    ],
)
def test_a_bad_rule_is_refused_in_words(rule: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRules, match=said.replace("$.", r"\$\.").replace("[0]", r"\[0\]")):
        read(rule)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"rules": {}}', b'{"rules": [], "x": 1}'])
def test_what_is_no_list_of_rules_is_refused(body: bytes) -> None:
    with pytest.raises(BadRules, match="The rules cannot be read"):
        read_rules(body)


def test_the_second_rule_is_named() -> None:
    with pytest.raises(BadRules, match="Rule 1: the service 'x'"):
        read({"service": "s3", "fault": "error"}, {"service": "x", "fault": "error"})


def test_a_rule_lets_some_calls_through_then_strikes_some() -> None:
    board = Board()
    board.post(read({**START, "fault": "error", "after": 2, "times": 2}))
    struck = [board.strike("glue", "StartJobRun") is not None for _ in range(6)]
    assert struck == [False, False, True, True, False, False]
    assert board.strike("glue", "GetJob") is None
    assert board.strike("databrew", "StartJobRun") is None
    assert [(r["seen"], r["fired"]) for r in board.shown()] == [(6, 2)]


def test_a_call_is_struck_by_the_first_rule_that_is_due() -> None:
    board = Board()
    board.post(read({**START, "fault": "error"}, {"service": "glue", "fault": "drop_after"}))
    faults = [found and found.fault for found in (board.strike(*_start()) for _ in range(3))]
    assert faults == ["error", "drop_after", None]


def _start() -> tuple[str, str]:
    return START["service"], START["operation"]


def test_only_the_run_that_was_started_inside_fails() -> None:
    board = Board()
    board.started("before")
    with board.failing("on purpose"):
        board.started("inside")
    board.started("after")
    board.check("before")
    board.check("after")
    with pytest.raises(InjectedFailure, match="on purpose"):
        board.check("inside")
    board.check("inside")  # once

"""The pages of stacks."""

import json

import httpx

from local_aws.console.stack_graph import Part, graph
from tests.conftest import LocalServer
from tests.local_aws.console.support import HOSTILE, show
from tests.local_aws.services.cloudformation.stacks.support import create, delete, workgroup


def test_a_stack_is_shown_with_its_story_and_without_its_secret(
    server: LocalServer, browser: httpx.Client, name: str
) -> None:
    cf = server.client("cloudformation")
    body = {
        "Description": HOSTILE,
        "Parameters": {"Word": {"Type": "String", "NoEcho": True}},
        "Resources": {
            "First": workgroup(name),
            "Second": workgroup({"Fn::Sub": "${First}-2"}),
        },
        "Outputs": {"Group": {"Value": {"Ref": "Second"}, "Export": {"Name": f"{name}-group"}}},
    }
    given = [{"ParameterKey": "Word", "ParameterValue": "hush-hush"}]
    create(cf, name, json.dumps(body), Parameters=given)
    assert name in show(browser, "stacks")
    page = show(browser, "stack", id=name)
    assert page.count('<g class="node good">') == 2
    assert page.count('<path class="edge"') == 1
    for word in (f"{name}-2", f"{name}-group", "Create complete", "User Initiated", "****"):
        assert word in page
    assert "hush-hush" not in page
    assert HOSTILE not in page
    stack_id = cf.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    delete(cf, name)
    assert "Delete complete" in show(browser, "stack", id=stack_id)
    assert browser.get("/_console/stack", params={"id": "no-such"}).status_code == 400


def test_what_is_needed_stands_left_of_what_needs_it() -> None:
    def part(*needs: str) -> Part:
        return Part("AWS::X::Y", "CREATE_COMPLETE", list(needs))

    made = graph({"C": part("B", "A"), "B": part("A"), "A": part(), "Lost": part("not-there")})
    assert made is not None
    x = {node.name: node.x for node in made.nodes}
    assert x["A"] == x["Lost"] < x["B"] < x["C"]
    assert len(made.edges) == 3
    assert len({(node.x, node.y) for node in made.nodes}) == 4
    assert graph({}) is None
    assert graph({f"R{i}": part() for i in range(500)}) is None

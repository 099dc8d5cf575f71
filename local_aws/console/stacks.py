"""CloudFormation's stacks, and what became of each."""

import json
from typing import Any

from local_aws.console import stack_graph
from local_aws.console.answers import Answer, NotThere, page
from local_aws.console.lake import Ask, Lake, every
from local_aws.services.cloudformation.stacks.records import Resource

CONSOLE_PAGES = {
    "AWS::S3::Bucket": ("bucket", "name"),
    "AWS::Glue::Database": ("database", "name"),
    "AWS::Glue::Crawler": ("crawler", "name"),
    "AWS::Glue::Job": ("job", "name"),
    "AWS::CloudFormation::Stack": ("stack", "id"),
}
"""Where the console shows a resource, by the name of its query."""


def stacks(lake: Lake, _ask: Ask) -> Answer:
    """The stacks that are there; nested ones below their roots' pages."""
    found = list(every(lake.cloudformation.describe_stacks, "Stacks"))
    roots = [one for one in found if not one["ParentId"]]
    return page("stacks.html", stacks=roots, nested=len(found) - len(roots), busy=_busy(found))


def stack(lake: Lake, ask: Ask) -> Answer:
    """One stack: its graph, resources, events, outputs, parameters and template."""
    api = lake.cloudformation
    if not ask.get("id"):
        raise NotThere("The address names no stack.")
    told = api.describe_stacks({"StackName": ask.get("id")})["Stacks"][0]
    asked = {"StackName": told["StackId"]}
    resources = api.store.resources(told["StackId"], deleted=told["StackStatus"] in DELETED)
    more = {"NextToken": ask.get("after")} if ask.get("after") else {}
    events = api.describe_stack_events(asked | more)
    return page(
        "stack.html",
        stack=told,
        busy=_busy([told]),
        resources=[(one, _address(one)) for one in resources.values()],
        graph=stack_graph.graph(
            {
                name: stack_graph.Part(one.type, one.status, one.pending.get("needs", one.needs))
                for name, one in resources.items()
            }
        ),
        box=(stack_graph.WIDTH, stack_graph.HEIGHT),
        events=events["StackEvents"],
        following=events.get("NextToken"),
        after=ask.get("after"),
        body=_text(api.get_template(asked)["TemplateBody"]),
    )


DELETED = ("DELETE_COMPLETE",)


def _busy(found: list[dict[str, Any]]) -> bool:
    words = (one["StackStatus"] for one in found)
    return any(word.endswith("_IN_PROGRESS") and word != "REVIEW_IN_PROGRESS" for word in words)


def _address(one: Resource) -> tuple[str, dict[str, str]] | None:
    """The console's page of a resource."""
    known = CONSOLE_PAGES.get(one.type)
    if known is None or not one.physical_id or one.status in DELETED:
        return None
    return known[0], {known[1]: one.physical_id}


def _text(template: Any) -> str:
    """The template to be read: JSON that somebody sent in one line gets its lines."""
    if isinstance(template, str) and not template.startswith("{"):
        return template
    tree = json.loads(template) if isinstance(template, str) else template
    return json.dumps(tree, indent=2, ensure_ascii=False)

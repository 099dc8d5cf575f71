"""Jobs."""

from typing import Any

from local_aws.services.cloudformation.resources.described import writable
from local_aws.services.cloudformation.resources.glue.named import Document, Named
from local_aws.services.cloudformation.resources.handler import Properties, Work

SAME = (
    "AllocatedCapacity",
    "Command",
    "DefaultArguments",
    "Description",
    "ExecutionClass",
    "ExecutionProperty",
    "GlueVersion",
    "JobMode",
    "JobRunQueuingEnabled",
    "LogUri",
    "MaxCapacity",
    "MaxRetries",
    "NonOverridableArguments",
    "NotificationProperty",
    "NumberOfWorkers",
    "Role",
    "Timeout",
    "WorkerType",
)
CAPACITY = ("MaxCapacity", "AllocatedCapacity")


class Jobs(Named):
    """AWS::Glue::Job. UpdateJob gives the default of all that it is not told."""

    takes = frozenset({*SAME, "Name", "Tags"})
    refuses = frozenset({"Command.Runtime"})
    noun = "job"
    member = "JobName"
    delete_member = "JobName"
    tagged = True

    def given_name(self, properties: Properties) -> Any:
        return properties.get("Name")

    def definition(self, work: Work, name: str) -> Document:
        return _given(work.properties) | {"Name": name}

    def changes(self, work: Work, name: str) -> Document:
        return {"JobName": name, "JobUpdate": _given(work.properties)}

    def template(self, shown: Document) -> Document:
        """Workers or capacity: a template that gives both is refused."""
        kept: Document = writable("glue", "UpdateJob", "JobUpdate", shown)
        other = CAPACITY if "WorkerType" in kept else ()
        return {k: v for k, v in kept.items() if k not in other} | {"Name": shown["Name"]}


def _given(properties: Properties) -> Document:
    return {k: properties[k] for k in SAME if k in properties}

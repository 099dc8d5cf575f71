"""CloudWatch Logs' types: groups and streams.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find, pages
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.named import Named, changed

ABSENT = ("ResourceNotFoundException",)
TAGS = ("tags", "tagKeys")


class LogGroup(Named):
    named_by = "LogGroupName"
    longest = 512
    made_with = frozenset({"KmsKeyId"})
    takes = frozenset({"LogGroupName", "LogGroupClass", "KmsKeyId", "RetentionInDays", "Tags"})

    def make(self, work: Work) -> None:
        call(
            work.client("logs"),
            "create_log_group",
            logGroupName=self.name(work),
            logGroupClass=work.properties.get("LogGroupClass"),
            kmsKeyId=work.properties.get("KmsKeyId"),
        )

    def update(self, work: Work) -> Made:
        logs, group = work.client("logs"), work.physical_id
        if changed(work, "RetentionInDays"):
            days = work.properties.get("RetentionInDays")
            if days is None:
                call(logs, "delete_retention_policy", logGroupName=group)
            else:
                call(logs, "put_retention_policy", logGroupName=group, retentionInDays=days)
        self._bring_key(work)
        found = _described(logs, group) or {}
        arn = found["logGroupArn"]
        tags.bring(logs, {"resourceArn": arn}, _tags(logs, arn), tags.wanted(work), dict, TAGS)
        return _made(found)

    @staticmethod
    def _bring_key(work: Work) -> None:
        if not changed(work, "KmsKeyId"):
            return
        logs, group, key = work.client("logs"), work.physical_id, work.properties.get("KmsKeyId")
        if key:
            call(logs, "associate_kms_key", logGroupName=group, kmsKeyId=key)
        else:
            call(logs, "disassociate_kms_key", logGroupName=group)

    def delete(self, work: Work) -> None:
        find(work.client("logs"), "delete_log_group", ABSENT, logGroupName=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        logs = work.client("logs")
        found = _described(logs, work.physical_id)
        if found is None:
            return None
        own = tags.own(work, _tags(logs, found["logGroupArn"]))
        told = {
            "LogGroupName": found["logGroupName"],
            "LogGroupClass": found["logGroupClass"],
            "KmsKeyId": found.get("kmsKeyId"),
            "RetentionInDays": found.get("retentionInDays"),
            "Tags": own,
        }
        return {name: value for name, value in told.items() if value}

    def identify(self, work: Work) -> Made | None:
        found = _described(work.client("logs"), self.name(work))
        return _made(found) if found else None


def _described(logs: Any, group: str) -> dict[str, Any] | None:
    found = pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=group)
    return next((one for one in found if one["logGroupName"] == group), None)


def _made(found: dict[str, Any]) -> Made:
    return Made(found["logGroupName"], {"Arn": found["arn"]})


def _tags(logs: Any, arn: str) -> dict[str, str]:
    return tags.by_key(call(logs, "list_tags_for_resource", resourceArn=arn)["tags"])


class LogStream(Handler):
    """All that a stream has is its name; its physical id is its own name, as AWS's ``Ref`` says."""

    takes = frozenset({"LogGroupName", "LogStreamName"})

    def create(self, work: Work) -> Made:
        found = self.identify(work) if work.retried else None
        if found is not None:
            return found
        stream = self._name(work)
        group = work.properties["LogGroupName"]
        call(work.client("logs"), "create_log_stream", logGroupName=group, logStreamName=stream)
        return Made(stream)

    def update(self, work: Work) -> Made:
        return Made(work.physical_id)

    def delete(self, work: Work) -> None:
        names = {"logGroupName": work.before["LogGroupName"], "logStreamName": work.physical_id}
        find(work.client("logs"), "delete_log_stream", ABSENT, **names)

    def read(self, work: Work) -> Properties | None:
        group = (work.properties or work.before)["LogGroupName"]
        logs, stream = work.client("logs"), self._name(work)
        if _described(logs, group) is None:
            return None
        found = pages(
            logs,
            "describe_log_streams",
            "logStreams",
            logGroupName=group,
            logStreamNamePrefix=stream,
        )
        known = any(one["logStreamName"] == stream for one in found)
        return {"LogGroupName": group, "LogStreamName": stream} if known else None

    def identify(self, work: Work) -> Made | None:
        return Made(self._name(work)) if self.read(work) else None

    @staticmethod
    def _name(work: Work) -> str:
        return work.physical_id or str(work.properties.get("LogStreamName") or work.name)


HANDLERS: dict[str, Handler] = {
    "AWS::Logs::LogGroup": LogGroup(),
    "AWS::Logs::LogStream": LogStream(),
}

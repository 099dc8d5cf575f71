"""AWS::SSM::Parameter.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
As on AWS there is no SecureString: a template would tell the secret.
"""

from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import (
    Made,
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.resources.named import Named, changed

ABSENT = ("ParameterNotFound",)
SECURE = "SecureString"
VALUES = ("Type", "Value", "Description", "AllowedPattern", "Tier", "DataType")
"""Properties that are PutParameter's members too."""


class Parameter(Named):
    named_by = "Name"
    made_with = frozenset({*VALUES, "Tags"})
    takes = frozenset({"Name", "Tags", *VALUES})

    def name(self, work: Work) -> str:
        """As AWS makes one up: a stack's own name may begin with what is reserved."""
        made_up = f"CFN-{work.logical_id}-{work.name.rpartition('-')[2]}"
        return str(work.physical_id or work.properties.get("Name") or made_up)

    def make(self, work: Work) -> None:
        _refuse_secure(work)
        own = tags.entries(tags.wanted(work))
        call(work.client("ssm"), "put_parameter", Name=self.name(work), Tags=own, **_values(work))

    def update(self, work: Work) -> Made:
        _refuse_secure(work)
        ssm, name = work.client("ssm"), work.physical_id
        if changed(work, *VALUES):
            # What a version leaves out stays: an empty text takes it away.
            gone = {one: "" for one in ("Description", "AllowedPattern") if one in work.before}
            call(ssm, "put_parameter", Name=name, Overwrite=True, **(gone | _values(work)))
        put, taken = tags.changes(_tags(ssm, name), tags.wanted(work))
        of = {"ResourceType": "Parameter", "ResourceId": name}
        if put:
            call(ssm, "add_tags_to_resource", **of, Tags=tags.entries(put))
        if taken:
            call(ssm, "remove_tags_from_resource", **of, TagKeys=taken)
        return Made(name, {"Type": work.properties["Type"], "Value": str(work.properties["Value"])})

    def delete(self, work: Work) -> None:
        find(work.client("ssm"), "delete_parameter", ABSENT, Name=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        ssm, name = work.client("ssm"), work.physical_id
        found = _found(ssm, name)
        if found is None:
            return None
        described = call(
            ssm, "describe_parameters", ParameterFilters=[{"Key": "Name", "Values": [name]}]
        )["Parameters"]
        own = tags.by_key(tags.own(work, _tags(ssm, name)))
        whole = {**described[0], **found, "Tags": own}
        return {one: whole[one] for one in ("Name", *VALUES, "Tags") if whole.get(one)}

    def identify(self, work: Work) -> Made | None:
        found = _found(work.client("ssm"), self.name(work))
        if found is None:
            return None
        return Made(found["Name"], {"Type": found["Type"], "Value": found["Value"]})


def _refuse_secure(work: Work) -> None:
    if work.properties.get("Type") == SECURE:
        raise ResourceFailed(
            "SSM Parameters of type SecureString cannot be created using CloudFormation"
        )


def _values(work: Work) -> dict[str, Any]:
    return {name: work.properties[name] for name in VALUES if name in work.properties}


def _found(ssm: Any, name: str) -> dict[str, Any] | None:
    answer = find(ssm, "get_parameter", ABSENT, Name=name)
    return answer["Parameter"] if answer else None


def _tags(ssm: Any, name: str) -> dict[str, str]:
    found = call(ssm, "list_tags_for_resource", ResourceType="Parameter", ResourceId=name)
    return tags.by_key(found["TagList"])


HANDLERS = {"AWS::SSM::Parameter": Parameter()}

"""AWS::IAM::AccessKey. Its secret is told once: to the template, by GetAtt."""

from typing import Any

from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT


class AccessKey(Handler):
    """Of a create that was cut off the key stays, since its secret is gone: the next makes one."""

    takes = frozenset({"UserName", "Status", "Serial"})

    def create(self, work: Work) -> Made:
        key = call(work.client("iam"), "create_access_key", UserName=work.properties["UserName"])
        made, status = key["AccessKey"], work.properties.get("Status", "Active")
        if status != made["Status"]:
            self._set(work, made["AccessKeyId"], status)
        return Made(
            made["AccessKeyId"],
            {"Id": made["AccessKeyId"], "SecretAccessKey": made["SecretAccessKey"]},
        )

    def update(self, work: Work) -> Made:
        self._set(work, work.physical_id, work.properties.get("Status", "Active"))
        return Made(work.physical_id, {"Id": work.physical_id})

    @staticmethod
    def _set(work: Work, key: str, status: str) -> None:
        user = work.properties["UserName"]
        iam = work.client("iam")
        call(iam, "update_access_key", UserName=user, AccessKeyId=key, Status=status)

    def delete(self, work: Work) -> None:
        user, key = work.before["UserName"], work.physical_id
        find(work.client("iam"), "delete_access_key", ABSENT, UserName=user, AccessKeyId=key)

    def read(self, work: Work) -> Properties | None:
        found = self._described(work)
        return found and {"UserName": found["UserName"], "Status": found["Status"]}

    def identify(self, work: Work) -> Made | None:
        found = self._described(work) if work.physical_id else None
        return Made(work.physical_id, {"Id": work.physical_id}) if found else None

    @staticmethod
    def _described(work: Work) -> dict[str, Any] | None:
        user = (work.properties or work.before)["UserName"]
        answer = find(work.client("iam"), "list_access_keys", ABSENT, UserName=user)
        keys = answer["AccessKeyMetadata"] if answer else []
        return next((one for one in keys if one["AccessKeyId"] == work.physical_id), None)

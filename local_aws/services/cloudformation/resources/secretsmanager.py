"""Secrets Manager's types: secrets and their policies. Nothing here rotates a secret.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SecretsManager.html
"""

import json
import uuid
from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.resources.named import Named, changed
from local_aws.services.cloudformation.resources.policies import parsed

ABSENT = ("ResourceNotFoundException",)
MANAGED_KEY = "alias/aws/secretsmanager"
TEMPLATE, KEY = "SecretStringTemplate", "GenerateStringKey"


class Secret(Named):
    """A value is a version, whose id is the step's: a retry puts no second one."""

    named_by = "Name"
    longest = 512
    made_with = frozenset({"Description", "GenerateSecretString", "KmsKeyId", "SecretString"})
    takes = frozenset({"Name", "Tags", *made_with})

    def make(self, work: Work) -> None:
        secrets, given = work.client("secretsmanager"), work.properties
        value = _value(secrets, work)
        call(
            secrets,
            "create_secret",
            Name=self.name(work),
            Description=given.get("Description"),
            KmsKeyId=given.get("KmsKeyId"),
            SecretString=value,
            ClientRequestToken=None if value is None else _version(work),
        )

    def update(self, work: Work) -> Made:
        self._describe(work)
        self._put_value(work)
        secrets, secret = work.client("secretsmanager"), work.physical_id
        found = _described(work, secret) or {}
        now = tags.by_key(found.get("Tags", []))
        tags.bring(secrets, {"SecretId": secret}, now, tags.wanted(work))
        return _made(secret)

    def _describe(self, work: Work) -> None:
        if not changed(work, "Description", "KmsKeyId"):
            return
        given = work.properties
        if "Description" in work.before and not given.get("Description"):
            raise ResourceFailed("Taking away a secret's Description is not supported here")
        call(
            work.client("secretsmanager"),
            "update_secret",
            SecretId=work.physical_id,
            Description=given.get("Description"),
            KmsKeyId=given.get("KmsKeyId", MANAGED_KEY),
        )

    def _put_value(self, work: Work) -> None:
        secrets, token = (
            work.client("secretsmanager"),
            str(uuid.uuid5(uuid.NAMESPACE_OID, work.token)),
        )
        if not changed(work, "SecretString", "GenerateSecretString"):
            return
        found = _described(work, work.physical_id) or {}
        value = None if token in found.get("VersionIdsToStages", {}) else _value(secrets, work)
        if value is not None:
            call(
                secrets,
                "put_secret_value",
                SecretId=work.physical_id,
                SecretString=value,
                ClientRequestToken=token,
            )

    def delete(self, work: Work) -> None:
        """At once, so that a stack can be made again under the same names."""
        if _described(work, work.physical_id) is not None:
            call(
                work.client("secretsmanager"),
                "delete_secret",
                SecretId=work.physical_id,
                ForceDeleteWithoutRecovery=True,
            )

    def read(self, work: Work) -> Properties | None:
        found = _described(work, work.physical_id)
        if found is None:
            return None
        lists = {
            "Description": found.get("Description"),
            "KmsKeyId": found.get("KmsKeyId"),
            "Tags": tags.own(work, tags.by_key(found.get("Tags", []))),
        }
        return {"Name": found["Name"]} | {name: value for name, value in lists.items() if value}

    def identify(self, work: Work) -> Made | None:
        found = _described(work, self.name(work))
        return _made(found["ARN"]) if found else None


def _made(arn: str) -> Made:
    return Made(arn, {"Id": arn})


def _described(work: Work, secret: str) -> dict[str, Any] | None:
    """None for a secret that waits for its deletion, too."""
    found = find(work.client("secretsmanager"), "describe_secret", ABSENT, SecretId=secret)
    return None if found is None or "DeletedDate" in found else found


def _version(work: Work) -> str:
    """The id of the version that this step puts."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, work.token))


def _value(secrets: Any, work: Work) -> str | None:
    """The template's own value, or one that is drawn now."""
    given, drawn = work.properties.get("SecretString"), work.properties.get("GenerateSecretString")
    if given is not None and drawn is not None:
        raise ResourceFailed("You can't specify both SecretString and GenerateSecretString")
    if drawn is None:
        return None if given is None else str(given)
    if (TEMPLATE in drawn) != (KEY in drawn):
        raise ResourceFailed(f"{TEMPLATE} and {KEY} must be given together")
    options = {name: value for name, value in drawn.items() if name not in (TEMPLATE, KEY)}
    password = str(call(secrets, "get_random_password", **options)["RandomPassword"])
    if KEY not in drawn:
        return password
    return json.dumps({**_template(drawn[TEMPLATE]), drawn[KEY]: password})


def _template(text: Any) -> dict[str, Any]:
    try:
        return parsed(text)
    except ResourceFailed:
        raise ResourceFailed(f"{TEMPLATE} must be a valid JSON object") from None


class ResourcePolicy(Handler):
    """A secret has one policy, so it is known by its secret."""

    takes = frozenset({"SecretId", "ResourcePolicy"})

    def create(self, work: Work) -> Made:
        return self.update(work)

    def update(self, work: Work) -> Made:
        answer = call(
            work.client("secretsmanager"),
            "put_resource_policy",
            SecretId=work.properties["SecretId"],
            ResourcePolicy=parsed(work.properties["ResourcePolicy"]),
        )
        return _made(answer["ARN"])

    def delete(self, work: Work) -> None:
        secrets = work.client("secretsmanager")
        find(secrets, "delete_resource_policy", ABSENT, SecretId=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        answer = self._put(work)
        if answer is None:
            return None
        expected = (work.properties or work.before).get("SecretId", answer["ARN"])
        return {"SecretId": expected, "ResourcePolicy": json.loads(answer["ResourcePolicy"])}

    def identify(self, work: Work) -> Made | None:
        answer = self._put(work)
        return _made(answer["ARN"]) if answer else None

    @staticmethod
    def _put(work: Work) -> dict[str, Any] | None:
        secret = work.physical_id or work.properties["SecretId"]
        secrets = work.client("secretsmanager")
        answer = find(secrets, "get_resource_policy", ABSENT, SecretId=secret)
        return answer if answer and answer.get("ResourcePolicy") else None


HANDLERS: dict[str, Handler] = {
    "AWS::SecretsManager::Secret": Secret(),
    "AWS::SecretsManager::ResourcePolicy": ResourcePolicy(),
}

"""AWS::IAM::OIDCProvider, as a pipeline needs it that deploys without keys."""

from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT
from local_aws.services.cloudformation.resources.named import Named, changed


class OidcProvider(Named):
    """Its ARN is made of its address, so one that is made anew is the same to every policy."""

    named_by = "Url"
    made_with = frozenset({"ClientIdList", "ThumbprintList"})
    takes = frozenset({"Url", "ClientIdList", "ThumbprintList", "Tags"})

    def make(self, work: Work) -> None:
        given = work.properties
        call(
            work.client("iam"),
            "create_open_id_connect_provider",
            Url=given.get("Url"),
            ClientIDList=given.get("ClientIdList"),
            ThumbprintList=given.get("ThumbprintList"),
        )

    def update(self, work: Work) -> Made:
        iam, provider = work.client("iam"), {"OpenIDConnectProviderArn": work.physical_id}
        if changed(work, "ClientIdList", "ThumbprintList"):
            # IAM here adds and removes no single client.
            find(iam, "delete_open_id_connect_provider", ABSENT, **provider)
            self.make(work)
        found = self._described(work, work.physical_id) or {}
        put, gone = tags.changes(tags.by_key(found.get("Tags", [])), tags.wanted(work))
        if put:
            call(iam, "tag_open_id_connect_provider", **provider, Tags=tags.entries(put))
        if gone:
            call(iam, "untag_open_id_connect_provider", **provider, TagKeys=gone)
        return _made(work.physical_id)

    def delete(self, work: Work) -> None:
        provider = {"OpenIDConnectProviderArn": work.physical_id}
        find(work.client("iam"), "delete_open_id_connect_provider", ABSENT, **provider)

    def read(self, work: Work) -> Properties | None:
        found = self._described(work, work.physical_id)
        if found is None:
            return None
        lists = {
            "ClientIdList": found.get("ClientIDList"),
            "ThumbprintList": found.get("ThumbprintList"),
            "Tags": tags.own(work, tags.by_key(found.get("Tags", []))),
        }
        kept = {name: value for name, value in lists.items() if value}
        return {"Url": f"https://{found['Url']}", **kept}

    def identify(self, work: Work) -> Made | None:
        place = str(work.properties.get("Url", "")).partition("://")[2]
        arn = work.physical_id or f"arn:aws:iam::{work.account_id}:oidc-provider/{place}"
        return _made(arn) if self._described(work, arn) else None

    @staticmethod
    def _described(work: Work, arn: str) -> dict[str, Any] | None:
        iam = work.client("iam")
        return find(iam, "get_open_id_connect_provider", ABSENT, OpenIDConnectProviderArn=arn)


def _made(arn: str) -> Made:
    return Made(arn, {"Arn": arn})

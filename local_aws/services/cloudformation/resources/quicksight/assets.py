"""What QuickSight's types share: an asset with an id, permissions and tags.

Its physical id is the parts of its identifier joined by ``|``, as AWS has it. A template's members
have the names of QuickSight's API.
"""

import datetime as dt
from typing import Any, ClassVar

from botocore import xform_name
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import Answer, call, code_of, find
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.quicksight.permissions import difference, told
from local_aws.services.cloudformation.resources.undone import undone

MISSING = ("ResourceNotFoundException",)
TAKEN = "ResourceExistsException"
Document = dict[str, Any]


class Asset(Handler):
    """Made by Create..., brought on by what is set apart, and waited for until it is settled."""

    noun: ClassVar[str]
    """As QuickSight's operations and members call it: ``DataSource``, whose id is DataSourceId."""
    given: ClassVar[tuple[str, ...]]
    """The properties that Create... and Update... take under the same names."""
    fixed: ClassVar[tuple[str, ...]] = ()
    """Those that Create... takes and Update... does not."""
    told: ClassVar[tuple[str, ...]]
    """Those that Describe... tells."""
    facts: ClassVar[tuple[str, ...]] = ("Arn", "CreatedTime", "LastUpdatedTime")
    """The attributes that ``Fn::GetAtt`` gives, of what Describe... tells."""

    def create(self, work: Work) -> Made:
        asset = self.id_of(work)
        request = self.request(work.properties) | _present(work.properties, self.fixed)
        request |= _present(work.properties, ("Permissions",), told)
        request["Tags"] = tags.entries(tags.wanted(work)) or None
        try:
            answer = self.ask(work, "create", asset, **request)
        except ClientError as error:
            if not work.retried or code_of(error) != TAKEN:
                raise
            return self.update(work)
        with undone(lambda: self.drop(work, asset)):
            self.settle(work, asset, answer)
            return self.made(work, asset)

    def update(self, work: Work) -> Made:
        asset = self.id_of(work)
        answer = self.ask(work, "update", asset, **self.request(work.properties))
        self.settle(work, asset, answer)
        self._share(work, asset)
        self._retag(work, asset)
        return self.made(work, asset)

    def delete(self, work: Work) -> None:
        self.drop(work, self.id_of(work))

    def read(self, work: Work) -> Properties | None:
        asset = self.id_of(work)
        shown = self.describe(work, asset)
        if shown is None:
            return None
        identity = {"AwsAccountId": work.account_id, f"{self.noun}Id": asset}
        held = self.ask(work, "describe", asset, part="permissions").get("Permissions")
        own = tags.own(work, self._tags(work, asset))
        beside = {"Permissions": held, "Tags": own}
        return identity | self.template(shown) | {k: v for k, v in beside.items() if v}

    def identify(self, work: Work) -> Made | None:
        asset = self.id_of(work)
        return self.made(work, asset) if self.describe(work, asset) else None

    # What types differ in

    def request(self, properties: Properties) -> Document:
        """Create...'s and Update...'s request, as far as they are the same."""
        return _present(properties, self.given)

    def settle(self, work: Work, asset: str, answer: Answer) -> None:
        """Do what belongs to the asset beside, and wait until it is what it should be.

        Raises ResourceFailed with the asset's own errors.
        """

    def template(self, shown: Document) -> Document:
        """What Describe... tells, as a template would write it."""
        return _present(shown, self.told)

    def drop(self, work: Work, asset: str) -> None:
        """Delete it; no error where it is gone."""
        self.find(work, "delete", asset)

    def describe(self, work: Work, asset: str) -> Document | None:
        """As QuickSight shows it; None where there is none."""
        answer = self.find(work, "describe", asset)
        return answer[self.noun] if answer else None

    # What they have in common

    def made(self, work: Work, asset: str) -> Made:
        """The asset that is there, with its attributes."""
        shown = self.describe(work, asset) or {}
        return Made(self.physical_id(work, asset), attributes(shown, self.facts))

    def physical_id(self, work: Work, asset: str) -> str:
        return f"{work.account_id}|{asset}"

    def id_of(self, work: Work) -> str:
        """The id that the template gives, or the stack's."""
        given = (work.properties or work.before).get(f"{self.noun}Id")
        return str(given or work.name)

    def ask(self, work: Work, verb: str, asset: str, part: str = "", **request: Any) -> Answer:
        """The answer to an operation on one asset. Raises ClientError."""
        client, of = work.client("quicksight"), self._of(work, asset)
        return call(client, self._operation(verb, part), **of, **request)

    def find(self, work: Work, verb: str, asset: str, part: str = "", **request: Any) -> Any:
        """The answer, or None where the asset is not there."""
        client, of = work.client("quicksight"), self._of(work, asset)
        return find(client, self._operation(verb, part), MISSING, **of, **request)

    def _operation(self, verb: str, part: str) -> str:
        """``describe_data_set``, or of a part of it: ``describe_data_set_permissions``."""
        return "_".join(word for word in (verb, xform_name(self.noun), part) if word)

    def _of(self, work: Work, asset: str) -> Document:
        properties = work.properties or work.before
        account = properties.get("AwsAccountId") or work.account_id
        return {"AwsAccountId": str(account), f"{self.noun}Id": asset}

    def _share(self, work: Work, asset: str) -> None:
        grant, revoke = difference(work.before, work.properties)
        if grant or revoke:
            changes = {"GrantPermissions": grant or None, "RevokePermissions": revoke or None}
            self.ask(work, "update", asset, part="permissions", **changes)

    def _retag(self, work: Work, asset: str) -> None:
        quicksight, arn = work.client("quicksight"), {"ResourceArn": self._arn(work, asset)}
        tags.bring(quicksight, arn, self._tags(work, asset), tags.wanted(work))

    def _tags(self, work: Work, asset: str) -> dict[str, str]:
        arn = self._arn(work, asset)
        answer = call(work.client("quicksight"), "list_tags_for_resource", ResourceArn=arn)
        return tags.by_key(answer["Tags"])

    def _arn(self, work: Work, asset: str) -> str:
        kind = self.noun.lower()
        return f"arn:aws:quicksight:{work.region}:{work.account_id}:{kind}/{asset}"


def attributes(shown: Document, names: tuple[str, ...]) -> Document:
    """Attributes by their names, those of a structure as ``Version.Arn``; times as text."""
    found = {name: _told(shown[name]) for name in names if name in shown}
    flat = dict(found)
    for name, value in found.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{member}": _told(inner) for member, inner in value.items()}
    return flat


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_told(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _present(properties: Properties, names: tuple[str, ...], change: Any = None) -> Document:
    given = {name: properties[name] for name in names if properties.get(name) is not None}
    return {name: change(value) for name, value in given.items()} if change else given

"""What DataBrew's types share: one that has a name, which every request is made by.

Each is made whole by one call, so that what an earlier try of a step made is taken as it is.
"""

from abc import abstractmethod
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, code_of, find
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work

MISSING = ("ResourceNotFoundException",)
TAKEN = "ConflictException"
Document = dict[str, Any]


class Named(Handler):
    """``Ref`` gives the name, which every template gives."""

    noun: ClassVar[str]
    """Of the operations: a ``dataset`` is made by CreateDataset."""

    @abstractmethod
    def request(self, properties: Properties) -> Document:
        """Create...'s and Update...'s request, as far as they are the same; without name and tags.

        An update replaces: what a request leaves out gets its default.
        """

    @abstractmethod
    def template(self, shown: Document) -> Document:
        """What Describe... answers, as a template would write it; without name and tags."""

    def of(self, _properties: Properties) -> str:
        """What operations call it, where that depends."""
        return self.noun

    def fixed(self, _properties: Properties) -> Document:
        """What Create... takes beside, which an update cannot change."""
        return {}

    def create(self, work: Work) -> Made:
        given = work.properties
        request = self.request(given) | self.fixed(given)
        request |= {"Name": given["Name"], "Tags": tags.wanted(work) or None}
        try:
            call(work.client("databrew"), f"create_{self.of(given)}", **request)
        except ClientError as error:
            if not work.retried or code_of(error) != TAKEN:
                raise
        return Made(given["Name"])

    def update(self, work: Work) -> Made:
        self._retag(work)
        request = self.request(work.properties) | {"Name": work.physical_id}
        call(work.client("databrew"), f"update_{self.of(work.properties)}", **request)
        return Made(work.physical_id)

    def delete(self, work: Work) -> None:
        databrew = work.client("databrew")
        find(databrew, f"delete_{self.noun}", MISSING, Name=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        shown = self.describe(work, work.physical_id)
        if shown is None:
            return None
        own = tags.own(work, shown.get("Tags") or {})
        named = {"Name": shown["Name"]} | ({"Tags": own} if own else {})
        return named | self.template(shown)

    def identify(self, work: Work) -> Made | None:
        name = work.physical_id or work.properties["Name"]
        return Made(name) if self.describe(work, name) else None

    def describe(self, work: Work, name: str) -> Document | None:
        """As DataBrew shows it; None where there is none."""
        return find(work.client("databrew"), f"describe_{self.noun}", MISSING, Name=name)

    def _retag(self, work: Work) -> None:
        databrew = work.client("databrew")
        place = f"{work.region}:{work.account_id}:{self.noun}/{work.physical_id}"
        arn = {"ResourceArn": f"arn:aws:databrew:{place}"}
        now = call(databrew, "list_tags_for_resource", **arn)["Tags"]
        tags.bring(databrew, arn, now, tags.wanted(work), dict)


def present(document: Properties, *names: str) -> Document:
    """Those of the members that say something."""
    return {name: document[name] for name in names if document.get(name) not in (None, "", [], {})}

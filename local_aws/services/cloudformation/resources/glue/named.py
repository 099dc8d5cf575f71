"""What Glue's types share: one that has a name, which Create..., Get... and Delete... are asked by.

Each is made whole by one call, so that what an earlier try of a step made is taken as it is.
"""

from abc import abstractmethod
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, code_of, find
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work

MISSING = ("EntityNotFoundException",)
TAKEN = "AlreadyExistsException"
TAGS = ("TagsToAdd", "TagsToRemove")
Document = dict[str, Any]


class Named(Handler):
    """``Ref`` gives the name; a template without one gets the stack's, in lower case."""

    noun: ClassVar[str]
    """Of the operations: a ``crawler`` is made by CreateCrawler."""
    member: ClassVar[str] = "Name"
    """The name in a request to get one, and `delete_member` in one to delete it."""
    delete_member: ClassVar[str] = "Name"
    tagged: ClassVar[bool] = False

    @abstractmethod
    def given_name(self, properties: Properties) -> Any:
        """The name that a template gives, or None."""

    @abstractmethod
    def definition(self, work: Work, name: str) -> Document:
        """Create...'s request, without tags."""

    @abstractmethod
    def changes(self, work: Work, name: str) -> Document:
        """Update...'s request, which says the default of all that the template leaves out."""

    @abstractmethod
    def template(self, shown: Document) -> Document:
        """What Glue shows, as a template would write it, without tags."""

    def scope(self, properties: Properties) -> Document:
        """What every request says beside the name."""
        return {k: properties[k] for k in ("CatalogId",) if k in properties}

    def create(self, work: Work) -> Made:
        name = self.name_of(work)
        request = self.definition(work, name)
        request |= {"Tags": tags.wanted(work)} if self.tagged else {}
        try:
            call(work.client("glue"), f"create_{self.noun}", **request)
        except ClientError as error:
            if not work.retried or code_of(error) != TAKEN:
                raise
        return Made(name)

    def update(self, work: Work) -> Made:
        name = work.physical_id
        if self.tagged:
            self._retag(work)
        call(work.client("glue"), f"update_{self.noun}", **self.changes(work, name))
        return Made(name)

    def delete(self, work: Work) -> None:
        request = self.scope(work.before) | {self.delete_member: work.physical_id}
        find(work.client("glue"), f"delete_{self.noun}", MISSING, **request)

    def read(self, work: Work) -> Properties | None:
        shown = self.get(work, work.physical_id)
        if shown is None:
            return None
        shown["Name"] = work.physical_id  # as it was written: the catalog has it in lower case
        own = tags.by_key(tags.own(work, self._tags(work))) if self.tagged else {}
        return self.template(shown) | ({"Tags": own} if own else {})

    def identify(self, work: Work) -> Made | None:
        name = self.name_of(work)
        return Made(name) if self.get(work, name) else None

    def name_of(self, work: Work) -> str:
        return work.physical_id or self.given_name(work.properties) or work.name.lower()

    def get(self, work: Work, name: str, **beside: Any) -> Document | None:
        """As Glue shows it; None where there is none."""
        request = self.scope(work.properties or work.before) | {self.member: name} | beside
        answer = find(work.client("glue"), f"get_{self.noun}", MISSING, **request)
        return answer[self.noun.capitalize()] if answer else None

    def _retag(self, work: Work) -> None:
        glue, arn = work.client("glue"), {"ResourceArn": self._arn(work)}
        tags.bring(glue, arn, self._tags(work), tags.wanted(work), dict, TAGS)

    def _tags(self, work: Work) -> dict[str, str]:
        answer = call(work.client("glue"), "get_tags", ResourceArn=self._arn(work))
        return tags.by_key(answer["Tags"])

    def _arn(self, work: Work) -> str:
        return f"arn:aws:glue:{work.region}:{work.account_id}:{self.noun}/{work.physical_id}"

"""Resources that are known by a name: what making one has in common."""

from dataclasses import replace
from typing import ClassVar

from local_aws.services.cloudformation.resources.handler import Handler, Made, ResourceFailed, Work


class AlreadyExists(ResourceFailed):
    """The name is somebody else's resource; CloudFormation takes none without an import."""

    code = "AlreadyExists"


class Named(Handler):
    """It is made by `make` with some properties, then `update` brings it on to the others.

    A step that was cut off anywhere is done again from nothing, over what is there. What is there
    under a name that the template gives is this step's own only in a retry; under a name of the
    stack's (`work.name`) it always is.
    """

    named_by: ClassVar[str] = ""
    """The property that gives the name."""

    made_with: ClassVar[frozenset[str]] = frozenset()
    """The properties that `make` gives. AWS gives them so, and a role that may make a thing only as
    it should be (with a boundary, under a key) may not change it so afterwards."""

    longest: ClassVar[int] = 255
    """Characters that a name may have."""

    def make(self, work: Work) -> None:
        """Make it with as much as the service wants to know at once, before `update`."""

    def create(self, work: Work) -> Made:
        work = replace(work, before={}, physical_id="")
        found = self.found(work)
        if found is None:
            self.make(work)
            found = self.identify(work)
            given = {name: v for name, v in work.properties.items() if name in self.made_with}
            work = replace(work, before=given)
        return self.update(replace(work, physical_id=found.physical_id if found else ""))

    def found(self, work: Work) -> Made | None:
        """What an earlier try made. Raises AlreadyExists where it is somebody else's."""
        found = self.identify(work)
        if found is not None and self.named_by in work.properties and not work.retried:
            raise AlreadyExists(f"{self.name(work)} already exists")
        return found

    def name(self, work: Work) -> str:
        """The name of the resource that is there or is to be."""
        given = work.physical_id or work.properties.get(self.named_by)
        return str(given) if given else shortened(work.name, self.longest)


def shortened(name: str, longest: int) -> str:
    """A stack's name for a resource within a limit; its end is what makes it the only one."""
    end = name.rpartition("-")[2]
    return name if len(name) <= longest else f"{name[: longest - len(end) - 1]}-{end}"[-longest:]


def changed(work: Work, *names: str) -> bool:
    """Whether one of these properties is another than it was."""
    return any(work.before.get(name) != work.properties.get(name) for name in names)

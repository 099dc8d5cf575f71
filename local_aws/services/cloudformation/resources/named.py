"""Resources that are known by a name: what making and taking over one has in common."""

from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from botocore.exceptions import ClientError

from local_aws.errors import ServiceError
from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    ResourceFailed,
    Work,
)


class AlreadyExists(ResourceFailed):
    """The name is somebody else's resource; CloudFormation never takes one without an import."""

    code = "AlreadyExists"


class Named(Handler):
    """It is made bare by `make`, then `update` brings it from nothing to its properties.

    So a step that was cut off anywhere is done again from its beginning. What is there under a
    name that the template gives is this step's own only in a retry; under a name of the stack's
    (`work.name`) it always is.
    """

    named_by: ClassVar[str]
    """The property that gives the name."""

    longest: ClassVar[int]
    """Characters that a name may have."""

    def make(self, work: Work, name: str) -> None:
        """Make it with as much as the service wants to know at once, before `update`."""

    def create(self, work: Work) -> Made:
        """Nothing is left of a resource that was made and could not be brought on."""
        work = replace(work, before={}, physical_id="")
        found = self.identify(work)
        if found is not None and self.named_by in work.properties and not work.retried:
            raise AlreadyExists(self.taken(work))
        if found is None:
            self.make(work, self.name(work))
            found = self.identify(work)
        work = replace(work, physical_id=found.physical_id if found else self.name(work))
        try:
            return self.update(work)
        except (ClientError, ServiceError):
            with suppress(ClientError, ServiceError):
                self.delete(replace(work, before=work.properties))
            raise

    def taken(self, work: Work) -> str:
        """What CloudFormation says where the name is somebody else's."""
        return f"{self.name(work)} already exists"

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

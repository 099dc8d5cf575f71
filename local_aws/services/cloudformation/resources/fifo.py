"""Queues and topics, whose names say whether they keep the order of messages."""

from typing import ClassVar

from local_aws.services.cloudformation.resources.calls import truth
from local_aws.services.cloudformation.resources.handler import Work
from local_aws.services.cloudformation.resources.named import Named, shortened

SUFFIX = ".fifo"


class Fifo(Named):
    fifo_by: ClassVar[str]
    """The property that says so."""

    def is_fifo(self, work: Work) -> bool:
        return truth(work.properties.get(self.fifo_by, False)) is True

    def denied(self, work: Work) -> dict[str, bool]:
        """What a template says no to and only a FIFO queue or topic tells."""
        given = work.properties or work.before
        names = (self.fifo_by, "ContentBasedDeduplication")
        return {name: False for name in names if truth(given.get(name)) is False}

    def name(self, work: Work) -> str:
        if self.named_by in work.properties or not self.is_fifo(work):
            return super().name(work)
        return shortened(work.name, self.longest - len(SUFFIX)) + SUFFIX

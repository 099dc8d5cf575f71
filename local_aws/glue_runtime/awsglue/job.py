"""Job: https://docs.aws.amazon.com/glue/latest/dg/programming-etl-connect-bookmarks.html"""

from typing import Any

from .bookmarks import Bookmarks


class Job:
    """The run that the script is: `init` takes up its bookmarks, `commit` leaves the new ones."""

    def __init__(self, glue_context: Any) -> None:
        self.glueContext = glue_context
        self._name: str | None = None

    def init(self, job_name: str, args: dict[str, Any] | None = None) -> None:
        """Begin; sources that are read before do not see bookmarks."""
        self._name = job_name
        type(self.glueContext).bookmarks = Bookmarks.of_run()

    def isInitialized(self) -> bool:
        """Whether `init` was called."""
        return self._name is not None

    def commit(self) -> None:
        """End: the sources that were read are not read again by the next run."""
        if self.glueContext.bookmarks is not None:
            self.glueContext.bookmarks.commit()

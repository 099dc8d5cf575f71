"""Job: init and commit. Bookmarks are what they are for, and the runner takes none."""

from typing import Any


class Job:
    """The run that the script is."""

    def __init__(self, glue_context: Any) -> None:
        self.glueContext = glue_context
        self._name: str | None = None

    def init(self, job_name: str, args: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin: the Spark UI and logs show the name."""
        self._name = job_name

    def isInitialized(self) -> bool:  # noqa: N802
        """Whether `init` was called."""
        return self._name is not None

    def commit(self) -> None:
        """End. There is no bookmark to advance: only job-bookmark-disable is accepted."""

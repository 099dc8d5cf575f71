"""Links from a task to its run in the AWS console."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperatorLink


class AwsRunLink(BaseOperatorLink):  # type: ignore[misc]
    """The address that the operator was told by its Work."""

    name = "AWS console"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
        """Called when the task ends; the operator has pushed the same value when it began."""
        return str(getattr(operator, "run_link", ""))

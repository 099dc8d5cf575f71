"""Links from a task to where its work can be seen: the AWS console, the lake's page."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperatorLink

try:
    from airflow.sdk import conf as airflow_conf
except ImportError:  # Airflow 3.0
    from airflow.configuration import conf as airflow_conf  # type: ignore[no-redef]

__all__ = ["AwsRunLink", "DataDocsLink", "ProfileLink", "airflow_conf"]


class AwsRunLink(BaseOperatorLink):  # type: ignore[misc]
    """The address that the operator was told by its Work."""

    name = "AWS console"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
        """Called when the task ends; the operator has pushed the same value when it began."""
        return str(getattr(operator, "run_link", ""))


class DataDocsLink(BaseOperatorLink):  # type: ignore[misc]
    """Great Expectations' page of the run: below the lake's page, where the step said it is."""

    name = "Data Docs"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
        """Called when the task ends, however it ended; "" where it never came to validate."""
        return _on_the_page(getattr(operator, "data_docs", ""))


class ProfileLink(BaseOperatorLink):  # type: ignore[misc]
    """DataBrew's profile as a page: below the lake's page, where the step said it is."""

    name = "Profile"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
        """Called when the task ends, however it ended; "" where no run came to its end."""
        return _on_the_page(getattr(operator, "profile_page", ""))


def _on_the_page(address: str) -> str:
    base = airflow_conf.get("api", "base_url", fallback="") or ""
    return f"{base.rstrip('/')}/tarn/{address}" if address else ""

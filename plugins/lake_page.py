"""The plugin that puts the lake's page into Airflow's UI: a FastAPI app, and a place in the menu.

Airflow 3.0 takes the app and knows no `external_views`: there the page is at /tarn/. The app is
made when the api-server asks for it; other processes load this module, and no more.
https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/plugins.html
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/tarn"
log = logging.getLogger(__name__)


class LakePagePlugin(AirflowPlugin):  # type: ignore[misc]
    """The lake's page."""

    name = "lake_page"
    external_views: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "Lake",
            "href": "tarn/",  # relative: Airflow may live under a path
            "destination": "nav",
            "url_route": "lake",
            "icon": "tarn/static/icon.svg",
            "nav_top_level": True,
        }
    ]

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        try:
            from tarn_page import make_app
        except ImportError:  # an Airflow that has moved something serves all the rest without it
            log.exception("The lake's page is left out.")
            return []
        return [{"app": make_app(), "url_prefix": PREFIX, "name": "Lake"}]

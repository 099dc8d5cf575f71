"""Themes: the colours of dashboards, by ARN.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ThemeConfiguration.html
AWS has starter themes of its own, whose colours it does not publish: a dashboard may name one, and
is drawn in this server's own colours.
"""

from typing import Any

from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound
from local_aws.services.quicksight.model import THEME, Store

STARTERS = ("CLASSIC", "MIDNIGHT", "SEASIDE", "RAINIER")
STARTER_ARN = "arn:aws:quicksight::aws:theme/"


def is_starter(arn: str) -> bool:
    """Whether the ARN is one of AWS's own themes."""
    return arn.startswith(STARTER_ARN) and arn.removeprefix(STARTER_ARN) in STARTERS


def check(store: Store, arn: str | None) -> None:
    """Raise InvalidParameter where there is no such theme."""
    if arn is None or is_starter(arn):
        return
    try:
        store.get(THEME, store.id_of(THEME, arn))
    except ResourceNotFound:
        raise InvalidParameter(f"The theme {arn} does not exist") from None


def configuration(store: Store, arn: str | None) -> dict[str, Any]:
    """The newest ThemeConfiguration of a theme; empty for a starter, or one that is gone."""
    if arn is None or is_starter(arn):
        return {}
    try:
        version = store.versions.latest(THEME, store.id_of(THEME, arn))
    except ResourceNotFound:
        return {}
    found: dict[str, Any] = version["document"]["Configuration"]
    return found


def users(store: Store, arn: str) -> list[str]:
    """The ARNs of dashboards and analyses that a theme colours."""
    documents = [
        *((kind, row["id"], row["document"]) for kind in ("analysis",) for row in store.list(kind)),
        *(
            ("dashboard", row["id"], version["document"])
            for row in store.list("dashboard")
            for version in store.versions.all("dashboard", row["id"])
        ),
    ]
    found = (store.arn(kind, name) for kind, name, d in documents if d.get("ThemeArn") == arn)
    return list(dict.fromkeys(found))

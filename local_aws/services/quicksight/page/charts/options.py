"""Small readings of a visual's configuration, which many charts share."""

import re
from typing import Any

from local_aws.services.quicksight.definition import Visual

Options = dict[str, Any]
HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def safe(text: str) -> str:
    """A text of which plotly makes no markup.

    >>> safe("<b>x</b> & y")
    '&lt;b&gt;x&lt;/b&gt; &amp; y'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def colour(given: Any) -> str | None:
    """A colour as the API writes it; anything else is none.

    >>> colour("#0F766E"), colour("red; position: fixed")
    ('#0F766E', None)
    """
    return given if isinstance(given, str) and HEX.fullmatch(given) else None


def inner(options: Options, *path: str) -> Any:
    """What lies below a path of members, or an empty dict.

    >>> inner({"A": {"B": 1}}, "A", "B"), inner({}, "A", "B")
    (1, {})
    """
    found: Any = options
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return {} if found is None else found


def shown(options: Options, default: bool = True) -> bool:
    """Whether a part with a Visibility is to be seen."""
    given = options.get("Visibility")
    return default if given is None else given == "VISIBLE"


def sort_of(visual: Visual, name: str) -> list[Options]:
    """One sort of a visual's SortConfiguration."""
    found: list[Options] = inner(visual.config, "SortConfiguration", name) or []
    return found


def limit_of(visual: Visual, *names: str, default: int | None = None) -> Options:
    """The limit under the first of these names; ``default`` items where none is given."""
    sorts = visual.config.get("SortConfiguration", {})
    found: Options = next((sorts[name] for name in names if name in sorts), {})
    if default is not None and not found.get("ItemsLimit"):
        return {**found, "ItemsLimit": default}
    return dict(found)


def custom_label(options: Options) -> str | None:
    """The title that an axis or legend is given."""
    labels = options.get("AxisLabelOptions", [])
    return next((str(item["CustomLabel"]) for item in labels if item.get("CustomLabel")), None)

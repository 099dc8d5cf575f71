"""A DataBrew profile as a page: one rendering, for local_aws's console and for Airflow.

The browser draws it (page.js) from the report's JSON, which stands in the page. A server answers
with `render`, the headers of `policy`, and plotly's script from `plotly` at the address it gave.
Nothing here knows AWS, local_aws or the pipeline.
"""

import json
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

HERE = Path(__file__).parent


def render(
    report: dict[str, Any],
    rulesets: list[dict[str, Any]],
    *,
    title: str,
    back: tuple[str, str],
    plotly_address: str,
    nonce: str,
) -> str:
    """The page of a profile job's report and of its validation report's ``rulesetResults``.

    back: the words and the address of where the reader came from.
    """
    # Inside a script element only "<" can do harm; JSON has another way to write it.
    data = json.dumps({"report": report, "rulesets": rulesets}).replace("<", "\\u003c")
    words, address = back
    return _template().substitute(
        title=escape(title),
        back=escape(words),
        back_address=escape(address),
        plotly=escape(plotly_address),
        nonce=escape(nonce),
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
        data=data,
    )


def policy(nonce: str) -> str:
    """The Content-Security-Policy: our scripts only; plotly writes style attributes."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


@cache
def plotly() -> Path:
    """plotly's JavaScript in its wheel: found, not imported, as the package is large."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package plotly is not installed")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


@cache
def _template() -> Template:
    return Template((HERE / "page.html").read_text(encoding="utf-8"))

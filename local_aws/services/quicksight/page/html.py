"""The page's HTML: a shell that the script fills. Every text is escaped."""

import json
from html import escape
from typing import Any
from urllib.parse import quote

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="/quicksight/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/quicksight/static/app.css">
<link rel="stylesheet" href="/quicksight/static/cards.css">
<link rel="stylesheet" href="/quicksight/static/tables.css">
<link rel="stylesheet" href="/quicksight/static/controls.css">
<script src="/quicksight/static/theme.js"></script>
</head>
"""
DASHBOARD = """<body>
<div id="progress" role="progressbar" aria-label="Refreshing data" hidden></div>
<a class="skip" href="#sheet">Skip to the charts</a>
<header class="top">
  <div class="brand"><a href="/quicksight/dashboards" aria-label="All dashboards">
    <img src="/quicksight/static/icon.svg" alt="" width="28" height="28"></a>
    <div><h1>{title}</h1><p id="fresh" role="status"></p></div>
  </div>
  <div class="tools">
    <button id="print" class="tool" type="button" aria-label="Print this sheet" title="Print">
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor"
        stroke-width="1.4" aria-hidden="true"><path d="M4 6V2h8v4M4 12H2.5V6h11v6H12"/>
        <path d="M4 10h8v4H4z"/></svg></button>
    <button id="theme" class="tool" type="button" aria-label="Switch between light and dark"
      title="Light or dark"><span aria-hidden="true"></span></button>
  </div>
</header>
<nav class="bar"><div id="tabs" role="tablist" aria-label="Sheets"></div>
  <div id="controls"></div></nav>
<div id="notices" role="alert"></div><div id="notes" role="note"></div>
<main><div id="sheet" role="tabpanel" tabindex="-1"></div></main>
<footer><h2>Data</h2><div id="data"></div></footer>
<noscript>This page draws its charts with JavaScript.</noscript>
<script id="outline" type="application/json">{outline}</script>
<script src="/quicksight/plotly.min.js" defer></script>
<script type="module" src="/quicksight/static/app.js"></script>
</body>
</html>
"""
LIST = """<body>
<header class="top"><div class="brand"><a href="/_console/" aria-label="The console">
  <img src="/quicksight/static/icon.svg" alt="" width="28" height="28"></a>
  <div><h1>Dashboards</h1></div></div>
</header>
<main class="list">{items}</main>
</body>
</html>
"""
NOTHING = """<p class="nothing">No dashboard yet. CreateDashboard makes one.</p>"""


def dashboard(outline: dict[str, Any]) -> str:
    """One dashboard's page, with its outline inside."""
    title = escape(outline["name"])
    # Inside a script element only "<" can do harm; JSON has another way to write it.
    data = json.dumps(outline).replace("<", "\\u003c")
    return HEAD.format(title=title) + DASHBOARD.format(title=title, outline=data)


def dashboard_list(dashboards: list[tuple[str, str]]) -> str:
    """All dashboards, as links."""
    items = "".join(
        f'<a class="card link" href="/quicksight/dashboards/{quote(key, safe="")}">'
        f"<h2>{escape(name)}</h2><p>{escape(key)}</p></a>"
        for key, name in dashboards
    )
    return HEAD.format(title="Dashboards") + LIST.format(items=items or NOTHING)

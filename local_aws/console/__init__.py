"""The console: this lake in a browser, read only, behind a one-time link.

A browser cannot sign, so its way in is a link that somebody made who can (`access`). What a page
shows is what the services' own operations answer; nothing here changes their state.
"""

from local_aws.console.routes import LINK_PATH, Console, make_link, sandboxed

__all__ = ["LINK_PATH", "Console", "make_link", "sandboxed"]

"""Who may look: one-time links, and the sessions that they open.

Both are random tokens of 256 bits of which only the SHA-256 is kept. A link is used once and
within `LINK_SECONDS`; a session lasts `SESSION_SECONDS` and survives a restart. A session lets
its browser read the console's and the dashboards' pages, and is no credential for any AWS API.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable

from local_aws.context import Platform
from local_aws.errors import ServiceError

LINK_SECONDS = 10 * 60
SESSION_SECONDS = 30 * 24 * 3600
HOME = "/_console/"
PAGES = re.compile(r"/(_console|quicksight)(/[!#-&(-;=?-\[\]-~]*)?")
"""Printable ASCII without quotes, angle brackets and backslashes, below a folder of ours."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
    hash TEXT PRIMARY KEY, path TEXT NOT NULL, expires REAL NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
    hash TEXT PRIMARY KEY, expires REAL NOT NULL) WITHOUT ROWID;
"""


class NotAPage(ServiceError):
    """A link was asked for that would lead elsewhere than to a page of this server."""

    code = "InvalidParameterValue"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"next '{path}' is no path of the console: /_console/... or /quicksight/..."
        )


class Access:
    """The links and sessions of one data folder."""

    def __init__(self, platform: Platform, clock: Callable[[], float] = time.time) -> None:
        self._db = platform.db("console")
        self._db.script(SCHEMA)
        self._clock = clock

    def link(self, path: str = HOME) -> str:
        """The token of a new link to a page. Raises NotAPage."""
        if not PAGES.fullmatch(path):
            raise NotAPage(path)
        self._forget_expired()
        token = secrets.token_urlsafe(32)
        expires = self._clock() + LINK_SECONDS
        self._db.execute("INSERT INTO links VALUES (?, ?, ?, 0)", (_hash(token), path, expires))
        return token

    def redeem(self, token: str) -> str | None:
        """A new session's token for a link that is unused and in time; else None."""
        used = self._db.execute(
            "UPDATE links SET used = 1 WHERE hash = ? AND used = 0 AND expires > ?",
            (_hash(token), self._clock()),
        )
        if not used:
            return None
        session = secrets.token_urlsafe(32)
        expires = self._clock() + SESSION_SECONDS
        self._db.execute("INSERT INTO sessions VALUES (?, ?)", (_hash(session), expires))
        return session

    def path(self, token: str) -> str:
        """Where a link leads, used or not; the overview where nobody knows it any more."""
        row = self._db.one("SELECT path FROM links WHERE hash = ?", (_hash(token),))
        return str(row["path"]) if row else HOME

    def is_open(self, session: str | None) -> bool:
        """Whether this is a session of ours that has not ended."""
        if not session:
            return False
        sql = "SELECT 1 FROM sessions WHERE hash = ? AND expires > ?"
        return self._db.one(sql, (_hash(session), self._clock())) is not None

    def end(self, session: str) -> None:
        """Close a session for good."""
        self._db.execute("DELETE FROM sessions WHERE hash = ?", (_hash(session),))

    def _forget_expired(self) -> None:
        for table in ("links", "sessions"):
            sql = f"DELETE FROM {table} WHERE expires <= ?"  # noqa: S608 - our own two names
            self._db.execute(sql, (self._clock(),))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()

"""Who may look: one-time links, and the sessions that they open.

Both are random tokens of 256 bits of which only the SHA-256 is kept. A link is used once and
within `LINK_SECONDS`; a session lasts `SESSION_SECONDS` and survives a restart. A session lets
its browser read the console's and the dashboards' pages, and is no credential for any AWS API.
A reader's link opens a session that reads dashboards alone, as that user of QuickSight.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from local_aws.context import Platform
from local_aws.errors import ServiceError

LINK_SECONDS = 10 * 60
SESSION_SECONDS = 30 * 24 * 3600
HOME = "/_console/"
PAGES = re.compile(r"/(_console|quicksight)(/[!#-&(-;=?-\[\]-~]*)?")
"""Printable ASCII without quotes, angle brackets and backslashes, below a folder of ours."""

DASHBOARDS = "/quicksight"

SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
    hash TEXT PRIMARY KEY, path TEXT NOT NULL, expires REAL NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
    hash TEXT PRIMARY KEY, expires REAL NOT NULL) WITHOUT ROWID;
"""
LATER = (("links", "reader", "TEXT"), ("sessions", "reader", "TEXT"))


@dataclass(frozen=True)
class Session:
    """Who looks: a registered user of QuickSight by name, or the account where none is named."""

    reader: str | None


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
        self._db.widen(LATER)
        self._clock = clock

    def link(self, path: str = HOME, reader: str | None = None) -> str:
        """The token of a new link to a page; a reader's to a dashboard's. Raises NotAPage."""
        if not PAGES.fullmatch(path) or (reader and not path.startswith(DASHBOARDS)):
            raise NotAPage(path)
        self._forget_expired()
        token = secrets.token_urlsafe(32)
        expires = self._clock() + LINK_SECONDS
        values = (_hash(token), path, expires, reader)
        self._db.execute("INSERT INTO links VALUES (?, ?, ?, 0, ?)", values)
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
        self._db.execute(
            "INSERT INTO sessions SELECT ?, ?, reader FROM links WHERE hash = ?",
            (_hash(session), expires, _hash(token)),
        )
        return session

    def path(self, token: str) -> str:
        """Where a link leads, used or not; the overview where nobody knows it any more."""
        row = self._db.one("SELECT path FROM links WHERE hash = ?", (_hash(token),))
        return str(row["path"]) if row else HOME

    def session(self, token: str | None) -> Session | None:
        """The session of ours that this is, where it has not ended."""
        if not token:
            return None
        sql = "SELECT reader FROM sessions WHERE hash = ? AND expires > ?"
        row = self._db.one(sql, (_hash(token), self._clock()))
        return Session(row["reader"]) if row else None

    def is_open(self, token: str | None) -> bool:
        """Whether this is a session of the account that has not ended: it may see everything."""
        return self.session(token) == Session(None)

    def end(self, session: str) -> None:
        """Close a session for good."""
        self._db.execute("DELETE FROM sessions WHERE hash = ?", (_hash(session),))

    def _forget_expired(self) -> None:
        for table in ("links", "sessions"):
            sql = f"DELETE FROM {table} WHERE expires <= ?"  # noqa: S608 - our own two names
            self._db.execute(sql, (self._clock(),))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()

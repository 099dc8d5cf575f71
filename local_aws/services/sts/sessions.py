"""Temporary credentials, kept so that a restart does not end them."""

import datetime as dt
import json
import secrets
import string
from dataclasses import dataclass, field

from local_aws.context import Platform

ALPHABET = string.ascii_uppercase + "234567"
SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    access_key TEXT PRIMARY KEY, expires TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Session:
    """`name` is the user's or the role's, `holder_id` its id: a namesake is somebody else.

    `called_via`: the service that goes on with its caller's rights; empty for the caller's own.
    """

    access_key: str
    secret_key: str
    token: str
    expires: dt.datetime
    kind: str
    name: str = ""
    holder_id: str = ""
    session_name: str = ""
    policies: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    called_via: str = ""


class SessionStore:
    def __init__(self, platform: Platform) -> None:
        self._db = platform.db("sts")
        self._db.script(SCHEMA)

    def create(
        self,
        kind: str,
        seconds: int,
        name: str = "",
        holder_id: str = "",
        session_name: str = "",
        policies: list[str] | None = None,
        tags: dict[str, str] | None = None,
        called_via: str = "",
    ) -> Session:
        """New credentials. Those that are long past are forgotten on the way."""
        now = dt.datetime.now(dt.UTC)
        session = Session(
            access_key="ASIA" + "".join(secrets.choice(ALPHABET) for _ in range(16)),
            secret_key=secrets.token_urlsafe(30),
            token=secrets.token_urlsafe(120),
            expires=(now + dt.timedelta(seconds=seconds)).replace(microsecond=0),
            kind=kind,
            name=name,
            holder_id=holder_id,
            session_name=session_name,
            policies=policies or [],
            tags=tags or {},
            called_via=called_via,
        )
        body = {k: v for k, v in vars(session).items() if k != "expires"}
        self._db.execute(
            "INSERT INTO sessions VALUES (?, ?, ?)",
            (session.access_key, session.expires.isoformat(), json.dumps(body)),
        )
        past = (now - dt.timedelta(days=7)).isoformat()
        self._db.execute("DELETE FROM sessions WHERE expires < ?", (past,))
        return session

    def end(self, access_key: str) -> None:
        """Forget the session: its keys are nobody's."""
        self._db.execute("DELETE FROM sessions WHERE access_key = ?", (access_key,))

    def find(self, access_key: str) -> Session | None:
        """The session of an access key, also one whose time is over."""
        if not access_key.startswith("ASIA"):
            return None
        row = self._db.one("SELECT * FROM sessions WHERE access_key = ?", (access_key,))
        if row is None:
            return None
        return Session(expires=dt.datetime.fromisoformat(row["expires"]), **json.loads(row["body"]))

"""The tables of stacks.

`undo` keeps what a resource was when the stack was last whole; None: it was not there. `garbage`
keeps what the stack has no more, until it is deleted: the old of a replacement, what an update
took out, what a failed update had made.
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS stacks (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, parent TEXT NOT NULL,
    created REAL NOT NULL, body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS stack_names ON stacks (name) WHERE status != 'DELETE_COMPLETE';
CREATE TABLE IF NOT EXISTS resources (
    stack TEXT NOT NULL, logical_id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stack, logical_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS undo (
    stack TEXT NOT NULL, logical_id TEXT NOT NULL, body TEXT, PRIMARY KEY (stack, logical_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS garbage (
    id INTEGER PRIMARY KEY, stack TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS operations (
    stack TEXT PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    stack TEXT NOT NULL, token TEXT NOT NULL, operation TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (stack, token)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, stack TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of ON events (stack, seq);
CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, message TEXT NOT NULL, holder TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS exports (
    name TEXT PRIMARY KEY, stack TEXT NOT NULL, value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS imports (
    name TEXT NOT NULL, stack TEXT NOT NULL, PRIMARY KEY (name, stack)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, stack TEXT NOT NULL, at REAL NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
"""

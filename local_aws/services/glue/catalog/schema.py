"""The catalog's tables in SQLite, and how those of an older server are brought up to date.

A partition's values stand in its `key` as JSON. Generated columns show the first of them to SQL,
and an index over those answers a filter without reading one body. They are made from `key` by
SQLite: an older server writes the same table and knows nothing of them.
"""

from local_aws.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS databases (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (
    database TEXT NOT NULL REFERENCES databases ON DELETE CASCADE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS table_versions (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, version),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partitions (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, key),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partition_indexes (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    index_name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, index_name),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS table_statistics (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    column TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, column),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partition_statistics (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    column TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name, key, column),
    FOREIGN KEY (database, name, key) REFERENCES partitions ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS functions (
    database TEXT NOT NULL REFERENCES databases ON DELETE CASCADE,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (database, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS connections (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS resource_policies (
    resource TEXT PRIMARY KEY,
    body TEXT NOT NULL
) WITHOUT ROWID;
"""

SHOWN_VALUES = 6
"""How many of a partition's values SQL sees; a filter on a later one is decided in Python."""

VALUES_INDEX = "partitions_by_key"


def bring_up(db: Database) -> None:
    """Make what is missing. A kill in between leaves the rest to the next start."""
    db.script(SCHEMA)
    there = {row["name"] for row in db.all("PRAGMA table_xinfo(partitions)")}
    columns = [f"v{i}" for i in range(SHOWN_VALUES)]
    for i, column in enumerate(columns):
        if column not in there:
            made = f"TEXT GENERATED ALWAYS AS (json_extract(key, '$[{i}]')) VIRTUAL"
            db.script(f"ALTER TABLE partitions ADD COLUMN {column} {made}")
    # The key alone, without the body beside it as in the table itself.
    listed = ", ".join(["database", "name", "key", *columns])
    db.script(f"CREATE INDEX IF NOT EXISTS {VALUES_INDEX} ON partitions ({listed})")

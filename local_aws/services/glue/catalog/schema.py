"""The catalog's tables in SQLite, and how those of an older server are brought up to date.

A partition's values stand in its `key` as JSON. A narrow table beside shows the first of them to
SQL, so that a filter reads no bodies. Triggers fill it: an older server that writes partitions
into the same file knows nothing of it and leaves it right.
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

_COLUMNS = [f"v{i}" for i in range(SHOWN_VALUES)]


def _shown(row: str) -> str:
    return ", ".join(f"json_extract({row}key, '$[{i}]')" for i in range(SHOWN_VALUES))


VALUES_TABLE = f"""
CREATE TABLE partition_values (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    {", ".join(f"{column} TEXT" for column in _COLUMNS)},
    PRIMARY KEY (database, name, key),
    FOREIGN KEY (database, name, key) REFERENCES partitions ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID
"""
FILL = f"""
INSERT INTO partition_values SELECT database, name, key, {_shown("")}
FROM partitions
"""  # noqa: S608 - of our own words
ON_INSERT = f"""
CREATE TRIGGER partition_inserted AFTER INSERT ON partitions BEGIN
    INSERT INTO partition_values
    VALUES (new.database, new.name, new.key, {_shown("new.")});
END
"""  # noqa: S608
ON_MOVE = f"""
CREATE TRIGGER partition_moved AFTER UPDATE OF key ON partitions BEGIN
    UPDATE partition_values
    SET ({", ".join(_COLUMNS)}) = ({_shown("new.")})
    WHERE database = new.database AND name = new.name AND key = new.key;
END
"""  # noqa: S608


def bring_up(db: Database) -> None:
    """Make what is missing. What an older server wrote is shown in one transaction, or not yet."""
    db.script(SCHEMA)
    with db.transaction():
        if db.one("SELECT 1 FROM sqlite_master WHERE name = 'partition_values'"):
            return
        for statement in (VALUES_TABLE, FILL, ON_INSERT, ON_MOVE):
            db.execute(statement)

"""A data folder that an older server wrote."""

import sqlite3
from pathlib import Path

import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.glue.catalog import Catalog, schema

# As it was before the values of a partition were shown to SQL.
OLD = """
CREATE TABLE databases (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tables (
    database TEXT NOT NULL REFERENCES databases ON DELETE CASCADE,
    name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (database, name)
) WITHOUT ROWID;
CREATE TABLE table_versions (
    database TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (database, name, version),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE partitions (
    database TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (database, name, key),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO databases VALUES ('d', '{"Name":"d"}');
INSERT INTO tables VALUES ('d', 't', 1, '{"Name":"t","DatabaseName":"d",
    "PartitionKeys":[{"Name":"year","Type":"int"}]}');
INSERT INTO table_versions VALUES ('d', 't', 0, '{"Name":"t","DatabaseName":"d"}');
"""
OLD_INSERT = """INSERT INTO partitions VALUES ('d', 't', '["2013"]', '{"Values":["2013"]}')"""


def _old(folder: Path) -> Path:
    path = folder / "state" / "glue.sqlite3"
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD)
        connection.execute(OLD_INSERT)
    connection.close()
    return path


def test_an_old_catalog_is_opened(tmp_path: Path) -> None:
    _old(tmp_path)
    platform = Platform(tmp_path, 1, Credentials("key", "secret"))
    for _ in range(2):  # and again when it is new
        catalog = Catalog(platform)
        (found,) = catalog.get_partitions("d", "t", "year = 2013")
        assert found["Values"] == ["2013"]
        assert catalog.get_partitions("d", "t", "year = 2014") == []
        assert [t["VersionId"] for t in catalog.get_table_versions("d", "t")] == ["1", "0"]
        assert catalog.get_partition("d", "t", ["2013"]) == found


def test_a_failure_in_the_middle_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _old(tmp_path)
    platform = Platform(tmp_path, 1, Credentials("key", "secret"))
    with monkeypatch.context() as broken:
        broken.setattr(schema, "ON_MOVE", "CREATE nonsense")
        with pytest.raises(sqlite3.OperationalError):
            Catalog(platform)
    assert len(Catalog(platform).get_partitions("d", "t", "year = 2013")) == 1


def test_a_partition_that_moved_is_found_where_it_is(tmp_path: Path) -> None:
    _old(tmp_path)
    catalog = Catalog(Platform(tmp_path, 1, Credentials("key", "secret")))
    catalog.create_partition("d", "t", {"Values": ["2000"]})
    catalog.update_partition("d", "t", ["2000"], {"Values": ["2001"]})
    assert catalog.get_partitions("d", "t", "year = 2000") == []
    assert len(catalog.get_partitions("d", "t", "year = 2001")) == 1
    catalog.delete_partition("d", "t", ["2001"])
    assert len(catalog.get_partitions("d", "t")) == 1


def test_an_older_server_writes_into_a_new_catalog(tmp_path: Path) -> None:
    path = _old(tmp_path)
    catalog = Catalog(Platform(tmp_path, 1, Credentials("key", "secret")))
    with sqlite3.connect(path) as connection:
        connection.execute(OLD_INSERT.replace("2013", "2014"))
    connection.close()
    assert len(catalog.get_partitions("d", "t", "year = 2014")) == 1

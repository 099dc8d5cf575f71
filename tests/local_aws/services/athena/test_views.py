"""Views and information_schema through boto3."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.services.athena.lakes import Lake

CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


@pytest.fixture(scope="module")
def lake(server: Any) -> Lake:
    made = Lake.empty(server)
    made.put("base/a.csv", b"1,x\n2,y\n")
    made.rows(
        f"CREATE EXTERNAL TABLE base (id int COMMENT 'key', name string) {CSV}"
        f" LOCATION 's3://{made.bucket}/base/'"
    )
    return made


def stored(lake: Lake, name: str) -> dict[str, Any]:
    """The JSON of a view in the catalog."""
    found = lake.glue.get_table(DatabaseName=lake.database, Name=name)["Table"]
    assert found["TableType"] == "VIRTUAL_VIEW"
    assert found["ViewExpandedText"] == "/* Presto View */"
    text = found["ViewOriginalText"]
    assert text.startswith("/* Presto View: ")
    assert text.endswith(" */")
    read: dict[str, Any] = json.loads(base64.b64decode(text[len("/* Presto View: ") : -3]))
    return read


def test_a_view_in_athenas_own_form(lake: Lake) -> None:
    items = "id AS Key, upper(name) AS u, CAST(id AS decimal(5,2)) AS d, ARRAY[id] AS l"
    sql = f"SELECT {items} FROM base"
    lake.rows(f"CREATE VIEW shape AS {sql}")
    assert stored(lake, "shape") == {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": lake.database,
        "columns": [
            {"name": "key", "type": "integer"},
            {"name": "u", "type": "varchar"},
            {"name": "d", "type": "decimal(5,2)"},
            {"name": "l", "type": "array(integer)"},
        ],
    }
    made = lake.glue.get_table(DatabaseName=lake.database, Name="shape")["Table"]
    assert [c["Type"] for c in made["StorageDescriptor"]["Columns"]] == [
        "int", "string", "decimal(5,2)", "array<int>",
    ]  # fmt: skip
    assert lake.rows("SELECT * FROM shape WHERE key = 2") == [["2", "Y", "2.00", "[2]"]]
    assert "CREATE VIEW" in str(lake.rows("SHOW CREATE VIEW shape"))


def test_a_view_that_athena_made(lake: Lake) -> None:
    body = {
        "originalSql": "SELECT\n  id\n, name\nFROM\n  base\nWHERE (id = 1)\n",
        "catalog": "awsdatacatalog",
        "columns": [{"name": "id", "type": "bigint"}, {"name": "n", "type": "varchar"}],
        "owner": "x",
        "runAsInvoker": False,
    }
    text = base64.b64encode(json.dumps(body).encode()).decode()
    lake.glue.create_table(
        DatabaseName=lake.database,
        TableInput={
            "Name": "theirs",
            "TableType": "VIRTUAL_VIEW",
            "ViewOriginalText": f"/* Presto View: {text} */",
            "ViewExpandedText": "/* Presto View */",
        },
    )
    assert lake.rows("SELECT n, id, typeof(id) FROM theirs") == [["x", "1", "bigint"]]


def test_views_on_views_in_other_databases(lake: Lake) -> None:
    other = f"{lake.database}_o"
    lake.rows(f"CREATE DATABASE {other}")
    lake.rows("CREATE OR REPLACE VIEW inner_v AS SELECT id, name FROM base")
    lake.rows(f"CREATE VIEW {other}.outer_v AS SELECT id + 10 AS id FROM inner_v")
    context = {"QueryExecutionContext": {"Database": other}}
    assert lake.rows("SELECT * FROM outer_v ORDER BY 1", **context) == [["11"], ["12"]]
    lake.rows(f"DROP DATABASE {other} CASCADE")


def test_a_view_is_replaced_only_when_asked(lake: Lake) -> None:
    lake.rows("CREATE VIEW again AS SELECT 1 AS a")
    assert "already exists" in lake.reason("CREATE VIEW again AS SELECT 2 AS a")
    lake.rows("CREATE OR REPLACE VIEW again AS SELECT 2 AS b")
    assert lake.rows("SELECT * FROM again") == [["2"]]
    assert "already exists" in lake.reason("CREATE OR REPLACE VIEW base AS SELECT 1 AS a")
    lake.rows("DROP VIEW again")
    lake.rows("DROP VIEW IF EXISTS again")
    place = f"awsdatacatalog.{lake.database}"
    assert lake.reason("DROP VIEW again") == (
        f"TABLE_NOT_FOUND: line 1:1: View '{place}.again' does not exist"
    )
    assert "but a table with that name exists" in lake.reason("DROP VIEW base")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT 1", "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1"),
        ("SELECT 1 AS a, 2 AS A", "DUPLICATE_COLUMN_NAME: line 1:1: Column name 'A' specified"),
        ("SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN: line 1:1: Column type is unknown: a"),
        ("SELECT * FROM nope", "TABLE_NOT_FOUND"),
        ("SELECT * FROM bad_view", "VIEW_IS_RECURSIVE"),
    ],
)
def test_views_that_cannot_be(lake: Lake, sql: str, reason: str) -> None:
    lake.rows("CREATE OR REPLACE VIEW bad_view AS SELECT 1 AS a")
    assert lake.reason(f"CREATE OR REPLACE VIEW bad_view AS {sql}").startswith(reason)


def test_views_that_read_each_other(lake: Lake) -> None:
    lake.rows("CREATE OR REPLACE VIEW one AS SELECT 1 AS a")
    lake.rows("CREATE OR REPLACE VIEW two AS SELECT a FROM one")
    found = lake.reason("CREATE OR REPLACE VIEW one AS SELECT a FROM two")
    assert found.startswith("VIEW_IS_RECURSIVE")


def test_a_stale_view(lake: Lake) -> None:
    place = f"LOCATION 's3://{lake.bucket}/base/'"
    lake.rows(f"CREATE EXTERNAL TABLE moving (id int, name string) {CSV} {place}")
    lake.rows("CREATE VIEW whole AS SELECT * FROM moving")
    lake.rows("CREATE VIEW part AS SELECT name FROM moving")
    lake.rows("ALTER TABLE moving ADD COLUMNS (more int)")
    stale = f"View 'awsdatacatalog.{lake.database}.whole' is stale or in invalid state: "
    assert lake.reason("SELECT * FROM whole") == (
        f"VIEW_IS_STALE: line 1:15: {stale}stored view column count (2) does not match column count"
        " derived from the view query analysis (3)"
    )
    assert lake.rows("SELECT * FROM part ORDER BY 1") == [["x"], ["y"]]
    lake.rows("ALTER TABLE moving REPLACE COLUMNS (id string, name string)")
    assert lake.reason("SELECT * FROM whole") == (
        f"VIEW_IS_STALE: line 1:15: {stale}column [id] of type varchar projected from query view at"
        " position 0 cannot be coerced to column [id] of type integer stored in view definition"
    )
    lake.rows("ALTER TABLE moving REPLACE COLUMNS (id int)")
    found = lake.reason("SELECT * FROM part")
    view = f"awsdatacatalog.{lake.database}.part"
    assert found.startswith(f"INVALID_VIEW: line 1:15: Failed analyzing stored view '{view}': ")
    assert "Column 'name' cannot be resolved" in found


def test_what_is_not_supported_is_refused_by_name(lake: Lake) -> None:
    for sql, named in (
        (
            "CREATE PROTECTED MULTI DIALECT VIEW v SECURITY DEFINER AS SELECT 1 AS a",
            "MULTI DIALECT",
        ),
        ("ALTER VIEW v ADD DIALECT AS SELECT 1 AS a", "ALTER VIEW v"),
        ("CREATE VIEW other.db.v AS SELECT 1 AS a", "the catalog other"),
        ("SELECT * FROM other.db.v", "the catalog other"),
        ("DROP TABLE other.db.v", "the catalog other"),
    ):
        found = lake.reason(sql)
        assert found.startswith("NOT_SUPPORTED")
        assert named in found
    with pytest.raises(ClientError, match="mismatched input"):
        lake.start("CREATE VIEW v SELECT 1 AS a")


# --- information_schema


def test_information_schema(lake: Lake) -> None:
    lake.rows("CREATE OR REPLACE VIEW info AS SELECT id, current_timestamp AS z FROM base")
    where = f"WHERE table_schema = '{lake.database}' AND table_name IN ('base', 'info')"
    schema = "information_schema"
    assert lake.rows(f"SELECT table_name, table_type FROM {schema}.tables {where} ORDER BY 1") == [
        ["base", "BASE TABLE"],
        ["info", "VIEW"],
    ]
    columns = "table_name, column_name, ordinal_position, data_type, is_nullable, comment"
    assert lake.rows(f"SELECT {columns} FROM {schema}.columns {where} ORDER BY 1, 3") == [
        ["base", "id", "1", "integer", "YES", "key"],
        ["base", "name", "2", "varchar", "YES", None],
        ["info", "id", "1", "integer", "YES", None],
        ["info", "z", "2", "timestamp(3) with time zone", "YES", None],
    ]
    assert lake.rows(f"SELECT view_definition FROM {schema}.views {where}") == [
        ["SELECT id, current_timestamp AS z FROM base"]
    ]
    names = f"SELECT schema_name FROM {schema}.schemata WHERE schema_name IN ('{lake.database}',"
    assert lake.rows(f"{names} 'information_schema') ORDER BY 1") == [
        [lake.database], ["information_schema"],
    ]  # fmt: skip
    found = f"SELECT count(*) FROM {schema}.columns WHERE table_schema = '{schema}'"
    assert lake.rows(f"{found} AND table_name = 'schemata'") == [["2"]]
    assert lake.reason(f"SELECT * FROM {schema}.nope").startswith("TABLE_NOT_FOUND")

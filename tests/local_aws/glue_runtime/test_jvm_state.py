"""Which calls of a script make its JVM unfit for the next one."""

import sys
from pathlib import Path

import pytest

import local_aws.glue_runtime

sys.path.insert(0, str(Path(local_aws.glue_runtime.__file__).parent))

from jvm_state import Foreign  # type: ignore[import-not-found]


def watched(foreign: Foreign, name: str, member: str) -> None:
    """Stands between the script and the count, as the watch does."""
    foreign._note(name, member)


@pytest.mark.parametrize(
    "call",
    [
        "java.util.concurrent.Executors.newCachedThreadPool",
        "java.util.TimeZone.setDefault",
        "java.lang.Thread.<init>",
        "java.lang.System.setErr",
        "org.apache.hadoop.conf.Configuration.addDefaultResource",
        "org.apache.hadoop.security.UserGroupInformation.createRemoteUser",
        "org.apache.spark.sql.jdbc.JdbcDialects.unregisterDialect",
        "org.apache.spark.sql.types.UDTRegistration.register",
        "com.example.Singleton.getInstance",
    ],
)
def test_state_that_may_last_is_counted(call: str) -> None:
    foreign = Foreign()
    watched(foreign, *call.rsplit(".", 1))
    assert foreign.calls == {call}


@pytest.mark.parametrize(
    "call",
    [
        "java.lang.System.setProperty",
        "java.net.URI.create",
        "org.apache.hadoop.fs.Path.<init>",
        "org.apache.hadoop.fs.FileSystem.get",
        "org.apache.log4j.LogManager.getLogger",
        "org.apache.spark.sql.functions.upper",
        "java.util.TimeZone.__class__",
    ],
)
def test_the_usual_calls_are_not(call: str) -> None:
    foreign = Foreign()
    watched(foreign, *call.rsplit(".", 1))
    assert not foreign.calls


def test_what_py4j_asks_of_each_exception_is_not() -> None:
    foreign = Foreign()
    foreign._note_sql("c\nz:py4j.reflection.TypeUtil\nisInstanceOf\nsjava.lang.Error\nro50\ne\n")
    assert not foreign.calls


@pytest.mark.parametrize(
    ("sql", "counted"),
    [
        ("SELECT Reflect('java.security.Security', 'setProperty', 'a', 'b')", {"Reflect"}),
        ("SELECT java_method('java.lang.System', 'gc')", {"java_method"}),
        ("ADD JAR s3://bucket/functions.jar", {"ADD JAR"}),
        ("CREATE FUNCTION f AS 'com.example.F' USING JAR 's3://bucket/f.jar'", {"USING JAR"}),
        ("SELECT carrier, jar FROM flights", set()),
    ],
)
def test_sql_that_runs_java_is_counted(sql: str, counted: set[str]) -> None:
    foreign = Foreign()
    foreign._note_sql(f"c\no12\nsql\ns{sql}\ne\n")
    assert foreign.calls == counted

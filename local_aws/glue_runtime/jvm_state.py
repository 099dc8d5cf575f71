"""What a job can change of a JVM beside its own Spark session: put back, or told.

On AWS each run has a JVM of its own. Here the next run gets the same one, if nothing is left in it.
Spark's session, its context and all that hangs on them end with the run. What is the JVM's own is
looked at before the run and after: properties, time zone, locales, log levels are put back;
anything else that differs makes the JVM unfit, and the runner ends it.

What cannot be looked at are the static fields of any class. A Python script reaches them by calling
a static method, by making an object, or through reflection. So such calls from outside of PySpark
and of awsglue are counted unless the class is known to keep no state (`HARMLESS`). SQL reaches them
too: by its functions of reflection, and by what a jar holds that a statement adds (`OF_SQL`).
"""

import re
import sys
import time
from typing import Any

HARMLESS = (
    "java.io.",
    "java.math.",
    "java.net.URI",
    "java.time.",
    "java.util.ArrayList",
    "java.util.Arrays",
    "java.util.HashMap",
    "java.util.HashSet",
    "java.util.Properties",
    "java.util.UUID",
    "java.lang.Boolean",
    "java.lang.Double",
    "java.lang.Integer",
    "java.lang.Long",
    "java.lang.ProcessHandle",
    "java.lang.String",
    "java.lang.System",  # its properties are looked at
    "org.apache.commons.io.IOUtils",
    "org.apache.hadoop.conf.Configuration",
    "org.apache.hadoop.fs.FileSystem",
    "org.apache.hadoop.fs.FileUtil",
    "org.apache.hadoop.fs.Path",
    "org.apache.hadoop.io.",
    "org.apache.log4j.",  # levels are put back
    "org.apache.logging.log4j.",
    "org.apache.spark.api.java.",
    "org.apache.spark.sql.",
    "org.slf4j.",
    "scala.collection.",
)
STATEFUL = (
    *(f"java.lang.System.{name}" for name in ("setErr", "setIn", "setOut", "setSecurityManager")),
    *(f"java.lang.System.{name}" for name in ("load", "loadLibrary")),
    "org.apache.hadoop.conf.Configuration.addDefaultResource",
    *(f"org.apache.spark.sql.internal.SQLConf.{name}" for name in ("register", "unregister")),
    *(f"org.apache.spark.sql.jdbc.JdbcDialects.{n}" for n in ("register", "unregister")),
    "org.apache.spark.sql.types.UDTRegistration",
)
"""Not harmless all the same: calls whose names begin so."""
OF_SQL = re.compile(r"reflect\b|java_method|add\s*jar|using\s+jar|registerJava", re.IGNORECASE)
"""In a command to the JVM. That a column is called so costs the next run a new JVM, no more."""
REFLECTION = ("getClass",)
OURS = ("pyspark.", "py4j.", "awsglue.", "spark_attach", "jvm_state")
OF_THE_SESSION = (
    "Executor task launch worker",
    "stream execution thread",
    "streaming-job-executor",
)
"""Threads that run a script's own work. Only foreign calls make others."""


class Foreign:
    """The calls of this process that may have left state in a static field."""

    def __init__(self) -> None:
        self.calls: set[str] = set()

    def watch(self) -> None:
        """From now on."""
        from py4j.java_gateway import (  # type: ignore[import-untyped]
            GatewayClient,
            JavaClass,
            JavaObject,
        )

        send = GatewayClient.send_command
        reach, construct, member = JavaClass.__getattr__, JavaClass.__call__, JavaObject.__getattr__

        def watched_reach(cls: Any, name: str) -> Any:
            self._note(cls._fqn, name)
            return reach(cls, name)

        def watched_construct(cls: Any, *arguments: Any) -> Any:
            self._note(cls._fqn, "<init>")
            return construct(cls, *arguments)

        def watched_member(target: Any, name: str) -> Any:
            if name in REFLECTION:
                self._note("java.lang.Class", name)
            return member(target, name)

        def watched_send(client: Any, command: str, *arguments: Any, **options: Any) -> Any:
            self._note_sql(command)
            return send(client, command, *arguments, **options)

        GatewayClient.send_command = watched_send
        JavaClass.__getattr__ = watched_reach
        JavaClass.__call__ = watched_construct
        JavaObject.__getattr__ = watched_member

    def _note(self, name: str, member: str) -> None:
        caller = sys._getframe(2).f_globals.get("__name__", "")
        if caller.startswith(OURS) or member.startswith("_"):
            return
        call = f"{name}.{member}"
        if call.startswith(STATEFUL) or not name.startswith(HARMLESS):
            self.calls.add(call)

    def _note_sql(self, command: str) -> None:
        if found := OF_SQL.search(command):
            self.calls.add(found[0])


class Taken:
    """What a run found."""

    def __init__(self, jvm: Any) -> None:
        self._jvm = jvm
        self._properties = jvm.java.lang.System.getProperties().clone()
        self._others = others(jvm)
        self._foreign = Foreign()
        self._foreign.watch()

    def left(self, patience: float = 5.0) -> list[str]:
        """After the run: put back what can be; what else it left, in words."""
        put_back(self._jvm, self._properties)
        found = others(self._jvm)
        changed = [f"its {name} changed" for name in found if found[name] != self._others[name]]
        called = [f"the script called {call}" for call in sorted(self._foreign.calls)]
        if changed or called:
            return [*changed, *called]
        deadline = time.monotonic() + patience
        while (threads := unfinished(self._jvm)) and time.monotonic() < deadline:
            time.sleep(0.05)  # those of the session are ending
        return [f"a thread of its lives: {name}" for name in threads]


def put_back(jvm: Any, properties: Any) -> None:
    """What a job often changes, as it was before; `properties` are a copy of the system's."""
    jvm.java.lang.System.setProperties(properties)
    jvm.java.util.TimeZone.setDefault(None)  # the property decides again
    _put_back_locales(jvm, properties)
    jvm.org.apache.logging.log4j.core.config.Configurator.reconfigure()
    jvm.org.apache.hadoop.fs.FileSystem.closeAll()


def _put_back_locales(jvm: Any, properties: Any) -> None:
    builder = jvm.java.util.Locale.Builder()
    builder.setLanguage(properties.getProperty("user.language", ""))
    builder.setRegion(properties.getProperty("user.country", ""))
    jvm.java.util.Locale.setDefault(builder.build())


def others(jvm: Any) -> dict[str, str]:
    """What cannot be put back, to be compared."""
    user = jvm.org.apache.hadoop.security.UserGroupInformation
    return {
        "error stream": str(jvm.java.lang.System.err.hashCode()),
        "output stream": str(jvm.java.lang.System.out.hashCode()),
        "user": str(user.getCurrentUser().toString()),
        "handler": str(jvm.java.lang.Thread.getDefaultUncaughtExceptionHandler()),
    }


def unfinished(jvm: Any) -> list[str]:
    """Which living threads still do the session's work."""
    living = jvm.java.lang.Thread.getAllStackTraces().keySet().toString()
    return [name for name in OF_THE_SESSION if f"Thread[{name}" in living]

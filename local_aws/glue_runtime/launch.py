"""The main program of every job's Python process: ``python launch.py SPEC``.

The specification is a JSON file that the runner wrote; what came of the script is reported in
another: its error as Glue words it, the traceback, and whether the JVM was given back clean.
"""

import json
import os
import runpy
import sys
import tokenize
import traceback
from pathlib import Path
from typing import Any

CATEGORIES = {
    "AnalysisException": "QUERY_ERROR",
    "ParseException": "QUERY_ERROR",
    "ImportError": "IMPORT_ERROR",
    "ModuleNotFoundError": "IMPORT_ERROR",
    "SyntaxError": "SYNTAX_ERROR",
    "IndentationError": "SYNTAX_ERROR",
    "PermissionError": "PERMISSION_ERROR",
    "MemoryError": "OUT_OF_MEMORY_ERROR",
}
JAVA_DENIED = "Error Code: AccessDenied"
JAVA_OUT_OF_MEMORY = "java.lang.OutOfMemoryError"
LONGEST_MESSAGE = 2000


def main() -> int:
    spec = json.loads(Path(sys.argv[1]).read_text())
    report: dict[str, Any] = {"error": None, "traceback": "", "clean": False}
    try:
        if spec["spark"]:
            _attach(spec["spark"], Path(sys.argv[1]).parent)
        _run(spec["script"], spec["argv"])
    except SystemExit as end:
        report["error"] = _message_of_exit(end)
    except BaseException as error:
        report["error"] = message_of(error, spec["script"])
        report["traceback"] = traceback.format_exc()
    sys.stdout.flush()
    if spec["spark"]:
        report["clean"] = _detach()
    _write(Path(spec["report"]), report)
    return 1 if report["error"] else 0


def _attach(spark: dict[str, Any], folder: Path) -> None:
    from spark_attach import attach  # type: ignore[import-not-found] # beside this file

    conf = spark["conf"]
    if spark["metastore"]:
        from metastore import serve  # type: ignore[import-not-found] # beside this file

        buckets = Path(conf["spark.hadoop.fs.local_aws.buckets"])
        conf = serve(spark["metastore"], folder, buckets) | conf
    attach(Path(spark["connection"]), conf, Path(spark["classes"]))


def _detach() -> bool:
    from spark_attach import detach

    try:
        return bool(detach())
    except Exception:
        traceback.print_exc()
        return False


def _run(script: str, argv: list[str]) -> None:
    sys.argv = [script, *argv]
    sys.path[0] = str(Path(script).parent)
    _check_encoding(script)
    runpy.run_path(script, run_name="__main__")


def _check_encoding(script: str) -> None:
    """As Python itself does with a script that it is given; `runpy` lets some bytes pass."""
    try:
        with tokenize.open(script) as file:
            file.read()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SyntaxError(f"Non-UTF-8 code: {error}", (script, line, None, None)) from None


def _message_of_exit(end: SystemExit) -> str | None:
    if end.code in (None, 0):
        return None
    if not isinstance(end.code, int):
        print(end.code, file=sys.stderr)  # noqa: T201 # as Python does at its end
    return f"SystemExit: {end.code}"


def message_of(error: BaseException, script: str) -> str:
    """One line in Glue's manner: the category, the script's line, the exception."""
    kind = type(error).__name__
    line = _line_of(error, script)
    place = f"Failed Line Number: {line}; " if line else ""
    return f"Error Category: {_category(error)}; {place}{kind}: {_without_java_stack(str(error))}"


def _line_of(error: BaseException, script: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == script:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((one.lineno for one in reversed(frames) if one.filename == script), None)


def _category(error: BaseException) -> str:
    if JAVA_OUT_OF_MEMORY in str(error):
        return "OUT_OF_MEMORY_ERROR"
    if _aws_code(error).startswith(("AccessDenied", "UnauthorizedOperation")):
        return "PERMISSION_ERROR"
    if JAVA_DENIED in str(error):
        return "PERMISSION_ERROR"
    return CATEGORIES.get(type(error).__name__, "UNCLASSIFIED_ERROR")


def _aws_code(error: BaseException) -> str:
    """The code of a botocore ClientError, which is not imported to know it."""
    response = getattr(error, "response", None)
    found = response.get("Error", {}) if isinstance(response, dict) else {}
    return str(found.get("Code", "")) if isinstance(found, dict) else ""


def _without_java_stack(message: str) -> str:
    kept = [line for line in message.splitlines() if not line.startswith(("\tat ", "\t... "))]
    return "\n".join(kept).strip()[:LONGEST_MESSAGE]


def _write(path: Path, report: dict[str, Any]) -> None:
    temporary = path.with_suffix(".writing")
    temporary.write_text(json.dumps(report))
    temporary.replace(path)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads that a script left behind must not keep the run alive
